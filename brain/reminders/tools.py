"""The tools that set, cancel and list reminders."""

from datetime import datetime, tzinfo
from typing import Annotated

from msgspec import Struct

from brain.codec import Json, fingerprint
from brain.errors import DatabaseUnreachable, EntryUnreadable, QueueUnreachable, ToolFault
from brain.preferences.model import Preferences
from brain.preferences.ports import PreferenceStore
from brain.preferences.rules import in_zone, quiet_until
from brain.preferences.rules import zone as zone_of
from brain.reminders.model import Reminder
from brain.reminders.ports import Reminders
from brain.reminders.rules import MAX_CHARS, due_event, objection, stage
from brain.run.ports import Clock, Queue
from brain.texts.moments import local, moment
from brain.texts.plain import plain_text
from brain.tools.arguments import About, Arguments
from brain.tools.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect
from brain.tools.typed import tool

MAX_ID_CHARS = 64
# Seconds; enough for preferences, store and queue at their slowest. If the call were cut off in
# between, a reminder could be stored without a call of the queue for it.
REMIND_S = 45.0
AWAY = "Reminders cannot be reached now. It is not certain that this was done."
NOT_SET = "The reminder could not be set now. Tell the user, or try again later."
NO_TIME = "at must be a time such as 2026-01-31T18:00, with an offset or in the user's time zone."
FULL = "There are too many reminders. Ask the user which ones to cancel (listReminders)."
NOT_KEPT: Json = {
    "cancelled": None,
    "note": "There is no reminder with this id. It may already be cancelled.",
}


class Remind(Arguments):
    """Remind the user at a time, in your words. For an event use tellMeWhen. Say back the time
    that it returns.
    """

    text: Annotated[str, About("as it will be said", 1, MAX_CHARS, plain="text")]
    at: Annotated[
        str,
        About("as 2026-01-31T18:00, by the user's clock", 10, 40),
    ]


class CancelReminder(Arguments):
    """Cancel a reminder."""

    id: Annotated[str, About("from remind or listReminders", 1, MAX_ID_CHARS)]


class ListReminders(Arguments):
    """List the user's reminders, the next first."""


def reminder_tools(
    reminders: Reminders, queue: Queue, clock: Clock, preferences: PreferenceStore | None
) -> tuple[Tool, ...]:
    """Make all tools for reminders. Without `preferences` the time zone is that of the device."""
    do = _Work(reminders, queue, clock, preferences)
    return (
        tool(
            Remind,
            do.remind,
            Effect.REPEATS,
            limit_s=REMIND_S,
            guarded=do.shall_remind,
            away=AWAY,
        ),
        tool(CancelReminder, do.cancel, Effect.REPEATS, guarded=do.shall_cancel, away=AWAY),
        tool(ListReminders, do.list_reminders, away=AWAY),
    )


