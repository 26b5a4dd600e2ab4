"""Reads a user's settings for other features."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, tzinfo

from brain.errors import DatabaseUnreachable, EntryUnreadable
from brain.preferences.model import Preferences
from brain.preferences.ports import PreferenceStore
from brain.texts.moments import ZoneOf

log = logging.getLogger(__name__)


async def preferences_of(store: PreferenceStore | None, user_id: str) -> Preferences:
    """Read the user's settings. Raises DatabaseUnreachable.

    Without a database, or if newer code wrote the settings, return the default settings. They
    trust no recipient.
    """
    if store is None:
        return Preferences()
    try:
        return await store.preferences(user_id)
    except EntryUnreadable:
        log.warning("preferences: written by newer code, using the default settings")
        return Preferences()


def language_setting(store: PreferenceStore) -> Callable[[str], Awaitable[str | None]]:
    """Make a function that reads the language that a user has set.

    It returns None if no language is set or if it cannot be read now. The user then gets the text
    in another language, which is better than no text.
    """

    async def setting(user_id: str) -> str | None:
        try:
            return (await store.preferences(user_id)).language
        except (DatabaseUnreachable, EntryUnreadable):
            log.warning("preferences: the user's language cannot be read")
            return None

    return setting


def zone_setting(store: PreferenceStore) -> ZoneOf:
    """Make a function that returns a user's time zone.

    It is UTC if none is set or if the setting cannot be read now.
    """

    async def zone_of(user_id: str) -> tzinfo:
        from brain.preferences.rules import zone  # imported here, because few turns need it

        try:
            return zone(await preferences_of(store, user_id))
        except DatabaseUnreachable:
            log.warning("preferences: the user's time zone cannot be read")
            return UTC

    return zone_of
