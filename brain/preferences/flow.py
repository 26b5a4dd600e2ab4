"""Reads a user's settings for other features."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import tzinfo

from brain.errors import DatabaseUnreachable, EntryUnreadable
from brain.feature import Platform
from brain.preferences.model import InUse, Preferences
from brain.preferences.ports import PreferenceStore
from brain.says.choice import SETTING_S
from brain.texts.moments import ZoneOf, zone_named

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


async def preferences_soon(store: PreferenceStore | None, user_id: str) -> Preferences:
    """Read the user's settings; the default ones if the database does not answer soon."""
    try:
        async with asyncio.timeout(SETTING_S):
            return await preferences_of(store, user_id)
    except (DatabaseUnreachable, TimeoutError):
        log.warning("preferences: not read in time, using the default settings")
        return Preferences()


async def used_by(platform: Platform, user_id: str) -> InUse:
    """Return the time zone and the language of a user. Raises StoreUnreachable."""
    from brain.preferences.rules import in_use  # imported here, because few turns need it

    device = await platform.store.status(user_id)
    return in_use(
        await preferences_soon(platform.preferences, user_id),
        zone=device.zone,
        language=device.language,
        default=platform.languages.default,
    )


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
    """Make a function that returns the time zone that a user has set.

    It returns None if none is set or if the setting cannot be read now.
    """

    async def zone_of(user_id: str) -> tzinfo | None:
        try:
            name = (await preferences_of(store, user_id)).zone
        except DatabaseUnreachable:
            log.warning("preferences: the user's time zone cannot be read")
            return None
        return zone_named(name) if name else None

    return zone_of
