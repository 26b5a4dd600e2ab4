"""A push service in memory, users with devices, and what they were shown."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from brain.events.model import Event
from brain.notices.push.model import Delivery, PushMessage, PushSubscription
from tests.fakes.clock import EPOCH
from tests.fakes.world import World

SENT = Delivery(kind="sent")
PHONE = "https://updates.push.services.mozilla.com/wpush/v2/phone"
LAPTOP = "https://fcm.googleapis.com/fcm/send/laptop"


@dataclass
class Boxes:
    """`PushService`: what each device has got, as (endpoint, message). `answers` are what the
    service says next, by endpoint; then it takes everything.
    """

    got: list[tuple[str, PushMessage]] = field(default_factory=list)
    answers: dict[str, list[Delivery]] = field(default_factory=dict)
    tried: int = 0
    times: list[float] = field(default_factory=list)

    async def send(self, subscription: PushSubscription, message: PushMessage) -> Delivery:
        self.tried += 1
        answers = self.answers.get(subscription.endpoint)
        said = answers.pop(0) if answers else SENT
        if said.kind == "sent":
            self.got.append((subscription.endpoint, message))
            self.times.append(asyncio.get_running_loop().time())
        return said

    def shown(self) -> list[dict[str, Any]]:
        """What was shown, on any device."""
        return [json.loads(message.payload) for _, message in self.got]

    def words(self) -> list[str]:
        """The texts of it."""
        return [one["body"] for one in self.shown()]


def device(endpoint: str = PHONE) -> PushSubscription:
    return PushSubscription(endpoint=endpoint, p256dh="BPoint", auth="secret", at=EPOCH)


async def with_devices(*endpoints: str, boxes: Boxes | None = None, **given: Any) -> World:
    """A world in which Anna has these devices and no page."""
    world = World(**given)
    world.ports = replace(world.ports, push_service=boxes if boxes is not None else Boxes())
    for endpoint in endpoints or (PHONE,):
        await world.ports.push_book.put("anna", device(endpoint))
    return world


def urgent(id: str = "1", text: str = "The oven is on fire.") -> Event:
    return Event(id=f"event-{id}", kind="event", at=EPOCH, text=text, sender="Oven", urgent=True)
