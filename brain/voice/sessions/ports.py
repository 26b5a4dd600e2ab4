"""What voice sessions need from outside."""

from typing import Protocol

from brain.voice.sessions.model import (
    Brief,
    Ended,
    OpenSession,
    SessionPlace,
    VendorCall,
    VendorSession,
)


class SessionBook(Protocol):
    """Which session of each user is open, and how many seconds of the day are used. All by the
    clock of the store. Each method raises StoreUnreachable and may be repeated.
    """

    async def reserve(
        self, user_id: str, id: str, vendor: str, *, max_s: float, day_s: float
    ) -> SessionPlace:
        """Reserve the user's place for a new session. It is given away again after OPENING_S."""

    async def opened(self, user_id: str, id: str, call_id: str) -> str | None:
        """Record that the vendor has created the session: its seconds count from now on.

        Return None if it still has its place; otherwise the id of the session that has it, or "".
        """

    async def find(self, user_id: str, id: str) -> OpenSession | Ended:
        """Return the session with this id."""

    async def current(self, user_id: str) -> OpenSession | None:
        """Return the session that is open or being created."""

    async def end(self, user_id: str, id: str, *, was_gone: bool) -> Ended:
        """End a session and count its seconds. If it `was_gone` already, they are not more than it
        was allowed.
        """

    async def drop(self, user_id: str, id: str) -> None:
        """Forget a session that nobody could use. Nothing is counted."""


class SpeechVendor(Protocol):
    """A vendor of speech models."""

    async def create(self, brief: Brief) -> VendorSession:
        """Create a session. Raises VendorUnreachable, VendorBusy, VendorRefused."""

    async def hang_up(self, call_id: str) -> bool:
        """End a session. Return False if it had ended before. Raises VendorUnreachable."""


class HangUps(Protocol):
    """The queue, as far as it hangs up."""

    async def hang_up(
        self, user_id: str, session_id: str, *, delay_s: float, call: VendorCall | None
    ) -> None:
        """Ask for the session's end after the delay, once per session. Raises QueueUnreachable.

        `call` is None if the vendor ends it by itself.
        """
