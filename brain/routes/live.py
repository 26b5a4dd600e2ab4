"""WS /api/live: the user's log and orders over one WebSocket connection."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from brain.codec import Json
from brain.errors import TokenRefused, Unreachable
from brain.http.bodies import VoiceBody, parse
from brain.http.edge import Problem, invocation_seconds, problem_of, where
from brain.http.minds import mind_in
from brain.http.orders import ORDERS, parse_order
from brain.http.right import Right
from brain.http.socket import (
    BROKEN,
    NOT_ALLOWED,
    RESTART,
    UNSUPPORTED,
    Gone,
    HangUp,
    Socket,
    until_one_fails,
)
from brain.http.waiting import wait_for
from brain.routes.calls import begin, event_of, outcome_to_wire
from brain.routes.control import carry_out
from brain.routes.delivered import note_returned, question_of
from brain.routes.live_door import LiveUrl, error_frame, is_welcome, let_in, named, opened_log
from brain.routes.live_feeds import Feeds
from brain.routes.voice import request_of
from brain.run.deliver import Reply, Shown
from brain.run.requests import UserRequest
from brain.run.turn import Invocation
from brain.wiring import Wiring

if TYPE_CHECKING:
    from brain.routes.telephone import Telephone

PROTOCOL = "brain"
AT_ONCE = 4  # texts and orders of one connection that are handled at the same time
ELSEWHERE = "resume elsewhere"

log = logging.getLogger("brain")


async def live(scope: Scope, receive: Receive, send: Send, wiring: Wiring) -> None:
    """Serve one connection. Returns when it and all brains that it started have ended."""
    if is_welcome(scope, wiring):
        await _serve(scope, Socket(receive, send), wiring)
    else:
        await send({"type": "websocket.close", "code": 1008})  # before the upgrade: a 403


async def _serve(scope: Scope, socket: Socket, wiring: Wiring) -> None:
    offered = scope.get("subprotocols") or []
    await socket.accept(PROTOCOL if PROTOCOL in offered else None)
    talk: Talk | Telephone | None = None
    try:
        invocation = wiring.begin_invocation(invocation_seconds())
        caller = await let_in(offered, socket, wiring)
        if isinstance(caller, Right):
            talk = Talk(wiring, socket, caller, invocation, LiveUrl.of(scope))
        else:
            from brain.routes.telephone_door import pick_up  # only calls need it

            talk = await pick_up(caller, scope, socket, wiring, invocation)
        await talk.hold()
    except HangUp as end:
        await socket.close(end.code, end.reason)
    except Gone:
        pass
    except Exception as error:  # noqa: BLE001 - the edge: an error closes the connection
        log.error("live: broken, error=%s", where(error))
        await socket.close(BROKEN, problem_of(error).title)
    finally:
        if talk is not None:
            await talk.finish()


async def only_sockets(request: Request, wiring: Wiring) -> ASGIApp:
    """Refuse a request that is not a WebSocket handshake. Raises Problem 426."""
    raise Problem(426, "Connect to this route with a WebSocket.", headers={"Upgrade": "websocket"})


class Talk:
    """The connection with one page of a user. The brains that it started outlive it."""

    def __init__(
        self, wiring: Wiring, socket: Socket, right: Right, invocation: Invocation, url: LiveUrl
    ) -> None:
        self._wiring = wiring
        self._socket = socket
        self._right = right
        self._user_id = right.user_id
        self._mind = url.mind
        self._invocation = invocation
        self._brains, self._handling = set[asyncio.Task[None]](), set[asyncio.Task[None]]()
        # One order at a time: a page can match the answers only by their sequence.
        self._ordering = asyncio.Lock()
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        until, page = invocation.cut, url.device
        self._feeds = Feeds(
            wiring, socket, right.user_id, until=until, device=page, give_up=self._break
        )

    async def hold(self) -> None:
        """Serve until either side closes or the invocation's time is over. Raises HangUp, Gone."""
        log = await opened_log(self._wiring, self._user_id, self._mind)
        here = await self._wiring.store.here(log)
        self._socket.tell({"type": "ready", "lastSeq": here.last_seq, **mind_in(self._mind)})
        parts = [
            asyncio.ensure_future(self._socket.carry()),
            asyncio.ensure_future(self._hear()),
            asyncio.ensure_future(self._expire()),
            asyncio.ensure_future(self._lose_right()),
            self._broken,
        ]
        await until_one_fails(parts, self._begun)

    def _begun(self) -> "set[asyncio.Task[None]]":
        """Return what has been started besides."""
        return self._handling | self._feeds.tasks()

    async def finish(self) -> None:
        """Wait for the brains that were started here: a closed page does not stop a run."""
        await asyncio.gather(*self._brains, return_exceptions=True)

    async def _hear(self) -> None:
        while True:
            try:
                frame = await self._socket.hear()
            except Problem as problem:
                self._socket.tell(error_frame(problem, {}))
                continue
            match frame["type"]:
                case "ping":
                    self._socket.tell({"type": "pong"})
                case "pong":
                    pass
                case "resume":
                    self._feeds.resume(frame, self._mind)
                case "token":
                    self._start(self._extend(frame), frame)
                case kind if kind == "say" or kind in ORDERS:
                    self._start(self._handle(frame), frame)
                case _:
                    raise HangUp(UNSUPPORTED, "unknown type")

    async def _expire(self) -> None:
        await self._wiring.clock.sleep(self._invocation.cut - self._wiring.clock.now())
        raise HangUp(RESTART, ELSEWHERE)

    async def _lose_right(self) -> None:
        await self._right.over()
        raise HangUp(NOT_ALLOWED, "the token has expired")

    async def _extend(self, frame: Json) -> None:
        """Go on listening with a newer token of the same user."""
        try:
            token = await self._wiring.tokens.read(str(frame.get("token") or ""))
            self._socket.tell({"type": "token", **self._right.extend(token)})
        except (TokenRefused, Unreachable) as error:
            self._socket.tell(error_frame(problem_of(error), frame))

    def _start(self, handling: Coroutine[Any, Any, None], frame: Json) -> None:
        if len(self._handling) >= AT_ONCE:
            handling.close()
            busy = Problem(429, "Too many requests on this connection. Wait for an answer.")
            self._socket.tell(error_frame(busy, frame))
            return
        task = asyncio.ensure_future(handling)
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)

    async def _handle(self, frame: Json) -> None:
        try:
            await self._answer(frame)
        except HangUp as end:
            self._break(end)

    async def _answer(self, frame: Json) -> None:
        """Carry out a text or an order and send its answer. Raises HangUp."""
        try:
            if frame["type"] == "say":
                await self._say_to(self._body(frame), frame)
                return
            async with self._ordering:
                done = await carry_out(parse_order(frame), self._wiring, self._user_id)
                if not isinstance(done, UserRequest):
                    self._socket.tell({"type": "controlled", "of": frame["type"], **done})
                    return
            await self._say(done, frame)
        except HangUp:
            raise
        except Exception as error:  # noqa: BLE001 - the edge: the answer to the frame reports the error
            problem = problem_of(error)
            if problem.status >= 500:
                status, kind = problem.status, frame["type"]
                log.error("live.failed: status=%d of=%s error=%s", status, kind, where(error))
            self._socket.tell(error_frame(problem, frame))

    def _body(self, frame: Json) -> VoiceBody:
        """Read a text. Raises Problem 422."""
        body = parse(VoiceBody, frame)
        if body.mind is None and body.job is None:
            body.mind = self._mind
        return body

    async def _say_to(self, body: VoiceBody, frame: Json) -> None:
        """Say a text to the user's brain, or to minds. Raises Problem, Unreachable."""
        user_request = await request_of(body, self._wiring, self._user_id)
        if body.mind is None and body.job is None:
            await self._say(user_request, frame)
            return
        told = await self._wiring.background_minds.say(user_request, mind=body.mind, job=body.job)
        ids = {"messageId": user_request.message_id, **named(frame), **mind_in(body.mind)}
        self._socket.tell({"type": "reply", **ids, **told})

    async def _say(self, user_request: UserRequest, frame: Json) -> None:
        reply = Reply(self._show)
        brain = begin(self._wiring, user_request, self._invocation, reply)
        self._brains.add(brain)
        brain.add_done_callback(self._brains.discard)
        outcome = await wait_for(reply, patience_s=user_request.patience_s or 0)
        ids = {"messageId": user_request.message_id, **named(frame)}
        self._socket.tell({"type": "reply", **ids, **outcome_to_wire(outcome)})
        if question_of(user_request, outcome) is not None:
            await self._socket.flushed()
            await note_returned(self._wiring.store, user_request, outcome)

    def _show(self, shown: Shown) -> None:
        """Send a piece at once. Log entries are skipped: the feed sends them in order."""
        event = event_of(shown)
        if event.name != "message":
            try:
                self._socket.tell({"type": event.name, **event.data})
            except HangUp as end:
                self._break(end)

    def _break(self, error: Exception) -> None:
        """End the connection from another task."""
        if not self._broken.done():
            self._broken.set_exception(error)
