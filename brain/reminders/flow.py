"""Reminds the user when a reminder is due."""

from msgspec import Struct

from brain.events.model import OWN_REMINDER, Event
from brain.events.ports import Announcer
from brain.reminders.ports import Reminders
from brain.reminders.rules import due_event, is_due, stage
from brain.run.ports import Clock, Queue


class ReminderServices(Struct, frozen=True, kw_only=True):
    """The services that reminding needs."""

    reminders: Reminders
    announcer: Announcer
    queue: Queue
    clock: Clock


async def remind(services: ReminderServices, user_id: str, id: str) -> None:
    """Announce the reminder if it is due. Otherwise schedule the queue's next call.

    Raises StoreUnreachable, QueueUnreachable, EntryUnreadable.
    """
    reminder = await services.reminders.find(user_id, id)
    if reminder is None:
        return  # it was cancelled or announced
    now = services.clock.utc()
    if not is_due(reminder, now):
        delay_s, dedup_id = stage(reminder, now)
        event = due_event(user_id, id)
        await services.queue.tell(event, delay_s=delay_s, dedup_id=dedup_id)
        return
    due = Event(
        id=f"{OWN_REMINDER}{id}",
        kind="reminder",
        at=reminder.at,
        text=reminder.text,
        foreign=reminder.foreign,
    )
    # The notice is stored before the reminder is deleted. After a crash in between, the queue calls
    # again, and the notice is not stored twice.
    await services.announcer.take_events(user_id, [due])
    await services.reminders.take(user_id, id)
