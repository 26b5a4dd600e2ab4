"""The user's own settings, as features read them."""

import logging

from brain.preferences.model import Preferences
from brain.preferences.ports import PreferenceStore
from brain.run.errors import EntryUnreadable

log = logging.getLogger(__name__)


async def preferences_of(store: PreferenceStore | None, user_id: str) -> Preferences:
    """The user's settings. Where there is no database, and where newer code wrote them, those of
    somebody who never saved any: they trust nobody. Raises DatabaseUnreachable.
    """
    if store is None:
        return Preferences()
    try:
        return await store.preferences(user_id)
    except EntryUnreadable:
        log.warning("preferences: written by newer code, the default ones count")
        return Preferences()
