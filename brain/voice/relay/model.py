"""What a telephone call makes the server do."""

from dataclasses import dataclass

from brain.codec import Json
from brain.run.messages import Heard


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneFrame:
    """Send this frame."""

    frame: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneMark:
    """Record how much of a message was heard."""

    heard: Heard


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneText:
    """Ask the brain. `index` is the turn of the call; `language` is a BCP 47 tag."""

    text: str
    index: int
    language: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneClaim:
    """Ask whether the telephone may say this message: another device of the user may too."""

    seq: int


type PhoneAction = PhoneFrame | PhoneMark | PhoneText | PhoneClaim
