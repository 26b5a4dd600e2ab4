"""Tells the answer to one text while the brain works: from this process, else from the log."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field  # noqa: TID251  # a struct has no unset fields
from functools import partial

from msgspec.structs import replace

from brain.chat.hearing import ITSELF
from brain.errors import StoreUnreachable
from brain.http.waiting import wait_for
from brain.run.deliver import Outcome, Reply, Shown
from brain.run.messages import Heard, How, LogEntry, Message, Utterance
from brain.run.requests import UserRequest
from brain.run.turn import Invocation
from brain.voice.chat.flow import told_late
from brain.voice.chat.late import ENDED, Late, Woken, postpone, sayable
from brain.voice.chat.model import NO_CALL, ChatRequest, CurrentTurn, Owed
from brain.voice.chat.ports import Desk
from brain.voice.chat.telling import Narration, late_answers, sentences
from brain.voice.chat.wire import AnswerPart, Usage

RECORD_S = 8.0  # seconds to record a text: clients give up after 10 s without a byte
LOOK_S = 1.0  # seconds between reads of the log of a run in another process; news come sooner
AGAIN_S = 0.3  # seconds before the log is read again if the store could not be reached
MARGIN_S = 1.0  # seconds before an invocation ends in which the caller is told so
MOST_LATE_S = 300.0  # seconds that a late answer is waited for, to send it to the platform

log = logging.getLogger("brain")


@dataclass(kw_only=True, slots=True)
class Answering:
    """The answer to `request`. `turn` is the call's turn that it belongs to, None if unknown.

    `beside` are those to results of tools that came with the same request. `control_url` is where
    an answer can be sent to that comes too late, checked before. `tasks` end before the function.
    """

    desk: Desk
    asked: ChatRequest
    request: UserRequest
    invocation: Invocation
    patience_s: float
    turn: CurrentTurn | None = None
    control_url: str | None = None
    beside: "tuple[Answering, ...]" = ()
    reply: Reply = field(init=False)
    telling: Narration = field(init=False)
    _shown: "asyncio.Queue[Shown]" = field(default_factory=asyncio.Queue)
    tasks: "set[asyncio.Task[None]]" = field(init=False)
    _owed: Owed | None = None

    @property
    def user_id(self) -> str:
        """The id of the user."""
        return self.request.user_id

    # ---- recording

    async def record(self) -> None:
        """Return once the text is in the log.

        Raises StoreUnreachable if that took too long, and what the brain raises. After an error,
        `end` has to be awaited as well.
        """
        self.reply = Reply(self._shown.put_nowait)
        request = replace(self.request, device=ITSELF)
        self.tasks = {self.desk.begin(request, self.invocation, self.reply)}
        first = asyncio.ensure_future(self._shown.get())
        settling = asyncio.ensure_future(self.reply.outcome())
        try:
            until = asyncio.FIRST_COMPLETED
            await asyncio.wait({first, settling}, timeout=RECORD_S, return_when=until)
            if first.done() and isinstance(own := first.result(), Utterance):
                self.telling = self._telling(own.seq, own.run_id)
            elif settling.done() and (outcome := settling.result()) is not None:
                self.telling = self._telling(outcome.seq, outcome.run_id)
            else:
                raise StoreUnreachable("the text was not recorded in time")
        finally:
            first.cancel()
            settling.cancel()

    def _telling(self, seq: int, run_id: str) -> Narration:
        return Narration(
            seq=seq,
            run_id=run_id,
            call=(self.asked.call or NO_CALL) if self.turn is not None else "",
            index=self.turn.index if self.turn is not None else 0,
            is_drawled=self.asked.is_drawled,
        )

    def leave(self) -> None:
        """Note that the caller has gone: what the run still says goes to the user's pages."""
        self.reply.leave()
        self.reply.give("running")

    # ---- telling

    async def parts(self) -> AsyncGenerator[AnswerPart, None]:
        """Yield what is to be said, until the answer is complete or the patience ends."""
        ends = min(self.invocation.started + (self.patience_s or float("inf")), self._cut)
        await self._prepare()
        async for part in self._live(ends):
            yield part
        async for part in self._followed(ends):
            yield part
        if not self.telling.is_over:
            async for part in self._postponed():
                yield part

    @property
    def _cut(self) -> float:
        return self.invocation.cut - MARGIN_S

    async def _prepare(self) -> None:
        """Read what has to be known first: the run of a decided question, and late answers."""
        telling = self.telling
        if not telling.run_id:
            found = await self.desk.calls.follow(self.user_id, since=telling.seq - 1)
            own = next((entry for entry in found.entries if entry.seq == telling.seq), None)
            telling.run_id = own.run_id if own is not None else ""
        # What came of a tool's result that the same request has brought, before the text itself.
        results = [Owed(run_id=o.telling.run_id, since=o.telling.seq) for o in self.beside]
        if not (owed := (*results, *told_late(self.turn))):
            return
        with suppress(StoreUnreachable):
            telling.offer = (await self.desk.texts_of(self.user_id)).MORE
            since = min(one.since for one in owed)
            found = await self.desk.calls.follow(self.user_id, since=since)
            played = {mark.seq for mark in found.heard if mark.how is How.PLAYED}
            answers = partial(late_answers, found.entries, before=telling.seq, played=played)
            late = [message for one in owed for message in answers(one)]
            telling.late = await sayable(self.desk, self.user_id, self.asked.call, late)

    async def _live(self, ends: float) -> AsyncGenerator[AnswerPart, None]:
        """Yield what the brain in this process says, until it has settled the reply."""
        left_s = max(ends - self.desk.clock.now(), 0.01)  # 0 would mean no limit
        waiting = asyncio.ensure_future(wait_for(self.reply, patience_s=left_s))
        try:
            while not (waiting.done() and self._shown.empty()) and not self.telling.is_over:
                coming = asyncio.ensure_future(self._shown.get())
                await asyncio.wait({waiting, coming}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    continue
                entry = coming.result()
                for part in self._taken([entry] if isinstance(entry, LOGGED) else []):
                    yield part
            if waiting.done() and _state(waiting) == "withdrawn":
                self.telling.is_over = True
        finally:
            waiting.cancel()
            await asyncio.wait({waiting})
            if self.telling.is_over:
                # Nobody reads this reply any more: what the run still says goes to the pages.
                self.reply.give("running")

    async def _followed(self, ends: float) -> AsyncGenerator[AnswerPart, None]:
        """Yield what the log has of the run, until it has ended or the time has come."""
        for part in await self._look(listens=True):  # a known answer needs no subscription
            yield part
        if self.telling.is_over or self.desk.clock.now() >= ends:
            return
        async with Woken(self.desk.news, self.user_id) as woken:
            while not self.telling.is_over and (left_s := ends - self.desk.clock.now()) > 0:
                await woken.wait(min(LOOK_S, left_s))
                for part in await self._look():
                    yield part

    async def _look(self, *, listens: bool = False) -> list[AnswerPart]:
        """Read the log once. Return what is new, and conclude if the run has ended."""
        telling, parts = self.telling, list[AnswerPart]()
        while not telling.is_over:
            since = max(telling.last_seq, telling.seq - 1)
            try:
                found = await self.desk.calls.follow(self.user_id, since=since, listens=listens)
            except StoreUnreachable as error:
                log.warning("chat: log not read, reason=%s", error)
                await self.desk.clock.sleep(AGAIN_S)
                return parts
            parts += self._taken(found.entries)
            if found.entries:
                continue
            if found.run_id != telling.run_id or not found.is_open:
                parts += telling.conclude()
            return parts
        return parts

    def _taken(self, entries: Iterable[LogEntry]) -> list[AnswerPart]:
        return [part for entry in entries for part in self.telling.take(entry)]

    async def _postponed(self) -> AsyncGenerator[AnswerPart, None]:
        """Note that the answer is owed, and say so unless something was said."""
        text = ""
        if not self.telling.has_spoken:
            text = (await self.desk.texts_of(self.user_id)).TAKES_LONGER
        found = await postpone(
            self.desk, self.user_id, self.asked, self.request.message_id, self.telling, text
        )
        if found is ENDED:
            for part in await self._look():
                yield part
            return
        self._owed = found
        for sentence in sentences(text):
            yield sentence

    async def usage(self) -> Usage:
        """Return the tokens of the run's model calls, as far as they are known."""
        telling = self.telling
        with suppress(StoreUnreachable):
            found = await self.desk.calls.follow(
                self.user_id, since=telling.last_seq, run_id=telling.run_id
            )
            return found.usage
        return Usage()

    # ---- afterwards

    async def note_sent(self) -> None:
        """Record that a question has reached the caller: a spoken yes is compared with the time."""
        for message in self.telling.told:
            if message.question is not None:
                with suppress(StoreUnreachable):
                    returned = Heard(seq=message.seq, how=How.RETURNED)
                    await self.desk.store.heard(self.user_id, returned)

    async def end(self) -> None:
        """Return once the tasks have ended. Then send an answer that was too late to the platform,
        if it has given an address.
        """
        await asyncio.gather(*(other.end() for other in self.beside))
        await asyncio.wait(self.tasks)
        if self._owed is not None and self.control_url is not None:
            ends = min(self.desk.clock.now() + MOST_LATE_S, self._cut)
            late = Late(self.desk, self.user_id, self.asked.call, self._owed)
            await late.send(self.control_url, ends=ends)


LOGGED = (Utterance, Message)


def _state(waiting: "asyncio.Future[Outcome]") -> str:
    """Return the state of the outcome. A brain that has failed is continued by the queue."""
    return "running" if waiting.exception() is not None else waiting.result().state
