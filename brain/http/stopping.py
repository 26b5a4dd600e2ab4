"""Stops a run at the user's request.

The store ends the run at once and refuses all later commits of its brain. The brain itself notices
at its next check of the lease and cancels its work.
"""

import logging
from contextlib import suppress

from brain.errors import ChannelUnreachable
from brain.run.messages import Draft, Kind, Speak
from brain.run.moves import Settled, Stopped
from brain.run.ports import Channel, Clock
from brain.run.records import entry_for_channel
from brain.run.requests import Stop
from brain.run.store import StateStore
from brain.says.texts import Texts

log = logging.getLogger(__name__)


async def stop_run(
    store: StateStore,
    channel: Channel,
    clock: Clock,
    user_id: str,
    *,
    run_id: str | None,
    texts: Texts,
) -> Stopped | Settled:
    """End the run now and notify the user's pages. `run_id` None means the run that is open.

    Raises StoreUnreachable.
    """
    if run_id is None:
        # A request without a run could arrive a second time, and end a run that has begun since.
        status = await store.status(user_id)
        if status.state != "running" or status.run_id is None:
            return Settled()
        run_id = status.run_id
    found = await store.stop(
        Stop(
            user_id=user_id,
            run_id=run_id,
            plain=_last_message(clock, texts.STOPPED),
            unsure=_last_message(clock, texts.STOPPED_IN_AN_ACT),
        )
    )
    if isinstance(found, Stopped):
        log.info("control: stopped, run=%s", found.run_id)
        await _publish(channel, user_id, found)
    return found


def _last_message(clock: Clock, text: str) -> Draft:
    """Return a silent message: a user who says stop does not want to hear more."""
    return Draft(
        id=clock.new_id(),
        kind=Kind.SAY,
        text=text,
        answers_seq=0,  # the store fills it in
        created_at=clock.utc(),
        speak=Speak.SILENT,
    )


async def _publish(channel: Channel, user_id: str, stopped: Stopped) -> None:
    # Commit first, publish second. If the process crashes in between, or the channel cannot be
    # reached, pages see the change when they next read the log.
    with suppress(ChannelUnreachable):
        message = entry_for_channel(stopped.message)
        await channel.publish(user_id, "message", message)
        event = {"runId": stopped.run_id, "state": "stopped"}
        await channel.publish(user_id, "run", event)
