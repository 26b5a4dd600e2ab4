"""The channel to the pages, in memory."""

import asyncio
from dataclasses import dataclass, field

from brain.codec import Json
from brain.errors import (
    ChannelUnreachable,
)


@dataclass
class MemoryChannel:
    """Keeps the published messages."""

    events: list[tuple[str, str, Json]] = field(default_factory=list)
    refusing: bool = False
    delay_s: float = 0.02
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, user_id: str, event: str, data: Json) -> None:
        await asyncio.sleep(self.delay_s)
        if self.refusing:
            raise ChannelUnreachable("refused")
        self.events.append((user_id, event, data))
        self.heard.set()

    def messages(self) -> list[Json]:
        """Return the messages in order of arrival."""
        return [data for _, event, data in self.events if event == "message"]
