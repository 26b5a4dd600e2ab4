"""Announces events from outside to a user who can hear them.

A notice is stored before it is announced, so that the sender of the event may then forget the
event. One function decides when to announce (notices/deciding.py). It runs each time something
changes: an event arrives, a run ends or finishes a sentence, the user returns, the quiet hours end.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from msgspec import Struct

from brain.codec import fingerprint
from brain.errors import ChannelUnreachable, QueueUnreachable
from brain.events.model import Event
from brain.notices.assessing import notices_of
from brain.notices.deciding import Announcement, Plan, Situation, what_now
from brain.notices.model import Notice, PendingNotices
from brain.notices.services import NoticeServices
from brain.preferences.flow import preferences_of
from brain.preferences.rules import in_zone
from brain.run.deliver import send_websocket_message
from brain.run.messages import Draft, Kind, Message
from brain.run.moves import NO_RUN, LeaseToken, WakeCall
from brain.run.records import entry_for_channel
from brain.run.turn import Turn

PLANS = 5  # attempts to make a plan and carry it out before another process changes the notices

log = logging.getLogger(__name__)


async def take_events(services: NoticeServices, user_id: str, events: Sequence[Event]) -> None:
    """Announce the events that the user should be told about, as soon as this is allowed.

    Events that are given together become one message. An event that is reported again is announced
    only once. Raises StoreUnreachable, DatabaseUnreachable: the caller must report the events again
    later.
    """
    pending = None
    for notice in await notices_of(services, user_id, events):
        pending = await services.board.keep(user_id, notice)
    if pending is not None:
        _, until = await _announce(services, user_id, pending, token=None)
        await _schedule(services, user_id, until)
        await _push(services, user_id, pending)


async def announce_pending(services: NoticeServices, user_id: str) -> None:
    """Announce the pending notices that may be announced now.

    Raises StoreUnreachable, DatabaseUnreachable.
    """
    await _announce(services, user_id, await services.board.pending(user_id), token=None)


async def announce_between(services: NoticeServices, turn: Turn) -> None:
    """Announce pending notices during a run, between two sentences of its answer.

    The messages go out in the run's own order. Raises StoreUnreachable, DatabaseUnreachable.
    """
    token = turn.lease.token
    pending = await services.board.pending(token.user_id)
    said, _ = await _announce(services, token.user_id, pending, token=token, publishes=False)
    for message in said:
        send_websocket_message(turn.outbox, turn.reply, message)


async def announce_after(services: NoticeServices, turn: Turn) -> None:
    """Announce pending notices after a run has ended.

    The run's own messages go out first, even if the channel is slow. Raises StoreUnreachable,
    DatabaseUnreachable.
    """
    user_id = turn.user_id
    pending = await services.board.pending(user_id)
    said, _ = await _announce(services, user_id, pending, token=None, publishes=False)
    for message in said:
        turn.outbox.send("message", entry_for_channel(message))
    await _push(services, user_id, pending)


async def end_quiet(services: NoticeServices, user_id: str) -> None:
    """Announce pending notices at the end of the quiet hours.

    If the user has moved the end of the quiet hours, schedule another call by the queue. Raises
    StoreUnreachable, DatabaseUnreachable.
    """
    pending = await services.board.pending(user_id)
    _, until = await _announce(services, user_id, pending, token=None)
    await _schedule(services, user_id, until)
    await _push(services, user_id, pending)


async def _announce(
    services: NoticeServices,
    user_id: str,
    pending: PendingNotices,
    *,
    token: LeaseToken | None,
    publishes: bool = True,
) -> tuple[list[Message], datetime | None]:
    """Announce what may be announced now. Return the messages, and the time to decide again.

    That time is None if only an event can change the decision. With `publishes` the messages go to
    the channel at once; otherwise the caller publishes them. `token` is the lease token of a run
    that still goes on and that announces the notices itself.
    """
    said: list[Message] = []
    for _ in range(PLANS):
        plan = await _plan(services, user_id, pending, token)
        if plan.dropped:
            await services.board.announce(user_id, None, forms=_forms(pending.forms, plan.dropped))
        for announcement in plan.now:
            message = await _record(services, user_id, pending, announcement, token)
            if message is None:
                break
            said.append(message)
            if publishes:
                await _publish(services, user_id, message)
        else:
            break
        # Another process has announced a part of the plan, or a run has begun.
        pending = await services.board.pending(user_id)
    return said, plan.until


async def _plan(
    services: NoticeServices, user_id: str, pending: PendingNotices, token: LeaseToken | None
) -> Plan:
    if not pending.notices:
        return Plan()
    preferences = await preferences_of(services.preferences, user_id)
    situation = Situation(
        running=pending.running and token is None,
        listening=pending.listening,
        last_contact=pending.contact,
        unheard=pending.unheard,
    )
    return what_now(
        pending.notices,
        situation=situation,
        preferences=in_zone(preferences, pending.zone),
        now=pending.now,
        texts=services.languages.chosen(preferences.language, pending.language),
    )


async def _record(
    services: NoticeServices,
    user_id: str,
    pending: PendingNotices,
    announcement: Announcement,
    token: LeaseToken | None,
) -> Message | None:
    """Store the message. The caller publishes it afterwards.

    A crash in between loses nothing: pages find the message when they next read the log.
    """
    known = {notice.id: notice for notice in (*_unheard(pending), *pending.notices)}
    message = await services.board.announce(
        user_id,
        _draft(services, announcement),
        forms=_forms(pending.forms, announcement.notices),
        noted=[known[id] for id in announcement.notices if id in known],
        token=token,
    )
    if message is not None:
        log.info("notice: announced, notices=%d", len(announcement.notices))
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
        await services.channel.publish(user_id, "message", entry_for_channel(message))


async def _schedule(services: NoticeServices, user_id: str, until: datetime | None) -> None:
    """Ask the queue to call at `until`, the end of the quiet hours. Do nothing if it is None.

    The name of the call depends on the user and the time alone, so that all events of the same
    quiet hours cause one call.
    """
    if until is None:
        return
    seconds = max((until - services.clock.utc()).total_seconds(), 0)
    wake_call = WakeCall(user_id=user_id, run_id=NO_RUN, reason="event")
    name = f"held-{fingerprint({'user': user_id})}-{round(until.timestamp())}"  # ASCII only
    with suppress(QueueUnreachable):
        await services.queue.publish(wake_call, delay_s=seconds, dedup_id=name)


async def _push(services: NoticeServices, user_id: str, pending: PendingNotices) -> None:
    """Push what waits to the devices of a user without an open page."""
    if services.pushes is not None and not pending.listening:
        await services.pushes.consider(user_id)


def _unheard(pending: PendingNotices) -> tuple[Notice, ...]:
    return pending.unheard.notices if pending.unheard else ()


def _forms(forms: Mapping[str, str], ids: tuple[str, ...]) -> list[str]:
    return [forms[id] for id in ids if id in forms]


class Notices(Struct, frozen=True, kw_only=True):
    """The announcer of events, and the steps that announce pending notices around each run."""

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
