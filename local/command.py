"""What the commands of this folder share: how they begin and end, their port, their state."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path

from local.children import EngineDidNotStart, FolderInUse
from local.server import PortInUse
from local.toolchain import ROOT

STATE = "BRAIN_LOCAL_STATE"  # names a folder to keep the state in, for a second stack beside one
DEFAULT_PORT = 3000  # of the page; the services take the next six
LAST_PORT = 65_000  # leaves room for those six, in round numbers


def begin(main: Callable[[int], Coroutine[None, None, None]]) -> None:
    """Run the command at its port. What keeps it from starting is told in one line."""
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    port = _port()
    try:
        asyncio.run(main(port))
    except PortInUse as error:
        sys.exit(f"{error}. Choose another port: PORT={port + 10}")
    except FolderInUse as error:
        sys.exit(f"{error}: the same services already run. End them first, or set {STATE}.")
    except EngineDidNotStart as error:
        sys.exit(str(error))
    except KeyboardInterrupt:  # Ctrl-C before it was up
        sys.exit(130)


async def until_told() -> None:
    """Wait for Ctrl-C or a polite request to end."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, told.set)
    await told.wait()


def state_dir(asked: Mapping[str, str]) -> Path:
    """Where state survives a restart."""
    return Path(asked.get(STATE) or ROOT / ".local" / "state")


def _port() -> int:
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < LAST_PORT):
        sys.exit(f"PORT must be a number from 1 to {LAST_PORT - 1}, not {text!r}")
    return int(text)
