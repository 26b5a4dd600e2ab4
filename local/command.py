"""What the commands in this folder share: start, end, port and state folder.

python -m local.command       removes the state: `make reset`
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack
from pathlib import Path

from local.children import EngineDidNotStart, FolderInUse, owned
from local.gateway.policy import PolicyNotMade
from local.server import PortInUse
from local.toolchain import ROOT

STATE = "BRAIN_LOCAL_STATE"  # a state folder for a second stack beside the first
DEFAULT_PORT = 3000  # the page's port; the services use the next seven
# What the services keep; nothing else in the folder is removed.
KEPT = ("redis", "postgres", "queue.sqlite*", "mailbox", "voice", "*-secret", "database-url")
ENGINES = ("redis", "postgres", "mailbox")  # each locks its folder while it runs
LAST_PORT = 65_000  # leaves room for those seven, as a round number


def begin(main: Callable[[int], Coroutine[None, None, None]]) -> None:
    """Run the command at its port. If it cannot start, print the reason in one line."""
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    port = _port()
    try:
        asyncio.run(main(port))
    except PortInUse as error:
        sys.exit(f"{error}. Choose another port: PORT={port + 10}")
    except FolderInUse as error:
        sys.exit(
            f"{error}: the same services are already running. Stop them first, or set {STATE}."
        )
    except (EngineDidNotStart, PolicyNotMade) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:  # Ctrl-C before it was up
        sys.exit(130)


async def until_stopped() -> None:
    """Wait for Ctrl-C or a signal that asks the process to end."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, told.set)
    await told.wait()


def state_dir(asked: Mapping[str, str]) -> Path:
    """Return the folder where state is kept between runs."""
    return Path(asked.get(STATE) or ROOT / ".local" / "state")


def _port() -> int:
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < LAST_PORT):
        sys.exit(f"PORT must be a number from 1 to {LAST_PORT - 1}, not {text!r}")
    return int(text)


def reset(folder: Path) -> str:
    """Remove the state of the local services; returns a line for the user. Raises FolderInUse."""
    with ExitStack() as exits:
        for name in ENGINES:
            if (folder / name).exists():
                exits.enter_context(owned(folder / name))
        for each in [file for pattern in KEPT for file in folder.glob(pattern)]:
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    return f"{folder} is empty: the next start has only the example emails."


if __name__ == "__main__":
    try:
        print(reset(state_dir(os.environ)))
    except FolderInUse as in_use:
        sys.exit(f"{in_use}. Stop `make dev` first.")
