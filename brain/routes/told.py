"""Tells the user's other pages on the channel that the log has grown.

What goes into a response is not published, so other pages would find it only with their next look.
They get one small event for each text of the user's and for each answer in a response, and only if
another page is there. Pages on other roads are woken by the store's news.
"""

import asyncio
from contextlib import suppress

from brain.cloud.redis.devices.claims import pages
from brain.cloud.redis.devices.pages import LogGrowth, Pages
from brain.errors import BrainError
from brain.http.devices import name_and_socket
from brain.run.deliver import Outcome, Reply
from brain.run.requests import UserRequest
from brain.wiring import Wiring

EVENT = "log"
AFTER_S = 0.05  # seconds; by then the response is sent


class OtherPages:
    """Follows one request. It needs no round trip: the scripts that write the log say which pages
    are there.
    """

    def __init__(self, wiring: Wiring, request: UserRequest) -> None:
        self._wiring = wiring
        self._user_id = request.user_id
        self._own, self._socket = name_and_socket(request.device)
        self._pages: Pages | None = None
        self._beside = set[asyncio.Task[None]]()

    def grown(self, growth: LogGrowth) -> None:
        """Tell of a text at once, beside the brain's work. An answer has to be delivered first."""
        self._pages = growth.pages
        if not growth.is_last and self._has_others:
            self._beside.add(asyncio.ensure_future(self._tell(growth.seq)))

    async def follow(self, reply: Reply) -> None:
        """Tell of the answer once it is in the response. Never raises an error of the reply."""
        with suppress(Exception):  # the caller is told, or reads it in the log
            await self._after(await reply.outcome())
        if self._beside:
            await asyncio.gather(*self._beside)

    @property
    def _has_others(self) -> bool:
        return self._pages is not None and self._pages.has_others(self._own)

    async def _after(self, outcome: Outcome | None) -> None:
        if outcome is None or outcome.message is None:
            return
        if self._pages is not None and not self._has_others:
            return  # nobody is waited for: the function ends with the answer
        await self._wiring.clock.sleep(AFTER_S)
        if self._pages is None:  # answered aside
            self._pages = await pages(self._wiring.redis, self._user_id)
        await self._tell(outcome.message.seq)

    async def _tell(self, seq: int) -> None:
        if not self._has_others:
            return
        with suppress(BrainError):  # then they see it with their next look
            publish = self._wiring.channel.publish
            await publish(self._user_id, EVENT, {"lastSeq": seq}, but_not=self._socket)
