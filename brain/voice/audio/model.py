"""The values of audio over HTTP: a take, what was heard in it, and the sound of a sentence."""

from dataclasses import dataclass, field
from typing import Literal

type SoundFormat = Literal["mp3", "wav"]

MIME_TYPES: dict[SoundFormat, str] = {"mp3": "audio/mpeg", "wav": "audio/wav"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Take:
    """A recording, as the browser or the app made it.

    `mime_type` has no parameters. `extension` is the one that a file of this type has.
    """

    data: bytes = field(repr=False)
    mime_type: str
    extension: str

    @property
    def file_name(self) -> str:
        """The name under which it is sent. Speech servers find the format by the extension."""
        return f"take.{self.extension}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """What was heard in a take; empty text if nobody spoke.

    `seconds` is the length of the take; None if nobody told.
    """

    text: str = field(repr=False)
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sound:
    """A sentence as audio: one whole file of this format."""

    format: SoundFormat
    data: bytes = field(repr=False)

    @property
    def mime_type(self) -> str:
        """The content type."""
        return MIME_TYPES[self.format]


@dataclass(frozen=True, kw_only=True, slots=True)
class SpokenPart:
    """A sentence of a message, spoken. `sound` is None if the speech server failed.

    `number` counts from 0. `is_last` marks the last sentence of the message.
    """

    number: int
    is_last: bool
    text: str = field(repr=False)
    sound: Sound | None
