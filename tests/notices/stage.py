"""What the tests of the flow of notices share."""

from msgspec.structs import replace

from brain.events.model import Event
from brain.notices.flow import announce_pending
from brain.run.messages import Kind, Message
from tests.fakes.clock import EPOCH
from tests.fakes.features.notices import notices_of
from tests.fakes.world import World


def an_email(id: str = "1", *, sender: str = "Anna", subject: str = "Dinner") -> Event:
    return Event(
        id=f"email-{id}",
        kind="email",
        at=EPOCH,
        text="At seven?",
        sender=sender,
        address="anna@example.org",
        subject=subject,
    )


async def arrives(world: World, event: Event) -> None:
    """It is told of now, whatever time stands in it."""
    await world.happen(replace(event, at=world.clock.utc()))


async def comes(world: World) -> None:
    """A page shows a sign of life, and asks for what is held, as a status call does."""
    await world.ports.store.here("anna")
    await announce_pending(notices_of(world.ports).services, "anna")


async def notifications(world: World) -> list[Message]:
    return [message for message in await world.said() if message.kind is Kind.NOTIFICATION]
