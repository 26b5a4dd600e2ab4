"""Waits for an answer that its caller did not wait for, and sends it to the platform."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from brain.errors import BrainError, StoreUnreachable
from brain.run.messages import Draft, How, Kind, Message
from brain.run.ports import News
from brain.run.records import draft_to_log
from brain.voice.chat.flow import claim, owe
from brain.voice.chat.model import ChatRequest, Owed
from brain.voice.chat.ports import Desk
from brain.voice.chat.telling import Narration, late_answers, sent_late
from brain.voice.late_words import told_late

ENDED = Owed(run_id="", since=0)  # stands for: nothing is owed, because the run has ended
NOTE_S = 6.0  # seconds to note that an answer is owed; the caller is still waiting
LOOK_S = 1.0  # seconds between reads of the log of a run in another process; news come sooner

log = logging.getLogger("brain")


class Woken:
    """Wakes a reader of the log when there are news. Without news it is woken after the limit."""

    def __init__(self, news: News, user_id: str) -> None:
        self._news = news
        self._user_id = user_id
        self._event = asyncio.Event()

    async def __aenter__(self) -> "Woken":
        self._task = asyncio.ensure_future(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    async def wait(self, limit_s: float) -> None:
        """Return at the next news, or after `limit_s` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._event.wait()
        self._event.clear()

    async def _listen(self) -> None:
        with suppress(StoreUnreachable):
            async with self._news.listen(self._user_id) as updates:
                async for _ in updates:
                    self._event.set()


async def postpone(
    desk: Desk, user_id: str, asked: ChatRequest, message_id: str, telling: Narration, text: str
) -> Owed | None:
    """Note that the answer is owed, and that the caller is told this text meanwhile (if any).

    The text becomes a breadcrumb in the log, so that it is known when the platform quotes it.
    Return ENDED if the run has just ended; None if it could not be noted.
    """
    crumb = Draft(
        id=desk.clock.new_id(),
        kind=Kind.BREADCRUMB,
        text=text,
        answers_seq=telling.seq,
        created_at=desk.clock.utc(),
    )
    owed = Owed(run_id=telling.run_id, since=max(telling.last_seq, telling.seq))
    form = draft_to_log(crumb) if text else ""
    try:
        async with asyncio.timeout(NOTE_S):
            seq = await owe(desk.calls, user_id, asked, message_id, owed, crumb=form)
    except (StoreUnreachable, TimeoutError) as error:
        log.warning("chat: not noted as late, reason=%s", type(error).__name__)
        return None
    return owed if seq else ENDED


async def sayable(
    desk: Desk, user_id: str, call: str, messages: Sequence[Message]
) -> list[Message]:
    """Return those of the messages that no other device says. Raises StoreUnreachable."""
    now, may_say = desk.clock.utc(), desk.calls.may_say
    return [one for one in messages if await may_say(user_id, call, one.seq, now=now)]


class Late:
    """An owed answer of a user's call."""

    def __init__(self, desk: Desk, user_id: str, call: str, owed: Owed) -> None:
        self._desk = desk
        self._user_id = user_id
        self._call = call
        self._owed = owed

    async def send(self, url: str, *, ends: float) -> None:
        """Send the answer, if the run ends before the time `ends` and nobody else tells it.

        It is taken before it is sent, and given back if it was not. After a crash in between it
        stays in the log, and nobody hears it twice.
        """
        try:
            messages = await self._answer(ends)
            if messages and await claim(self._desk.calls, self._user_id, self._call, self._owed):
                own = await sayable(self._desk, self._user_id, self._call, messages)
                if own:
                    await self._say(url, own)
        except BrainError as error:
            log.warning("chat: late answer not sent, reason=%s", type(error).__name__)

    async def _say(self, url: str, messages: Sequence[Message]) -> None:
        texts = await self._desk.texts_of(self._user_id)
        if not await self._desk.say(url, " ".join(told_late(each, texts) for each in messages)):
            await claim(self._desk.calls, self._user_id, self._call, self._owed, back=True)
            return
        for message in messages:
            await self._desk.store.heard(self._user_id, sent_late(message).played())

    async def _answer(self, ends: float) -> list[Message]:
        """Return the answer once the run has ended; nothing if that takes too long."""
        clock = self._desk.clock
        async with Woken(self._desk.news, self._user_id) as woken:
            while (left_s := ends - clock.now()) > 0:
                since = self._owed.since
                found = await self._desk.calls.follow(self._user_id, since=since, listens=True)
                if found.run_id != self._owed.run_id or not found.is_open:
                    played = {mark.seq for mark in found.heard if mark.how is How.PLAYED}
                    return late_answers(found.entries, self._owed, played=played)
                await woken.wait(min(LOOK_S, left_s))
        return []
