"""The user's own settings, as features read them."""

import logging
from collections.abc import Awaitable, Callable

from brain.errors import DatabaseUnreachable, EntryUnreadable
from brain.preferences.model import Preferences
from brain.preferences.ports import PreferenceStore

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


def language_setting(store: PreferenceStore) -> Callable[[str], Awaitable[str | None]]:
    """A function that reads the language that a user has set. It gives None if that is not set, or
    cannot be read now: a text for the user is said in another language rather than not at all.
    """

    async def setting(user_id: str) -> str | None:
        try:
            return (await store.preferences(user_id)).language
        except (DatabaseUnreachable, EntryUnreadable):
            log.warning("preferences: the user's language cannot be read")
            return None

    return setting
