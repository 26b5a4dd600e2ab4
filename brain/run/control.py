"""What the user does to a run besides speaking."""

import logging
from contextlib import suppress

from brain.errors import ChannelUnreachable
from brain.run.messages import Draft, Kind, Speak
from brain.run.moves import Settled, Stop, Stopped
from brain.run.ports import Channel, Clock
from brain.run.records import message_for_channel
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
    """End the run now, this one or whichever is open, and let the user's pages know.

    Its brain, if it has one, is refused from now on and cuts its thinking at its next look.
    Raises StoreUnreachable.
    """
    found = await store.stop(
        Stop(
            user_id=user_id,
            run_id=run_id,
            plain=_last_word(clock, texts.STOPPED),
            unsure=_last_word(clock, texts.STOPPED_IN_AN_ACT),
        )
    )
    if isinstance(found, Stopped):
        log.info("control: stopped, run=%s", found.run_id)
        await _publish(channel, user_id, found)
    return found


def _last_word(clock: Clock, text: str) -> Draft:
    """Not to be spoken: who says stop wants to hear nothing more."""
    return Draft(
        id=clock.new_id(),
        kind=Kind.SAY,
        text=text,
        answers_seq=0,  # the store knows
        created_at=clock.utc(),
        speak=Speak.SILENT,
    )


async def _publish(channel: Channel, user_id: str, stopped: Stopped) -> None:
    # Commit first, publish second; a death in between, or a channel that is away, costs a page's
    # next look.
    with suppress(ChannelUnreachable):
        message = message_for_channel(stopped.message)
        await channel.publish(user_id, "message", message)
        event = {"runId": stopped.run_id, "state": "stopped"}
        await channel.publish(user_id, "run", event)
