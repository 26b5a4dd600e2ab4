"""The word that nobody asked for: what happened outside, said when somebody hears it.

A notice is held first and said second: whoever told of the event may forget it then. When it is
said is decided in one place (notices/deciding.py), each time something changes: an event comes, a
run ends or comes to the end of a sentence, the user comes back, the quiet hours end.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from brain.codec import fingerprint
from brain.errors import ChannelUnreachable, ModelFault, QueueUnreachable
from brain.events.model import Event
from brain.notices.deciding import Announcement, Plan, Situation, notice_of, what_now
from brain.notices.judging import Judgement, judgement, judging_prompt
from brain.notices.model import Notice, PendingNotices
from brain.notices.ports import NoticeBoard, RuleStore
from brain.notices.rules import ToJudge, Told, Worth, worth
from brain.preferences.flow import preferences_of
from brain.preferences.ports import PreferenceStore
from brain.run.deliver import send_websocket_message
from brain.run.messages import Draft, Kind, Message
from brain.run.moves import NO_RUN, LeaseToken, WakeCall
from brain.run.ports import Channel, Clock, Model, Prompt, Queue
from brain.run.records import message_for_channel
from brain.run.turn import Turn
from brain.says.choice import Languages
from brain.says.texts import Texts

JUDGE_S = 20.0  # seconds for the model's word on whether an event is worth one
RETHINKS = 5  # times that a plan is made when others are quicker with theirs
MOST_JUDGED = 20  # events of one moment; the others are told unjudged

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeServices:
    """What is needed to announce. `preferences` and `rules` are None where there is no database."""

    board: NoticeBoard
    preferences: PreferenceStore | None
    rules: RuleStore | None
    channel: Channel
    queue: Queue
    model: Model
    clock: Clock
    languages: Languages


async def take_events(services: NoticeServices, user_id: str, events: Sequence[Event]) -> None:
    """See whether events are worth a word, and say it as soon as it may be said: of several that
    come together in one message.

    Once however often they are told. Raises StoreUnreachable, DatabaseUnreachable: then they are to
    be told again.
    """
    held = None
    for event, (told, words) in zip(events, await _worths(services, user_id, events), strict=True):
        if told is None:
            log.info("notice: not worth a word, kind=%s", event.kind)
            continue
        held = await services.board.keep(user_id, notice_of(event, urgent=told.urgent, words=words))
    if held is not None:
        _, until = await _decide(services, user_id, held, token=None)
        await _come_again(services, user_id, until)


async def announce_pending(services: NoticeServices, user_id: str) -> None:
    """Say what is held, as far as it may be said now. Raises StoreUnreachable,
    DatabaseUnreachable.
    """
    await _decide(services, user_id, await services.board.pending(user_id), token=None)


async def announce_between(services: NoticeServices, turn: Turn) -> None:
    """The same by a brain that is between two of its sentences; they keep their order. Raises
    StoreUnreachable, DatabaseUnreachable.
    """
    token = turn.lease.token
    held = await services.board.pending(token.user_id)
    said, _ = await _decide(services, token.user_id, held, token=token, publishes=False)
    for message in said:
        send_websocket_message(turn.outbox, turn.reply, message)


async def announce_after(services: NoticeServices, turn: Turn) -> None:
    """The same by a brain whose run has ended: what the run has said comes first, however slow the
    channel is. Raises StoreUnreachable, DatabaseUnreachable.
    """
    user_id = turn.user_id
    held = await services.board.pending(user_id)
    said, _ = await _decide(services, user_id, held, token=None, publishes=False)
    for message in said:
        turn.outbox.send("message", message_for_channel(message))


async def end_quiet(services: NoticeServices, user_id: str) -> None:
    """The quiet hours should be over: say what is held. Where they were moved, the queue is to call
    again. Raises StoreUnreachable, DatabaseUnreachable.
    """
    held = await services.board.pending(user_id)
    _, until = await _decide(services, user_id, held, token=None)
    await _come_again(services, user_id, until)


async def _worths(
    services: NoticeServices, user_id: str, events: Sequence[Event]
) -> list[tuple[Told | None, str]]:
    """What each is worth under the user's rules, and in which words where those were chosen."""
    preferences = await preferences_of(services.preferences, user_id)
    rules = await services.rules.rules(user_id) if services.rules is not None else ()
    found = [worth(event, rules, preferences) for event in events]
    unsure = [i for i, one in enumerate(found) if isinstance(one, ToJudge)][:MOST_JUDGED]
    device = (await services.board.pending(user_id)).language if unsure else None
    texts = services.languages.chosen(preferences.language, device)
    judging = (_judged(services, events[i], found[i], texts) for i in unsure)
    judged = dict(zip(unsure, await asyncio.gather(*judging), strict=True))
    return [
        _told(events[i], one, judged.get(i, Judgement(speak=True))) for i, one in enumerate(found)
    ]


