"""The ports for speech: an ear that turns a take into words, and a mouth that speaks sentences."""

from collections.abc import Sequence
from typing import Protocol

from brain.voice.audio.model import Sound, SoundFormat, Take, Transcript


class Ear(Protocol):
    """Recognizes speech."""

    async def hear(
        self, take: Take, *, names: Sequence[str], language: str | None
    ) -> Transcript | None:
        """Return what was said in the take; None if it cannot be read as audio.

        `names` are words that are likely to occur and hard to recognize. `language` is the tag of
        the language that is spoken, if the caller knows it.

        Raises VendorUnreachable, VendorRefused.
        """


class Mouth(Protocol):
    """Speaks."""

    async def say(self, sentence: str, *, format: SoundFormat) -> Sound:
        """Return the sentence as audio. A server that cannot make this format may use another one.

        Raises VendorUnreachable, VendorRefused.
        """


class Uploads(Protocol):
    """Counts a user's takes, and knows which of them were recorded before."""

    async def begin(self, user_id: str, message_id: str) -> str | None:
        """Count a take. Returns the text that was recorded under this id before; None if there is
        none. A take that is known does not count.

        Raises TooManyTexts, StoreUnreachable.
        """
