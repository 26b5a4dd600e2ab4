"""Reminds the user at a time."""

from functools import cache

from brain.events.ports import Takers
from brain.feature import Feature, Platform, Resources
from brain.reminders.model import ReminderDue
from brain.reminders.redis import RedisReminders
from brain.reminders.rules import DUE
from brain.tools.invocations import Tool


def feature(platform: Platform) -> Feature:
    """The tools, the routes, and the taker of due reminders."""
    reminders = cache(lambda: RedisReminders(platform.redis))

    def tools() -> tuple[Tool, ...]:
        from brain.reminders.tools import reminder_tools

        queue, clock = platform.queue, platform.clock
        return reminder_tools(reminders(), queue, clock, platform.preferences)

    def takers() -> Takers:
        from brain.reminders.flow import ReminderServices, remind

        services = ReminderServices(
            reminders=reminders(),
            announcer=platform.announcer,
            queue=platform.queue,
            clock=platform.clock,
        )

        async def due(user_id: str, word: ReminderDue) -> None:
            await remind(services, user_id, word.id)

        return {ReminderDue: due}

    def resources() -> Resources:
        from brain.reminders.http import reminder_routes

        return reminder_routes(reminders)

    return Feature(
        tools=tools,
        resources=resources,
        takers=takers,
        own_readers=lambda: {DUE: lambda data: ReminderDue(id=data.reminder_id)},
    )