def _told(event: Event, found: Worth, judged: Judgement) -> tuple[Told | None, str]:
    if not isinstance(found, ToJudge):
        return found, ""
    if not judged.speak:
        return found.otherwise, ""
    urgent = event.urgent or any(rule.urgent for rule in found.rules)
    return Told(urgent=urgent), judged.words


async def _judged(services: NoticeServices, event: Event, found: Worth, texts: Texts) -> Judgement:
    """The model's word; in doubt the user is told, since they have set the rule."""
    rules = found.rules if isinstance(found, ToJudge) else ()
    prompt = Prompt(messages=judging_prompt(event, rules), tools=())
    try:
        answer = await services.model.answer(prompt, limit_s=JUDGE_S)
    except ModelFault as fault:
        log.warning("notice: not judged, reason=%s", fault)
        return Judgement(speak=True)
    return judgement(answer.text, texts)


async def _decide(
    services: NoticeServices,
    user_id: str,
    held: PendingNotices,
    *,
    token: LeaseToken | None,
    publishes: bool = True,
) -> tuple[list[Message], datetime | None]:
    """What was said, and when to decide again at the latest, if that is known. It is published at
    once; but a brain, with its `hold` while it runs, does so in its order.
    """
    said: list[Message] = []
    for _ in range(RETHINKS):
        plan = await _plan(services, user_id, held, token)
        if plan.dropped:
            await services.board.announce(user_id, None, forms=_forms(held.forms, plan.dropped))
        for announcement in plan.now:
            message = await _say(services, user_id, held, announcement, token)
            if message is None:
                break
            said.append(message)
            if publishes:
                await _publish(services, user_id, message)
        else:
            break
        # Another was quicker with a part of it, or a brain has begun to work.
        held = await services.board.pending(user_id)
    return said, plan.until


async def _plan(
    services: NoticeServices, user_id: str, held: PendingNotices, token: LeaseToken | None
) -> Plan:
    if not held.notices:
        return Plan()
    preferences = await preferences_of(services.preferences, user_id)
    situation = Situation(
        running=held.running and token is None,
        listening=held.listening,
        last_contact=held.contact,
        unheard=held.unheard,
    )
    return what_now(
        held.notices,
        situation=situation,
        preferences=preferences,
        now=held.now,
        texts=services.languages.chosen(preferences.language, held.language),
    )


async def _say(
    services: NoticeServices,
    user_id: str,
    held: PendingNotices,
    announcement: Announcement,
    token: LeaseToken | None,
) -> Message | None:
    """Recorded first, published by whoever asks: a death in between costs a page's next look."""
    known = {notice.id: notice for notice in (*_unheard(held), *held.notices)}
    message = await services.board.announce(
        user_id,
        _draft(services, announcement),
        forms=_forms(held.forms, announcement.notices),
        noted=[known[id] for id in announcement.notices if id in known],
        token=token,
    )
    if message is not None:
        log.info("notice: said, notices=%d", len(announcement.notices))
    return message


def _draft(services: NoticeServices, announcement: Announcement) -> Draft:
    return Draft(
        id=services.clock.new_id(),
        kind=Kind.NOTIFICATION,
        text=announcement.text,
        answers_seq=0,
        created_at=services.clock.utc(),
        speak=announcement.speak,
        expires_at=announcement.expires_at,
        supersedes=announcement.supersedes,
        foreign=announcement.foreign,
    )


async def _publish(services: NoticeServices, user_id: str, message: Message) -> None:
    with suppress(ChannelUnreachable):
        await services.channel.publish(user_id, "message", message_for_channel(message))


async def _come_again(services: NoticeServices, user_id: str, until: datetime | None) -> None:
    """Let the queue call when the quiet hours end; else it waits for the next thing to happen.

    Once for what comes in them, and not whenever a page looks.
    """
    if until is None:
        return
    seconds = max((until - services.clock.utc()).total_seconds(), 0)
    wake_call = WakeCall(user_id=user_id, run_id=NO_RUN, reason="event")
    name = f"held-{fingerprint({'user': user_id})}-{round(until.timestamp())}"  # ASCII alone
    with suppress(QueueUnreachable):
        await services.queue.publish(wake_call, delay_s=seconds, dedup_id=name)


def _unheard(held: PendingNotices) -> tuple[Notice, ...]:
    return held.unheard.notices if held.unheard else ()


def _forms(forms: Mapping[str, str], ids: tuple[str, ...]) -> list[str]:
    return [forms[id] for id in ids if id in forms]


@dataclass(frozen=True, kw_only=True, slots=True)
class Notices:
    """Announces: the announcer of events, and what is done around each run."""

    services: NoticeServices

    async def take_events(self, user_id: str, events: Sequence[Event]) -> None:
        await take_events(self.services, user_id, events)

    async def before(self, turn: Turn) -> None:
        return None

    async def between(self, turn: Turn) -> None:
        if turn.state.pending:
            await announce_between(self.services, turn)

    async def after(self, turn: Turn) -> None:
        if turn.state.pending:
            await announce_after(self.services, turn)

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        if by_queue:
            await end_quiet(self.services, user_id)
        else:
            await announce_pending(self.services, user_id)
