"""What the routes of audio need. Each is created when it is first used."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from brain.feature import Platform
from brain.voice.audio import settings
from brain.voice.audio.rules import names_for

if TYPE_CHECKING:
    from brain.voice.audio.ports import Ear, Mouth, Uploads

NAMES_S = 1.0  # seconds; a take does not wait longer for names

type NamesOf = Callable[[str], Awaitable[Sequence[str]]]


class AudioServices:
    """The ear, the mouth, and the count of takes."""

    def __init__(self, platform: Platform, names: NamesOf) -> None:
        """`names` returns names that a user is likely to say. It never fails."""
        self._platform = platform
        self._names = names

    @cached_property
    def ear(self) -> "Ear | None":
        """None if none is set up. Raises SettingMissing."""
        at = settings.ear(self._platform.env)
        if at is None:
            return None
        from brain.voice.audio.ear import HttpEar

        return HttpEar(at)

    @cached_property
    def mouth(self) -> "Mouth | None":
        """None if none is set up. Raises SettingMissing."""
        at = settings.mouth(self._platform.env)
        if at is None:
            return None
        from brain.voice.audio.mouth import HttpMouth

        return HttpMouth(at)

    @cached_property
    def uploads(self) -> "Uploads":
        from brain.voice.audio.redis import RedisUploads

        per_minute = self._platform.limits.texts_per_minute
        return RedisUploads(self._platform.redis, per_minute=per_minute)

    async def names(self, user_id: str) -> Sequence[str]:
        """Return names for the ear; empty if they cannot be read in time."""
        try:
            async with asyncio.timeout(NAMES_S):
                return names_for(await self._names(user_id))
        except TimeoutError:
            return ()

    async def aclose(self) -> None:
        """Close the connections."""
        for name in ("ear", "mouth"):
            if (used := vars(self).get(name)) is not None:
                await used.aclose()
