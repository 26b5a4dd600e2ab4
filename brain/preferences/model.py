"""What the user wishes for: their preferences, and the rules of what they care about."""

from dataclasses import dataclass
from datetime import time
from typing import Annotated, Literal

from brain.codec import Named


@dataclass(frozen=True, kw_only=True, slots=True)
class Quiet:
    """The hours of each day in which only what is urgent is said, by the clock on the user's wall;
    over midnight where `until` is the earlier one.
    """

    start: Annotated[time, Named("from")]
    until: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """A user's own settings.

    `trusted` are the recipients that need no asking: addresses, or `@domain` for all of a domain.
    `zone` is an IANA name. `emails`: which ones are worth a notice without a rule, all or none.
    `language` is a BCP 47 tag; None means: as the user's device says.
    """

    trusted: tuple[str, ...] = ()
    quiet: Quiet | None = None
    zone: str = "UTC"
    emails: Literal["all", "rules"] = "all"
    language: str | None = None
