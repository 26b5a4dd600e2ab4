"""Erases what there is of a user: everything, the conversation, or entries of the log."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

from msgspec import Struct

from brain.errors import ChannelUnreachable, QueueUnreachable
from brain.run.limits import Limits
from brain.run.ports import Channel, Clock
from brain.user.model import RowCounts, Scope
from brain.user.ports import PendingCalls, Rows, Traces
from brain.user.rules import camel

AT_ONCE = 10  # messages of the queue that are cancelled at the same time
ARCHIVE = "archive"
ERASED = "erased"  # the event for the user's pages

log = logging.getLogger(__name__)


class ErasingServices(Struct, frozen=True, kw_only=True):
    """What erasing needs. `rows` and `calls` are None without a database or a queue.

    `stand_ins` returns the ids that take the place of a user's id, `erasing` and `erased` tell the
    features before and after, and `stop` ends the run that is on and says so in the log.
    """

    traces: Traces
    rows: Rows | None
    calls: PendingCalls | None
    channel: Channel
    clock: Clock
    limits: Limits
    stand_ins: Callable[[str], Awaitable[Sequence[str]]]
    erasing: Callable[[str], Awaitable[Collection[str]]]
    erased: Callable[[str], Awaitable[None]]
    stop: Callable[[str], Awaitable[None]]


async def erase_all(services: ErasingServices, user_id: str) -> RowCounts:
    """Erase everything of a user, everywhere. Doing it again completes it.

    Raises StoreUnreachable, DatabaseUnreachable.
    """
    # The run is ended first: what it would write later, the store refuses. The minds are found in
    # the database, so their keys go before their rows.
    ended = await services.traces.end(user_id, "all")
    kept = await services.erasing(user_id)
    # At once: the store has forgotten them, so an erasure that fails now cannot find them again.
    cancelled = await _cancel(services, ended.queued, kept)
    ids = [user_id, *await services.stand_ins(user_id)]
    keys, queued = await services.traces.sweep(ids, "all")
    rows = await services.rows.delete(ids) if services.rows else {}
    if ended.was_busy or ended.entries:
        # A brain at work notices within this time, and after a run the log may still be copied.
        # What was just being written has come by then.
        await services.clock.sleep(services.limits.look_s)
        keys += (await services.traces.sweep(ids, "all"))[0]
        again = await services.rows.delete(ids) if services.rows else {}
        rows = {name: count + again.get(name, 0) for name, count in rows.items()}
    cancelled += await _cancel(services, queued, kept)
    await services.erased(user_id)
    await _tell(services, user_id, "all")
    log.info("user: erased, keys=%d rows=%d", keys, sum(rows.values()))
    return {"messages": ended.entries, "keys": keys, "queued": cancelled, **_named(rows)}


async def erase_conversation(services: ErasingServices, user_id: str) -> RowCounts:
    """Erase the log and all that was made of it. Documents, facts and settings stay.

    Raises StoreUnreachable, DatabaseUnreachable.
    """
    ended = await services.traces.end(user_id, "conversation")
    keys, _ = await services.traces.sweep([user_id], "conversation")
    rows = await _forget_archive(services, user_id)
    if ended.was_busy or ended.entries:  # as above
        await services.clock.sleep(services.limits.look_s)
        rows += await _forget_archive(services, user_id)
    await _tell(services, user_id, "conversation")
    log.info("user: conversation erased, keys=%d rows=%d", keys, rows)
    return {"messages": ended.entries, "keys": keys, ARCHIVE: rows}


async def erase_messages(
    services: ErasingServices, user_id: str, *, first: int, last: int
) -> RowCounts:
    """Erase the words of the log's entries from `first` to `last`. Their places stay.

    Raises StoreUnreachable, DatabaseUnreachable.
    """
    await services.stop(user_id)
    blanks = await services.traces.blank(user_id, first, last)
    rows = await services.rows.blank(user_id, first, last, blanks) if services.rows else 0
    await _tell(services, user_id, "messages")
    log.info("user: messages erased, entries=%d rows=%d", len(blanks), rows)
    return {"messages": len(blanks), ARCHIVE: rows}


async def _forget_archive(services: ErasingServices, user_id: str) -> int:
    rows = await services.rows.delete([user_id], only=ARCHIVE) if services.rows else {}
    return rows.get(ARCHIVE, 0)


async def _cancel(services: ErasingServices, queued: Iterable[str], kept: Collection[str]) -> int:
    """Cancel messages of the queue, and return how many there were. One that comes all the same
    finds nothing. Those stay that have one of the words `kept` after their ids.
    """
    if services.calls is None:
        return 0
    calls, gate = services.calls, asyncio.Semaphore(AT_ONCE)

    async def cancel(id: str) -> bool:
        async with gate:
            try:
                await calls.cancel(id)
            except QueueUnreachable as error:
                log.warning("user: message not cancelled, reason=%s", error)
                return False
            return True

    noted = [each.partition(" ") for each in dict.fromkeys(queued)]
    return sum(await asyncio.gather(*(cancel(id) for id, _, word in noted if word not in kept)))


async def _tell(services: ErasingServices, user_id: str, scope: Scope) -> None:
    """Tell the user's pages. One that does not hear it sees the change when it next reads."""
    try:
        await services.channel.publish(user_id, ERASED, {"scope": scope})
    except ChannelUnreachable as error:
        log.warning("user: pages not told, reason=%s", type(error).__name__)


def _named(rows: RowCounts) -> RowCounts:
    """Return the counts of tables by names as in JSON."""
    return {camel(table): count for table, count in rows.items()}
