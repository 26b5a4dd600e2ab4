"""The user's own settings."""

from datetime import time
from typing import Annotated, Literal

from msgspec import Struct

from brain.codec import Named

UNASKED_TOKENS = 100_000  # by default: three helpers with their usual share


class Quiet(Struct, frozen=True, kw_only=True):
    """The quiet hours of each day, in local time. Only urgent messages are said in them.

    They cross midnight if `until` is earlier than `start`.
    """

    start: Annotated[time, Named("from")]
    until: time


class Preferences(Struct, frozen=True, kw_only=True):
    """A user's own settings.

    `trusted` are the recipients for which the brain does not ask: addresses, or `@domain` for a
    whole domain. `zone` is an IANA name; None means the time zone of the
    user's device. `emails` says which emails are announced: all, or only
    those that fit a rule. `language` is a BCP 47 tag; None means the language of the user's device.
    `unasked_tokens`: up to how many tokens the brain sends helpers without asking; 0 means never.
    """

    trusted: tuple[str, ...] = ()
    quiet: Quiet | None = None
    zone: str | None = None
    emails: Literal["all", "rules"] = "all"
    language: str | None = None
    unasked_tokens: int = UNASKED_TOKENS


class Persona(Struct, frozen=True, kw_only=True):
    """How a user wants their brain to be: its name, or None, and its manner in their words."""

    name: str | None = None
    instructions: str = ""


type SaidBy = Literal["user", "device", "default"]


class InUse(Struct, frozen=True, kw_only=True):
    """The time zone (an IANA name) and the language (a BCP 47 tag) that hold for a user, and who
    says so: the user, their device, or nobody.
    """

    zone: str
    zone_from: SaidBy
    language: str
    language_from: SaidBy
