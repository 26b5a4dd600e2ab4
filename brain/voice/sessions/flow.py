"""Begins and ends voice sessions.

A vendor has no limit of costs, and a page may vanish at any time. So the end of a session belongs
to the server: a message on the queue hangs up after the time that the session was allowed.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from msgspec import Struct

from brain.errors import StoreUnreachable, VendorAbsent, VendorUnreachable
from brain.run.ports import Clock
from brain.voice.sessions.model import (
    AlreadyOpen,
    Begun,
    Brief,
    DayUsedUp,
    Ended,
    OpenSession,
    Reserved,
    VendorCall,
    VendorName,
)
from brain.voice.sessions.ports import HangUps, SessionBook, SpeechVendor

VENDORS_LIMIT_S = 2 * 3600.0  # seconds; no vendor's session lasts longer
START_S = 60.0  # seconds in which a page must use a vendor's token

log = logging.getLogger("brain")

type WriteBrief = Callable[[datetime, datetime], Awaitable[Brief]]
"""Writes a brief; gets when the session must have ended, and until when it must have begun."""


class VoiceSessions(Struct, frozen=True, kw_only=True):
    """The voice sessions of all users. `max_s` limits one of them, `day_s` a user's day (UTC)."""

    book: SessionBook
    vendors: Mapping[str, SpeechVendor]
    queue: HangUps
    clock: Clock
    max_s: float
    day_s: float

    async def begin(
        self, user_id: str, vendor: VendorName, write: WriteBrief, *, resumes: str | None
    ) -> Begun | AlreadyOpen | DayUsedUp:
        """Begin a session. One that `resumes` names is ended first.

        Raises VendorAbsent, VendorUnreachable, VendorBusy, VendorRefused, StoreUnreachable,
        QueueUnreachable, DatabaseUnreachable. Then nothing is counted.
        """
        if vendor not in self.vendors:
            raise VendorAbsent(f"{vendor} is not set up")
        if resumes is not None:
            await self.end(user_id, resumes)
        id = f"vs_{self.clock.new_id()}"
        async with self._undone(user_id, id, vendor) as undo:
            place = await self._reserve(user_id, id, vendor)
            if isinstance(place, OpenSession):
                return AlreadyOpen(id=place.id)
            if isinstance(place, DayUsedUp):
                return place
            return await self._create(user_id, id, vendor, write, place, undo)

    async def end(self, user_id: str, id: str, call: VendorCall | None = None) -> Ended:
        """End a session, at the vendor too, whatever the page reports.

        `call` is what the vendor knows. With it, a session ends of which the book has nothing,
        because its user was erased. Raises VendorUnreachable, StoreUnreachable: then it is still
        open.
        """
        found = await self.book.find(user_id, id)
        if isinstance(found, OpenSession):
            return await self._finish(user_id, found)
        if found == "unknown" and call is not None:
            await self._hang_up(self._of_call(id, call))
        return found

    async def end_current(self, user_id: str) -> bool:
        """End the session that is open, if there is one. Return False if its vendor cannot be
        reached: then its hang-up on the queue is still needed. Raises StoreUnreachable.
        """
        found = await self.book.current(user_id)
        try:
            if found is not None:
                await self._finish(user_id, found)
        except VendorUnreachable as error:
            log.warning("voice: not ended, reason=%s", error)
            return False
        return True

    def _of_call(self, id: str, call: VendorCall) -> OpenSession:
        age_s = self.clock.utc().timestamp() - call.begun_s
        return OpenSession(id=id, vendor=call.vendor, call_id=call.id, age_s=age_s, max_s=0)

    async def _reserve(
        self, user_id: str, id: str, vendor: str
    ) -> Reserved | OpenSession | DayUsedUp:
        """Reserve a place. A session whose time is over is ended first: its hang-up got lost."""
        limits = {"max_s": self.max_s, "day_s": self.day_s}
        place = await self.book.reserve(user_id, id, vendor, **limits)
        if isinstance(place, OpenSession) and place.age_s > place.max_s:
            await self._finish(user_id, place)
            place = await self.book.reserve(user_id, id, vendor, **limits)
        return place

    async def _create(
        self, user_id: str, id: str, vendor: str, write: WriteBrief, place: Reserved, undo: "_Undo"
    ) -> Begun | AlreadyOpen:
        """Create the session at the vendor, store it, queue its hang-up, and only then return what
        the page needs to connect.

        The order decides what a crash costs. Without the vendor's answer no page can connect, so a
        session that was created and neither stored nor queued carries no sound and ends at the
        vendor. Whatever a page can use is stored, and its hang-up is on the queue.
        """
        now = self.clock.utc()
        end = now + timedelta(seconds=place.max_s)
        brief = await write(end, now + timedelta(seconds=START_S))
        made = await self.vendors[vendor].create(brief)
        undo.call_id = made.call_id
        other = await self.book.opened(user_id, id, made.call_id)
        if other is not None:
            return AlreadyOpen(id=other or id)
        begun_s = int(now.timestamp())
        call = VendorCall(vendor=vendor, id=made.call_id, begun_s=begun_s)
        await self.queue.hang_up(
            user_id, id, delay_s=place.max_s, call=call if made.call_id else None
        )
        undo.is_needed = False
        log.info("voice: begun, vendor=%s max_s=%d", vendor, place.max_s)
        return Begun(id=id, vendor=vendor, max_s=place.max_s, expires_at=end, wire=made.wire)

    async def _finish(self, user_id: str, session: OpenSession) -> Ended:
        """Hang up at the vendor, then count. In the other order a crash in between would leave a
        session that costs and that nobody ends.
        """
        was_gone = not await self._hang_up(session)
        log.info("voice: ended, vendor=%s gone=%s", session.vendor, was_gone)
        return await self.book.end(user_id, session.id, was_gone=was_gone)

    async def _hang_up(self, session: OpenSession) -> bool:
        if not session.call_id:  # being created, or a vendor that ends it by itself
            return False
        vendor = self.vendors.get(session.vendor)
        try:
            if vendor is None:
                raise VendorUnreachable(f"{session.vendor} is not set up any more")
            return await vendor.hang_up(session.call_id)
        except VendorUnreachable:
            if session.age_s < VENDORS_LIMIT_S:
                raise
            return False

    @asynccontextmanager
    async def _undone(self, user_id: str, id: str, vendor: str) -> AsyncIterator["_Undo"]:
        """Take a start back unless it succeeds: nobody has got what is needed to connect. Where
        there is nothing to take back, nothing happens.
        """
        undo = _Undo()
        try:
            yield undo
        finally:
            if undo.is_needed:
                if undo.call_id:
                    with suppress(VendorUnreachable):  # without an answer nobody connects
                        await self.vendors[vendor].hang_up(undo.call_id)
                with suppress(StoreUnreachable):  # the place is given away after a while
                    await self.book.drop(user_id, id)


class _Undo(Struct):
    """What has to be taken back."""

    call_id: str = ""
    is_needed: bool = True
