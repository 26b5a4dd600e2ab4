"""ConversationRelay, a dialect of WS /api/live: a telephone call with the brain."""

import asyncio
import logging
import re
from collections.abc import Coroutine, Iterable
from contextlib import aclosing
from typing import Any

from brain.chat.hearing import ITSELF
from brain.cloud.redis.devices.claims import claim
from brain.codec import fingerprint
from brain.errors import Unreachable
from brain.http.edge import Problem, problem_of, where
from brain.http.orders import HeardBody
from brain.http.socket import NORMAL, RESTART, HangUp, Socket, until_one_fails
from brain.http.waiting import wait_for
from brain.routes.calls import begin
from brain.routes.control import carry_out
from brain.run.deliver import Reply, Shown
from brain.run.messages import CallTurn, Message, Utterance
from brain.run.requests import UserRequest
from brain.run.turn import Invocation
from brain.says.choice import language_of
from brain.voice.relay.model import PhoneAction, PhoneClaim, PhoneFrame, PhoneMark, PhoneText
from brain.voice.relay.rules import END_CALL, Phone, end
from brain.wiring import Wiring

AGAIN_S = 5.0  # seconds until a claim that failed is tried again
CODE = re.compile(r"\b\d{5}\b")  # Twilio's number of an error; the rest may quote what was said

log = logging.getLogger("brain")


