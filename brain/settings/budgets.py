"""The settings of what a user may use on a day."""

from msgspec import Struct

from brain.errors import SettingMissing
from brain.settings import variables
from brain.settings.variables import Env

DAILY_TOKENS = 2_000_000  # of one user on a day of theirs


class DailyBudget(Struct, frozen=True, kw_only=True):
    """What one user may use on a day. None: without a limit."""

    tokens: int | None = None
    usd: float | None = None

    def is_reached(self, tokens: int, usd: float) -> bool:
        """Whether a user who has used so much may use no more."""
        return (self.tokens is not None and tokens >= self.tokens) or (
            self.usd is not None and usd >= self.usd
        )


def daily_budget(env: Env) -> DailyBudget:
    """Read the budget of a user's day. Raises SettingMissing for a malformed one.

    `BRAIN_DAILY_TOKENS=0` switches jobs off, and is no limit for the user's own brain.
    """
    usd = variables.number(env, "BRAIN_DAILY_USD", 0)
    if usd == 0 and env.get("BRAIN_DAILY_USD"):
        raise SettingMissing("BRAIN_DAILY_USD must be more than 0; leave it out for no limit")
    return DailyBudget(tokens=daily_tokens(env) or None, usd=usd or None)


def daily_tokens(env: Env) -> int:
    """Read how many tokens one user may use on a day. 0 switches jobs off."""
    return variables.whole(env, "BRAIN_DAILY_TOKENS", DAILY_TOKENS)


def listed_operators(env: Env) -> frozenset[str]:
    """Read the users in BRAIN_OPERATORS. The owner is one of them only if named."""
    return frozenset(variables.names(env, "BRAIN_OPERATORS"))
