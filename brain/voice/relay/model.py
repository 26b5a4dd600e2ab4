"""What a telephone call makes the server do."""

from msgspec import Struct

from brain.codec import Json
from brain.run.messages import Heard


class PhoneFrame(Struct, frozen=True, kw_only=True):
    """Send this frame."""

    frame: Json


class PhoneMark(Struct, frozen=True, kw_only=True):
    """Record how much of a message was heard."""

    heard: Heard


class PhoneText(Struct, frozen=True, kw_only=True):
    """Ask the brain. `index` is the turn of the call; `language` is a BCP 47 tag."""

    text: str
    index: int
    language: str | None


class PhoneClaim(Struct, frozen=True, kw_only=True):
    """Ask whether the telephone may say this message: another device of the user may too."""

    seq: int


type PhoneAction = PhoneFrame | PhoneMark | PhoneText | PhoneClaim
