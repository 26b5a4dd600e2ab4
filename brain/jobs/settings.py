"""The settings of jobs."""

from brain import settings
from brain.errors import SettingMissing
from brain.settings import variables
from brain.settings.budgets import daily_tokens
from brain.settings.variables import Env


def are_on(env: Env) -> bool:
    """Whether this deployment has jobs: there is a database, and they are not switched off.

    A malformed setting switches them off; /api/health names it.
    """
    try:
        return bool(env.get("DATABASE_URL")) and daily_tokens(env) > 0
    except SettingMissing:
        return False


def needed(env: Env) -> object:
    """Read what jobs need, for /api/health. Raises SettingMissing."""
    if daily_tokens(env) == 0:
        return None  # switched off: nothing is missing
    return settings.store(env), settings.queue(env), variables.need(env, "DATABASE_URL")
