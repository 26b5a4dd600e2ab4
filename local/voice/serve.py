"""Serves the stand-ins: in this process from a script, or by the Python of `make ears`."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local.children import Child, running
from local.faults import FaultInjector
from local.gateway.doors import OwnDoor
from local.guard import Guard
from local.server import HOST, Address, reserve, serving
from local.voice.app import voice_app
from local.voice.ears import PYTHON, Choice, chosen, has_peer


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """How the stand-ins hear, speak and call."""

    choice: Choice = field(default_factory=Choice)
    has_peer: bool = False

    @classmethod
    def found(cls) -> Fetched:
        """Return what `make ears` has fetched."""
        return cls(choice=chosen(), has_peer=has_peer())

    @property
    def is_scripted(self) -> bool:
        """Whether the ear or the mouth is from a script."""
        return not self.choice.ear or not (self.choice.voice or self.choice.espeak)


@asynccontextmanager
async def voice(
    folder: Path, *, port: int, asked: Mapping[str, str], watch: Guard, fetched: Fetched
) -> AsyncIterator[Address]:
    """Serve until the block ends. Without `make ears` everything is scripted and in this process.

    Raises PortInUse, EngineDidNotStart.
    """
    if not fetched.has_peer:
        door = OwnDoor(FaultInjector(voice_app()), asked, from_any_port=True)
        async with serving(door, port=port) as address:
            yield address
        return
    reserve(port=port).close()  # says in one line if the port is taken
    child, port_file = _child(folder, port, is_scripted=fetched.choice == Choice())
    async with running(child) as pid:
        watch.watch(pid, signal.SIGTERM)
        yield Address(host=HOST, port=int(port_file.read_text()))


def _child(folder: Path, port: int, *, is_scripted: bool) -> tuple[Child, Path]:
    """Return how to start the server, and the file in which it tells its port."""
    folder.mkdir(parents=True, exist_ok=True)
    port_file = folder / "port"
    port_file.unlink(missing_ok=True)

    async def is_up() -> bool:
        return port_file.exists()

    options = ("--port", str(port), "--port-file", str(port_file))
    child = Child(
        name="The voice server",
        command=(str(PYTHON), "-m", "local.voice", *options, *["--scripted"] * is_scripted),
        log_file=folder / "log",
        is_up=is_up,
        end_signal=signal.SIGTERM,
    )
    return child, port_file
