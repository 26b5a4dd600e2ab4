"""What was asked of the stand-ins, for tests: sessions, tokens, and what was heard and spoken."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

type Json = dict[str, Any]


class Line(Protocol):
    """A call that is open, as the control routes act on it."""

    async def send(self, event: Json) -> None:
        """Send an event of the vendor as it is."""
        ...

    async def end(self, reason: str, code: int) -> None:
        """Close it from the vendor's side. `code` is of a WebSocket."""
        ...


@dataclass(kw_only=True, slots=True)
class Session:
    """One session of a vendor. Times are seconds since 1970; `ended_by` is empty while it lasts."""

    id: str
    vendor: str
    settings: Json
    created_at: float = field(default_factory=time.time)
    ended_at: float = 0.0
    ended_by: str = ""
    hang_ups: int = 0
    connections: int = 0
    events: list[Json] = field(default_factory=list)
    """What the page sent and what it was sent, as {"from", "event", "at"}; sound is left out."""
    turns: list[float] = field(default_factory=list)
    """When each turn of the user was found to have ended. Not every vendor tells the page."""
    sounds: list[float] = field(default_factory=list)
    """When the sound of each sentence was ready."""


class Records:
    """All sessions since the start or the last clear."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.lines: dict[str, Line] = {}
        self.transcriptions: list[Json] = []
        self.speeches: list[Json] = []
        self._changed = asyncio.Condition()

    def begin(self, vendor: str, prefix: str, settings: Json) -> Session:
        """Record a new session, with an id that begins with the vendor's prefix."""
        session = Session(id=f"{prefix}{uuid.uuid4().hex}", vendor=vendor, settings=settings)
        self.sessions[session.id] = session
        return session

    def find(self, id: str, vendor: str) -> Session | None:
        session = self.sessions.get(id)
        return session if session and session.vendor == vendor else None

    async def end(self, session: Session, by: str) -> None:
        """Record the end of a session; the first one counts."""
        if not session.ended_by:
            session.ended_by, session.ended_at = by, time.time()
        self.lines.pop(session.id, None)
        await self.tell()

    async def tell(self) -> None:
        """Wake those who wait for a change."""
        async with self._changed:
            self._changed.notify_all()

    async def until(self, is_reached: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(is_reached)

    def counts(self) -> dict[str, int]:
        """Return how many sessions there were, how many are over, and the other counts."""
        every = self.sessions.values()
        return {
            "created": len(self.sessions),
            "ended": sum(bool(session.ended_by) for session in every),
            "hung_up": sum(session.hang_ups for session in every),
            "connected": sum(session.connections for session in every),
            "events": sum(len(session.events) for session in every),
            "transcriptions": len(self.transcriptions),
            "speeches": len(self.speeches),
        }

    def shown(self) -> Json:
        """Return everything in JSON."""
        return {
            "counts": self.counts(),
            "sessions": [asdict(session) for session in self.sessions.values()],
            "transcriptions": self.transcriptions,
            "speeches": self.speeches,
        }

    def clear(self) -> None:
        """Forget all but the sessions that are open."""
        self.sessions = {id: one for id, one in self.sessions.items() if not one.ended_by}
        self.transcriptions.clear()
        self.speeches.clear()