class Telephone:
    """One call. The brains that it started outlive it."""

    def __init__(
        self, wiring: Wiring, socket: Socket, user_id: str, call: str, invocation: Invocation
    ) -> None:
        self._wiring = wiring
        self._socket = socket
        self._user_id = user_id
        self._call = call
        self._device = f"phone-{fingerprint({'call': call})}"[:64]
        self._invocation = invocation
        self._phone = Phone(since=0)
        self._changed = asyncio.Event()
        self._waiting: asyncio.Queue[PhoneMark | PhoneText] = asyncio.Queue()
        self._brains: set[asyncio.Task[None]] = set()
        self._answers: set[asyncio.Task[None]] = set()
        self._replies: list[Reply] = []

    async def hold(self) -> None:
        """Serve until either side closes or the invocation's time is over. Raises HangUp, Gone."""
        here = await self._wiring.store.here(self._user_id)
        self._phone = Phone(since=here.last_seq)
        parts = [
            asyncio.ensure_future(part)
            for part in (
                self._socket.carry(),
                self._listen(),
                self._follow(here.last_seq),
                self._act(),
                self._keep_time(),
                self._expire(),
            )
        ]
        # The feed ends by itself shortly before the invocation does.
        await until_one_fails(parts, lambda: self._answers)

    async def finish(self) -> None:
        """Wait for the brains that were started here: a call that ends does not stop a run.

        What they still say is for whoever is there: another connection of the call, or a page.
        """
        for reply in self._replies:
            reply.leave()
        if self._brains:
            await asyncio.wait(self._brains)

    async def _listen(self) -> None:
        while True:
            try:
                frame = await self._socket.hear()
            except Problem:  # not usable, and so unknown
                continue
            match frame["type"]:
                case "prompt":
                    self._do(self._phone.prompt(frame, self._now()))
                case "interrupt":
                    self._do(self._phone.interrupt(frame, self._now()))
                case "dtmf":
                    self._phone.key(frame)
                case "error":
                    code = CODE.search(str(frame.get("description") or "")[:1000])
                    log.warning("telephone: error, code=%s", code[0] if code else "none")
                case _:
                    pass

    async def _follow(self, since: int) -> None:
        """Tell what comes into the log: what other processes say too."""
        feed = self._wiring.feed(self._user_id, since=since)
        try:
            async with aclosing(feed.items(until=self._invocation.cut)) as items:
                async for item in items:
                    if isinstance(item, Message | Utterance):
                        await self._socket.room()
                        self._tell(item)
        except Unreachable as error:
            raise HangUp(RESTART, problem_of(error).title) from None

    async def _act(self) -> None:
        """Record marks and begin texts in their order: whether a spoken yes counts depends on what
        was heard before it.
        """
        while True:
            match await self._waiting.get():
                case PhoneMark(heard=heard):
                    body = HeardBody(
                        type="heard",
                        seq=heard.seq,
                        how=heard.how.value,  # type: ignore[arg-type]  # returned is never made here
                        chars=heard.chars,
                    )
                    try:
                        await carry_out(body, self._wiring, self._user_id)
                    except (Problem, Unreachable) as error:
                        log.warning("telephone: not marked, error=%s", where(error))
                case PhoneText() as said:
                    self._ask(said)

    async def _keep_time(self) -> None:
        """Say and end what had to wait."""
        while True:
            self._changed.clear()
            wake_at = self._phone.wake_at
            if wake_at is not None and wake_at <= self._now():
                self._do(self._phone.clock(self._now()))
                continue
            try:
                async with asyncio.timeout(None if wake_at is None else wake_at - self._now()):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _expire(self) -> None:
        await self._wiring.clock.sleep(self._invocation.cut - self._now())
        self._do([end("again")])
        await self._socket.flushed()
        raise HangUp(NORMAL, "call again")

    def _ask(self, said: PhoneText) -> None:
        reply = Reply(lambda shown: self._show(shown, said, reply))
        self._replies = [one for one in self._replies if one.is_open] + [reply]
        request = UserRequest(
            user_id=self._user_id,
            text=said.text,
            message_id=self._wiring.clock.new_id(),
            client_tools=(END_CALL,),
            patience_s=0,
            language=said.language,
            turn=CallTurn(call=self._call, index=said.index),
            device=ITSELF,
        )
        brain = begin(self._wiring, request, self._invocation, reply)
        self._brains.add(brain)
        brain.add_done_callback(self._brains.discard)
        self._start(self._answer(said, reply))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _claim(self, seq: int) -> None:
        """Find out whether the telephone may say a message that is not for it alone."""
        now = self._wiring.clock.utc()
        try:
            made = await claim(self._wiring.redis, self._user_id, seq, device=self._device, now=now)
            state, left_s = made.state, made.left_ms / 1000
        except Unreachable as error:
            log.warning("telephone: not claimed, error=%s", where(error))
            state, left_s = "held", AGAIN_S
        self._do(self._phone.claimed(state, left_s, self._now()))

    async def _answer(self, said: PhoneText, reply: Reply) -> None:
        """Tell the answer. The log may have told it before."""
        try:
            outcome = await wait_for(reply, patience_s=0)
        except Exception as error:  # noqa: BLE001 - the edge: the caller is told that it failed
            log.warning("telephone: no answer, error=%s", where(error))
            words = language_of(said.language).LAST_WORDS["model"]
            self._do(self._phone.failed(words, self._now()))
            return
        self._phone.placed(said.index, outcome.seq, outcome.run_id)
        if outcome.message is not None:
            self._tell(outcome.message)
        self._changed.set()

    def _show(self, shown: Shown, said: PhoneText, reply: Reply) -> None:
        """Say a message at once: the log tells it too, a moment later."""
        if isinstance(shown, Message | Utterance):
            self._phone.placed(said.index, reply.seq, reply.run_id)
            self._tell(shown)

    def _tell(self, entry: Message | Utterance) -> None:
        turn = entry.turn if isinstance(entry, Utterance) else None
        if turn is not None and turn.call == self._call:
            self._phone.placed(turn.index, entry.seq, entry.run_id)
        self._do(self._phone.entry(entry, self._now()))

    def _do(self, actions: Iterable[PhoneAction]) -> None:
        for action in actions:
            if isinstance(action, PhoneFrame):
                self._socket.tell(action.frame)
            elif isinstance(action, PhoneClaim):
                self._start(self._claim(action.seq))
            else:
                self._waiting.put_nowait(action)
        self._changed.set()

    def _now(self) -> float:
        return self._wiring.clock.now()
