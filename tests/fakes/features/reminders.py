"""Reminders that are due."""

from typing import Any

from brain.cloud.redis.scripts import Redis
from brain.events.ports import Takers
from brain.feature import Feature
from brain.reminders.flow import ReminderServices, remind
from brain.reminders.model import ReminderDue
from brain.reminders.redis import RedisReminders
from tests.fakes.house import Ports


def kept(redis: Redis, wishes: Any) -> dict[str, Any]:
    """The reminders."""
    return {"reminders": RedisReminders(redis)}


def feature(ports: Ports) -> Feature:
    """What happens when a reminder is due."""

    def takers() -> Takers:
        services = ReminderServices(
            reminders=ports.reminders,
            announcer=ports.announcer,
            queue=ports.queue,
            clock=ports.clock,
        )

        async def due(user_id: str, word: ReminderDue) -> None:
            await remind(services, user_id, word.id)

        return {ReminderDue: due}

    return Feature(takers=takers)
