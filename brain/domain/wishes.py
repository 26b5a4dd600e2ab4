"""What the user wishes for: their preferences, and the rules of what they care about."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from brain.domain.events import EventKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Quiet:
    """The hours of each day in which only what is urgent is said, by the clock on the user's wall;
    over midnight where `until` is the earlier one.
    """

    start: time
    until: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """A user's own settings.

    `trusted` are the recipients that need no asking: addresses, or `@domain` for all of a domain.
    `zone` is an IANA name. `emails`: which ones are worth a notice without a rule, all or none.
    """

    trusted: tuple[str, ...] = ()
    quiet: Quiet | None = None
    zone: str = "UTC"
    emails: Literal["all", "rules"] = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What the user said they care about, `about` being their words.

    An event fits it if it is of one of the `kinds` (none: of any), from `sender`, and has all the
    `words`. `judge`: whether it is worth a word then takes judgement.
    """

    id: str
    about: str
    sender: str | None
    words: tuple[str, ...]
    kinds: tuple[EventKind, ...]
    judge: bool
    urgent: bool
    created_at: datetime
