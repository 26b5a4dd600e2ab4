"""The values of audio over HTTP: a take, what was heard in it, and the sound of a sentence."""

from typing import Literal

from msgspec import Struct

from brain.codec.text import name_only

type SoundFormat = Literal["mp3", "wav"]

MIME_TYPES: dict[SoundFormat, str] = {"mp3": "audio/mpeg", "wav": "audio/wav"}


class Take(Struct, frozen=True, kw_only=True):
    """A recording, as the browser or the app made it.

    `mime_type` has no parameters. `extension` is the one that a file of this type has.
    """

    data: bytes
    mime_type: str
    extension: str

    __repr__ = name_only

    @property
    def file_name(self) -> str:
        """The name under which it is sent. Speech servers find the format by the extension."""
        return f"take.{self.extension}"


class Transcript(Struct, frozen=True, kw_only=True):
    """What was heard in a take; empty text if nobody spoke.

    `seconds` is the length of the take; None if nobody told.
    """

    text: str
    seconds: float | None = None

    __repr__ = name_only


class Sound(Struct, frozen=True, kw_only=True):
    """A sentence as audio: one whole file of this format."""

    format: SoundFormat
    data: bytes

    __repr__ = name_only

    @property
    def mime_type(self) -> str:
        """The content type."""
        return MIME_TYPES[self.format]


class SpokenPart(Struct, frozen=True, kw_only=True):
    """A sentence of a message, spoken. `sound` is None if the speech server failed.

    `number` counts from 0. `is_last` marks the last sentence of the message.
    """

    number: int
    is_last: bool
    text: str
    sound: Sound | None

    __repr__ = name_only
