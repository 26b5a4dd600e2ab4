"""What a voice front end reports about a conversation, besides the user's texts."""

from typing import Literal

from msgspec import Struct


class Remark(Struct, frozen=True, kw_only=True):
    """One line between the user and the voice agent, from the front end; it is not in the log.

    platform: no line of the conversation, but how a voice platform wants the brain to speak.
    """

    role: Literal["user", "assistant", "platform"]
    text: str


class CallTurn(Struct, frozen=True, kw_only=True):
    """Which turn of which call of a voice platform a text belongs to. `index` counts from 0."""

    call: str
    index: int
