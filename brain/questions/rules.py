"""Decides which acts need the user's yes."""

from collections.abc import Sequence

from brain.preferences.model import Preferences
from brain.preferences.rules import trusts


def needs_yes(recipients: Sequence[str], *, preferences: Preferences, tainted: bool) -> bool:
    """Whether the brain has to ask before an act.

    It does not ask if the user trusts all recipients and the run is not tainted.
    """
    if tainted or not recipients:
        return True
    return not all(trusts(preferences, recipient) for recipient in recipients)
