"""The logs that one WebSocket connection follows: the user's own, and those of minds."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress

from brain.cloud.redis.devices.claims import note_gone
from brain.codec import Json, clean
from brain.errors import StoreUnreachable, Unreachable
from brain.http.edge import MAX_SEQ, Problem, problem_of
from brain.http.minds import NAMED, mind_in
from brain.http.socket import INVALID_FRAME, RESTART, HangUp, Socket
from brain.routes.live_door import error_frame
from brain.routes.stream import event_of
from brain.wiring import Wiring

MOST = 16  # logs that one connection follows: the user's own, and all minds of a job

TOO_MANY = "Too many logs on this connection."


class Feeds:
    """Follows each log at most once, and names the mind in the frames of its log."""

    def __init__(
        self,
        wiring: Wiring,
        socket: Socket,
        user_id: str,
        *,
        until: float,
        device: str,
        give_up: Callable[[Exception], None],
    ) -> None:
        """`until` is on the clock. `device` is the name of the page, if it has one. `give_up` ends
        the connection with an error.
        """
        self._wiring = wiring
        self._socket = socket
        self._user_id = user_id
        self._until = until
        self._device = device
        self._give_up = give_up
        self._following: dict[str | None, asyncio.Task[None]] = {}

    def tasks(self) -> "set[asyncio.Task[None]]":
        """Return what is being followed."""
        return set(self._following.values())

    def resume(self, frame: Json, mind: str | None) -> None:
        """Send a log after `sinceSeq`, instead of the feed of this log that was sent before.

        `mind`: whose log, unless the frame names another; None means the user's own.
        """
        try:
            since, mind = _since(frame), _mind(frame, mind)
            self._make_room(mind)
        except Problem as problem:
            self._socket.tell(error_frame(problem, frame))
            return
        if (before := self._following.pop(mind, None)) is not None:
            before.cancel()
        self._following[mind] = asyncio.ensure_future(self._follow(since, mind, frame))

    def _make_room(self, mind: str | None) -> None:
        """Forget the logs whose feed has ended. Raises Problem 429."""
        self._following = {name: one for name, one in self._following.items() if not one.done()}
        if mind not in self._following and len(self._following) >= MOST:
            raise Problem(429, TOO_MANY)

    async def _follow(self, since: int, mind: str | None, frame: Json) -> None:
        try:
            await self._send(since, mind)
        except Problem as problem:
            self._socket.tell(error_frame(problem, frame))
        except Unreachable as error:  # a page that reconnects is not affected
            self._give_up(HangUp(RESTART, problem_of(error).title))
        except Exception as error:  # noqa: BLE001 - any error must end the connection, or the page would wait for ever
            self._give_up(error)

    async def _send(self, since: int, mind: str | None) -> None:
        try:
            await self._send_log(since, mind)
        finally:
            if mind is None and self._has_left():
                with suppress(StoreUnreachable):  # then it counts as there until its time is over
                    await note_gone(self._wiring.redis, self._user_id, self._device)

    def _has_left(self) -> bool:
        """Whether the page has closed the connection, and does not only ask for its log again."""
        is_last = self._following.get(None) is asyncio.current_task()
        return bool(self._device) and is_last and self._wiring.clock.now() < self._until

    async def _send_log(self, since: int, mind: str | None) -> None:
        own = self._user_id
        log = own if mind is None else await self._wiring.background_minds.log_of(own, mind)
        feed = self._wiring.feed(log, since=since, device="" if mind else self._device)
        async with aclosing(feed.items(until=self._until)) as items:
            async for item in items:
                await self._socket.room()
                event = event_of(item)
                data = {"message": event.data} if event.name == "message" else event.data
                self._socket.tell({"type": event.name, **data, **mind_in(mind)})


def _since(frame: Json) -> int:
    since = frame.get("sinceSeq", 0)
    if isinstance(since, int) and not isinstance(since, bool) and 0 <= since <= MAX_SEQ:
        return since
    fault = {"field": "sinceSeq", "message": "must be a seq: a whole number from 0"}
    raise Problem(422, INVALID_FRAME, errors=[fault])


def _mind(frame: Json, otherwise: str | None) -> str | None:
    mind = frame.get(NAMED, otherwise)
    if mind is None or isinstance(mind, str):
        return None if mind is None else clean(mind)
    raise Problem(
        422, INVALID_FRAME, errors=[{"field": NAMED, "message": "must be the id of a mind"}]
    )
