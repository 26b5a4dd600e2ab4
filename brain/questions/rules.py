"""When an act needs the user's yes."""

from collections.abc import Sequence

from brain.preferences.model import Preferences
from brain.preferences.rules import trusts


def needs_yes(recipients: Sequence[str], *, preferences: Preferences, tainted: bool) -> bool:
    """Whether an act has to be asked for: not, if all who get something by it are trusted."""
    if tainted or not recipients:
        return True
    return not all(trusts(preferences, recipient) for recipient in recipients)
