"""Reminds the user when the time of a reminder has come."""

from dataclasses import dataclass

from brain.events.model import Event
from brain.events.ports import Announcer
from brain.reminders.ports import Reminders
from brain.reminders.rules import due_event, is_due, stage
from brain.run.ports import Clock, Queue


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderServices:
    """What is needed to remind the user."""

    reminders: Reminders
    announcer: Announcer
    queue: Queue
    clock: Clock


async def remind(services: ReminderServices, user_id: str, id: str) -> None:
    """Announce a reminder that is due; let the queue call again for one that is not.

    Raises StoreUnreachable, QueueUnreachable, EntryUnreadable.
    """
    reminder = await services.reminders.find(user_id, id)
    if reminder is None:
        return  # it was cancelled, or told
    now = services.clock.utc()
    if not is_due(reminder, now):
        delay_s, dedup_id = stage(reminder, now)
        event = due_event(user_id, id)
        await services.queue.tell(event, delay_s=delay_s, dedup_id=dedup_id)
        return
    event_of = Event(
        id=f"reminder-{id}",
        kind="reminder",
        at=reminder.at,
        text=reminder.text,
        foreign=reminder.foreign,
    )
    # Held first, taken away second: a death in between is put right by the queue's next try.
    await services.announcer.take_events(user_id, [event_of])
    await services.reminders.take(user_id, id)
