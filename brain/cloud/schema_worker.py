"""The process that compiles and checks JSON schemas from clients: one line per job and per answer.

It is a separate process, because the validator holds the GIL: in a thread it would block everything
else, and a thread cannot be killed. The process has no secrets and opens no connections.
"""

import json
import resource
import signal
import sys
from collections.abc import Callable, Iterable

from brain.tools.schema import foreign_complaint, foreign_objection

MEMORY_BYTES = 1024 * 1024 * 1024  # of address space, libraries included
ALARM_S = 5  # seconds for a job; ends a worker whose parent died during a job


def serve(lines: Iterable[bytes], write: Callable[[str], object]) -> None:
    """Answer each job, a JSON list of [schema] or [schema, arguments], with a list of texts."""
    write("[]\n")  # ready
    for line in lines:
        signal.alarm(ALARM_S)  # always ends the process: nothing catches this signal
        answers = [
            foreign_complaint(*item) if len(item) > 1 else foreign_objection(*item)
            for item in json.loads(line)
        ]
        signal.alarm(0)
        write(json.dumps(answers) + "\n")


def main() -> None:
    """Serve the parent until it closes the pipe."""
    import jsonschema_rs  # noqa: F401 - before "ready", so that the first job does not wait for it

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    serve(sys.stdin.buffer, sys.stdout.write)


if __name__ == "__main__":
    main()