class _Work(Struct, frozen=True):
    """Carries out the tools' calls. A reminder set in a tainted run is foreign."""

    reminders: Reminders
    queue: Queue
    clock: Clock
    preferences: PreferenceStore | None

    async def remind(self, new: Remind, invocation: ToolInvocation) -> ToolResult:
        invocation.check_count()
        zone = zone_of(await self._preferences(invocation))
        at = _time(new.at, zone)
        reminder = Reminder(
            id=fingerprint({"key": invocation.idempotency_key}),
            text=new.text,
            at=at,
            foreign=invocation.tainted,
        )
        kept = await self._keep(invocation.user_id, reminder)
        await self._order(invocation.user_id, kept)
        shown = _shown(kept, zone)
        at = shown["at"][:16].replace("T", ", ")
        done = invocation.texts.DONE["reminding"].format(at=at, reminder=kept.text)
        return ToolResult.of({"set": shown}, foreign=kept.foreign, done=done)

    async def shall_remind(self, new: Remind, invocation: ToolInvocation) -> Proposal | None:
        """Return a question if the reminder would break the user's quiet hours, else None."""
        preferences = await self._preferences(invocation)
        zone = zone_of(preferences)
        at = _time(new.at, zone)
        if quiet_until(preferences, at) is None:
            return None
        if reason := objection(new.text, at, self.clock.utc()):
            raise ToolFault(f"Not set: {reason}.")
        local = at.astimezone(zone)
        question = invocation.texts.ask_remind(new.text, f"{local:%Y-%m-%d}", f"{local:%H:%M}")
        return Proposal(question=question)

    async def cancel(self, asked: CancelReminder, invocation: ToolInvocation) -> ToolResult:
        zone = zone_of(await self._preferences(invocation))
        # None is not an error: after a crash the call runs again, and the reminder is gone.
        gone = await self.reminders.take(invocation.user_id, asked.id)
        if gone is None:
            return ToolResult.of(NOT_KEPT)
        done = invocation.texts.DONE["cancelled"].format(reminder=gone.text)
        return ToolResult.of({"cancelled": _shown(gone, zone)}, foreign=gone.foreign, done=done)

    async def shall_cancel(
        self, asked: CancelReminder, invocation: ToolInvocation
    ) -> Proposal | None:
        reminder = await self.reminders.find(invocation.user_id, asked.id)
        if reminder is None:
            return None
        question = invocation.texts.ask_cancel_reminder(plain_text(reminder.text))
        return Proposal(question=question, foreign=reminder.foreign)

    async def list_reminders(self, asked: ListReminders, invocation: ToolInvocation) -> ToolResult:
        zone = zone_of(await self._preferences(invocation))
        found = await self.reminders.all(invocation.user_id)
        shown = [_shown(reminder, zone) for reminder in found]
        foreign = any(reminder.foreign for reminder in found)
        return ToolResult.of({"reminders": shown}, foreign=foreign)

    async def _preferences(self, invocation: ToolInvocation) -> Preferences:
        """Read the user's settings, with the time zone in use.

        Raises ToolFault if they cannot be read.
        """
        try:
            if self.preferences is None:
                return Preferences(zone=invocation.zone)
            set_by_user = await self.preferences.preferences(invocation.user_id)
            return in_zone(set_by_user, invocation.zone)
        except (DatabaseUnreachable, EntryUnreadable):
            raise ToolFault(AWAY) from None

    async def _keep(self, user_id: str, reminder: Reminder) -> Reminder:
        """Store the reminder. Raises ToolFault if it is invalid or if there are too many.

        A call that is repeated after a crash succeeds even if the reminder's time has come since.
        """
        if reason := objection(reminder.text, reminder.at, self.clock.utc()):
            kept = await self.reminders.find(user_id, reminder.id)
            if kept is None:
                raise ToolFault(f"Not set: {reason}.")
            return kept
        kept = await self.reminders.add(user_id, reminder)
        if kept is None:
            raise ToolFault(FULL)
        return kept

    async def _order(self, user_id: str, reminder: Reminder) -> None:
        """Ask the queue to call at the reminder's time. Raises ToolFault if it cannot be reached.

        The reminder is stored before: a call that comes first would find no reminder.
        """
        delay_s, dedup_id = stage(reminder, self.clock.utc())
        event = due_event(user_id, reminder.id)
        try:
            await self.queue.tell(event, delay_s=delay_s, dedup_id=dedup_id)
        except QueueUnreachable as error:
            await self.reminders.take(user_id, reminder.id)
            raise ToolFault(NOT_SET) from error


def _time(text: str, zone: tzinfo) -> datetime:
    """Parse a time. Raises ToolFault."""
    at = moment(text, zone)
    if at is None:
        raise ToolFault(NO_TIME)
    return at


def _shown(reminder: Reminder, zone: tzinfo) -> Json:
    return {"id": reminder.id, "text": reminder.text, "at": local(reminder.at, zone)}
