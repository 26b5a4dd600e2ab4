"""The tools by which the user is reminded of something at a time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo

from brain.preferences.ports import PreferenceStore
from brain.preferences.rules import zone
from brain.reminders.model import Reminder
from brain.reminders.ports import Reminders
from brain.reminders.rules import MAX_CHARS, due_event, moment, objection, stage
from brain.run.codec import dumps, fingerprint
from brain.run.errors import (
    DatabaseUnreachable,
    EntryUnreadable,
    QueueUnreachable,
    StoreUnreachable,
    ToolFault,
)
from brain.run.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.run.ports import Clock, Queue
from brain.run.tools import Effect, Json, ToolSpec

MAX_ID_CHARS = 64
# Seconds: preferences, store and queue at their slowest. Given up in between, a reminder would be
# kept, and nobody would call for it.
REMIND_S = 45.0
AWAY = "Reminders cannot be reached now: it is not certain that this was done."
NOT_SET = "The reminder could not be set now. Tell the user, or try again later."
NO_TIME = "at must be a time such as 2026-01-31T18:00, with an offset or by the user's own clock."
FULL = "There are too many reminders. Ask the user which ones to cancel (listReminders)."
NOT_KEPT: Json = {"cancelled": None, "note": "There is no reminder of this id, any more or ever."}


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """What the tools need. Without `preferences` the user's clock is UTC."""

    reminders: Reminders
    queue: Queue
    clock: Clock
    preferences: PreferenceStore | None

    async def zone(self, user_id: str) -> tzinfo:
        """The user's own. Raises ToolFault when it cannot be known now."""
        try:
            return (
                UTC
                if self.preferences is None
                else zone(await self.preferences.preferences(user_id))
            )
        except (DatabaseUnreachable, EntryUnreadable):
            raise ToolFault(AWAY) from None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderTool:
    """A tool whose work is a call or two of the store and the queue."""

    spec: ToolSpec
    calendar: Calendar
    work: Callable[[Calendar, ToolInvocation], Awaitable[ToolResult]]

    async def run(self, invocation: ToolInvocation) -> ToolResult:
        """Compact JSON. What a run had set that had read others' words is foreign."""
        try:
            return await self.work(self.calendar, invocation)
        except StoreUnreachable as error:
            raise ToolFault(AWAY) from error

    async def prepare(self, invocation: ToolInvocation) -> Proposal | None:
        """What the guarded one would do: only cancelReminder is."""
        try:
            reminder = await self.calendar.reminders.find(
                invocation.user_id, invocation.arguments["id"]
            )
        except StoreUnreachable as error:
            raise ToolFault(AWAY) from error
        if reminder is None:
            return None
        return Proposal(
            question=f"Shall I no longer remind you of this: {reminder.text}", recipients=()
        )

    async def outcome(self, invocation: ToolInvocation) -> str | None:
        """None: running it again is the way to ask, its key sees to it that nothing is doubled."""
        return None


def reminder_tools(
    reminders: Reminders, queue: Queue, clock: Clock, preferences: PreferenceStore | None
) -> tuple[Tool, ...]:
    """All of them."""
    calendar = Calendar(reminders=reminders, queue=queue, clock=clock, preferences=preferences)
    works = ((REMIND, _remind), (CANCEL, _cancel), (LIST, _list))
    return tuple(ReminderTool(spec=spec, calendar=calendar, work=work) for spec, work in works)


async def _remind(calendar: Calendar, invocation: ToolInvocation) -> ToolResult:
    zone = await calendar.zone(invocation.user_id)
    at = moment(invocation.arguments["at"], zone)
    if at is None:
        raise ToolFault(NO_TIME)
    reminder = Reminder(
        id=fingerprint({"key": invocation.idempotency_key}),
        text=invocation.arguments["text"],
        at=at,
        foreign=invocation.tainted,
    )
    kept = await _keep(calendar, invocation.user_id, reminder)
    await _order(calendar, invocation.user_id, kept)
    return ToolResult(text=dumps({"set": _shown(kept, zone)}))


async def _keep(calendar: Calendar, user_id: str, reminder: Reminder) -> Reminder:
    """One that was kept before a crash is right, also if its time has come meanwhile."""
    if reason := objection(reminder.text, reminder.at, calendar.clock.utc()):
        kept = await calendar.reminders.find(user_id, reminder.id)
        if kept is None:
            raise ToolFault(f"Not set: {reason}.")
        return kept
    kept = await calendar.reminders.add(user_id, reminder)
    if kept is None:
        raise ToolFault(FULL)
    return kept


async def _order(calendar: Calendar, user_id: str, reminder: Reminder) -> None:
    """Kept first, ordered second: a call that comes before the text is there would find nothing."""
    delay_s, dedup_id = stage(reminder, calendar.clock.utc())
    event = due_event(user_id, reminder.id)
    try:
        await calendar.queue.tell(event, delay_s=delay_s, dedup_id=dedup_id)
    except QueueUnreachable as error:
        await calendar.reminders.take(user_id, reminder.id)
        raise ToolFault(NOT_SET) from error


async def _cancel(calendar: Calendar, invocation: ToolInvocation) -> ToolResult:
    zone = await calendar.zone(invocation.user_id)
    # None is no fault: after a crash the errand is run again, and has cancelled it already.
    gone = await calendar.reminders.take(invocation.user_id, invocation.arguments["id"])
    if gone is None:
        return ToolResult(text=dumps(NOT_KEPT))
    return ToolResult(text=dumps({"cancelled": _shown(gone, zone)}), foreign=gone.foreign)


async def _list(calendar: Calendar, invocation: ToolInvocation) -> ToolResult:
    zone = await calendar.zone(invocation.user_id)
    found = await calendar.reminders.all(invocation.user_id)
    shown = [_shown(reminder, zone) for reminder in found]
    foreign = any(reminder.foreign for reminder in found)
    return ToolResult(text=dumps({"reminders": shown}), foreign=foreign)


def _shown(reminder: Reminder, zone: tzinfo) -> Json:
    local = reminder.at.astimezone(zone).isoformat(timespec="minutes")
    return {"id": reminder.id, "text": reminder.text, "at": local}


REMIND = ToolSpec(
    name="remind",
    description=(
        "Remind the user of something at a time: they are told then, in your words. For something "
        "that happens ('when Anna writes') there is tellMeWhen. Returns the time as understood: "
        "say it back to the user."
    ),
    parameters={
        "type": "object",
        "properties": {
            "text": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_CHARS,
                "description": "what to remind them of, as it is to be said",
            },
            "at": {
                "type": "string",
                "minLength": 10,
                "maxLength": 40,
                "description": "ISO 8601, such as 2026-01-31T18:00: by the user's own clock, "
                "or with an offset",
            },
        },
        "required": ["text", "at"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
    limit_s=REMIND_S,
)

CANCEL = ToolSpec(
    name="cancelReminder",
    description="Take back a reminder.",
    parameters={
        "type": "object",
        "properties": {
            "id": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_ID_CHARS,
                "description": "a reminder's id as remind or listReminders gave it",
            }
        },
        "required": ["id"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
    guarded=True,
)

LIST = ToolSpec(
    name="listReminders",
    description="List what the user is going to be reminded of, the next one first.",
    parameters={"type": "object", "properties": {}, "additionalProperties": False},
    effect=Effect.READS,
)
