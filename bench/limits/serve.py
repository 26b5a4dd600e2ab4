"""Serves one candidate on a socket that it inherits: python -m bench.limits.serve NAME FD [CORE]

It imports no more than the candidate needs: the time of its start is measured.
"""

import os
import socket
import sys

APPS = {"floor": "bench.limits.floor:app", "ours": "api.voiceToBrain:app"}
KEEP_S = 600  # seconds for an idle connection: longer than the others take


def main(name: str, number: str, core: str = "") -> None:
    """Serve until the process ends; on one core, where the system knows how to."""
    if core and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core)})
    place = socket.socket(fileno=int(number))
    if name == "limit":
        from bench.limits.limit import run

        run(place)
        return
    import uvicorn

    config = uvicorn.Config(
        APPS[name],
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_S,
    )
    uvicorn.Server(config).run(sockets=[place])


if __name__ == "__main__":
    main(*sys.argv[1:])
