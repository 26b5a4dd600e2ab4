"""WS /api/live: the user's sequence and their orders over one connection, both ways."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from brain.codec import Json, clean
from brain.errors import TokenRefused, Unreachable
from brain.http.bodies import VoiceBody, parse
from brain.http.edge import MAX_SEQ, Problem, invocation_seconds, problem_of, where
from brain.http.orders import ORDERS, parse_order
from brain.http.socket import (
    BROKEN,
    NOT_ALLOWED,
    RESTART,
    UNSUPPORTED,
    Gone,
    HangUp,
    Socket,
)
from brain.routes.calls import begin, event_of, outcome_to_wire
from brain.routes.control import carry_out
from brain.routes.stream import event_of as item_event
from brain.routes.voice import request_of
from brain.run.deliver import Reply, Shown, wait_for
from brain.run.moves import UserRequest
from brain.run.turn import Invocation
from brain.wiring import Wiring

PROTOCOL = "brain"
TOKEN = "token."  # how the subprotocol begins that holds the token: a query would stand in logs
HELLO_S = 5.0  # seconds for a first frame with the token, where no subprotocol had it
AT_ONCE = 4  # texts and orders of one connection under way
ELSEWHERE = "resume elsewhere"

log = logging.getLogger("brain")


async def live(scope: Scope, receive: Receive, send: Send, wiring: Wiring) -> None:
    """Hold the conversation; the function ends when it has, and what it began has too."""
    socket = Socket(receive, send)
    offered = scope.get("subprotocols") or []
    await socket.accept(PROTOCOL if PROTOCOL in offered else None)
    talk = None
    try:
        invocation = wiring.begin_invocation(invocation_seconds())
        user_id = await _user(offered, socket, wiring)
        talk = Talk(wiring, socket, user_id, invocation)
        await talk.hold()
    except HangUp as end:
        await socket.close(end.code, end.reason)
    except Gone:
        pass
    except Exception as error:  # noqa: BLE001 - the edge: a bug becomes a plain close
        log.error("live: broken, error=%s", where(error))
        await socket.close(BROKEN, problem_of(error).title)
    finally:
        if talk is not None:
            await talk.finish()


async def only_sockets(request: Request, wiring: Wiring) -> ASGIApp:
    """What a plain request is told."""
    raise Problem(426, "This is for WebSockets.", headers={"Upgrade": "websocket"})


async def _user(offered: list[str], socket: Socket, wiring: Wiring) -> str:
    """Who it is, by a subprotocol or the first frame. Raises HangUp, Gone."""
    token = next((name.removeprefix(TOKEN) for name in offered if name.startswith(TOKEN)), "")
    try:
        if not token:
            async with asyncio.timeout(HELLO_S):
                hello = await socket.hear()
            token = str(hello.get("token") or "") if hello["type"] == "hello" else ""
        return (await wiring.tokens.read(token)).user_id
    except TimeoutError:
        raise HangUp(NOT_ALLOWED, "a token is needed") from None
    except TokenRefused as refused:
        raise HangUp(NOT_ALLOWED, str(refused)) from None


class Talk:
    """The conversation with one page of a user. Texts that it brought go on when it has ended."""

    def __init__(
        self, wiring: Wiring, socket: Socket, user_id: str, invocation: Invocation
    ) -> None:
        self._wiring = wiring
        self._socket = socket
        self._user_id = user_id
        self._invocation = invocation
        self._following: asyncio.Task[None] | None = None
        self._brains: set[asyncio.Task[None]] = set()
        self._beside: set[asyncio.Task[None]] = set()
        # One order after the other: a page knows their answers by nothing but their order.
        self._ordering = asyncio.Lock()
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def hold(self) -> None:
        """Until either side hangs up, or this invocation's time is up. Raises HangUp, Gone."""
        here = await self._wiring.store.here(self._user_id)
        self._socket.tell({"type": "ready", "lastSeq": here.last_seq})
        parts = [
            asyncio.ensure_future(self._socket.carry()),
            asyncio.ensure_future(self._hear()),
            asyncio.ensure_future(self._expire()),
            self._broken,
        ]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_EXCEPTION)
            next(part for part in parts if part.done()).result()
        finally:
            following = {self._following} if self._following else set()
            ending = {*parts, *self._beside, *following}
            for part in ending:
                part.cancel()
            # With its exceptions: the first one has decided, the others are no news.
            await asyncio.gather(*ending, return_exceptions=True)

    async def finish(self) -> None:
        """Let the brains that were begun here come to their end: a page that goes is no stop."""
        if self._brains:
            await asyncio.wait(self._brains)

    async def _hear(self) -> None:
        while True:
            frame = await self._socket.hear()
            match frame["type"]:
                case "ping":
                    self._socket.tell({"type": "pong"})
                case "pong":
                    pass
                case "resume":
                    self._resume(frame)
                case kind if kind == "say" or kind in ORDERS:
                    self._start(self._obey(frame), frame)
                case _:
                    raise HangUp(UNSUPPORTED, "unknown type")

    async def _expire(self) -> None:
        await self._wiring.clock.sleep(self._invocation.cut - self._wiring.clock.now())
        raise HangUp(RESTART, ELSEWHERE)

    def _resume(self, frame: Json) -> None:
        """Tell the sequence from a seq on, in the place of what was told before."""
        since = frame.get("sinceSeq", 0)
        if not isinstance(since, int) or isinstance(since, bool) or not 0 <= since <= MAX_SEQ:
            fault = {"field": "sinceSeq", "message": "must be a seq"}
            problem = Problem(422, "The frame does not fit the schema.", errors=[fault])
            self._socket.tell(_error(problem, frame))
            return
        if self._following is not None:
            self._following.cancel()
        self._following = asyncio.ensure_future(self._follow(since))

    async def _follow(self, since: int) -> None:
        feed = self._wiring.feed(self._user_id, since=since)
        try:
            async with aclosing(feed.items(until=self._invocation.cut)) as items:
                async for item in items:
                    await self._socket.room()
                    event = item_event(item)
                    data = {"message": event.data} if event.name == "message" else event.data
                    self._socket.tell({"type": event.name, **data})
        except Unreachable as error:  # of which a page that comes again sees no more
            self._break(HangUp(RESTART, problem_of(error).title))
        except Exception as error:  # noqa: BLE001 - whatever it is, a page must not wait in vain
            self._break(error)

    def _start(self, obeying: Coroutine[Any, Any, None], frame: Json) -> None:
        if len(self._beside) >= AT_ONCE:
            obeying.close()
            busy = Problem(429, "Too much at once on this connection.")
            self._socket.tell(_error(busy, frame))
            return
        task = asyncio.ensure_future(obeying)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _obey(self, frame: Json) -> None:
        try:
            await self._answer(frame)
        except HangUp as end:
            self._break(end)

    async def _answer(self, frame: Json) -> None:
        """Carry out a text or an order, and answer it. Raises HangUp."""
        try:
            if frame["type"] == "say":
                said = await request_of(parse(VoiceBody, frame), self._wiring, self._user_id)
                await self._say(said, frame)
                return
            async with self._ordering:
                done = await carry_out(parse_order(frame), self._wiring, self._user_id)
                if not isinstance(done, UserRequest):
                    self._socket.tell({"type": "controlled", "of": frame["type"], **done})
                    return
            await self._say(done, frame)
        except HangUp:
            raise
        except Exception as error:  # noqa: BLE001 - the edge: what went wrong is the frame's answer
            problem = problem_of(error)
            if problem.status >= 500:
                log.error("live: %d, of=%s %s", problem.status, frame["type"], where(error))
            self._socket.tell(_error(problem, frame))

    async def _say(self, user_request: UserRequest, frame: Json) -> None:
        reply = Reply(self._show)
        brain = begin(self._wiring, user_request, self._invocation, reply)
        self._brains.add(brain)
        brain.add_done_callback(self._brains.discard)
        outcome = await wait_for(reply, patience_s=user_request.patience_s or 0)
        ids = {"messageId": user_request.message_id, **_named(frame)}
        self._socket.tell({"type": "reply", **ids, **outcome_to_wire(outcome)})

    def _show(self, heard: Shown) -> None:
        """Pieces go out as they come; entries of the log come by the sequence, in their order."""
        event = event_of(heard)
        if event.name != "message":
            try:
                self._socket.tell({"type": event.name, **event.data})
            except HangUp as end:
                self._break(end)

    def _break(self, error: Exception) -> None:
        """End the conversation from beside it."""
        if not self._broken.done():
            self._broken.set_exception(error)


def _error(problem: Problem, frame: Json) -> Json:
    wire = {name: value for name, value in problem.to_wire().items() if name != "type"}
    return {"type": "error", **_named(frame), **wire}


def _named(frame: Json) -> Json:
    """What an answer names of the frame it is for: no id that is none, which might not be sent."""
    ids = {name: frame.get(name) for name in ("messageId", "questionId")}
    return {"of": frame["type"]} | {
        name: clean(id) for name, id in ids.items() if id and isinstance(id, str)
    }
