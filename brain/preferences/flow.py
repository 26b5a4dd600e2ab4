"""The user's own settings, as the flows take them."""

import logging

from brain.preferences.model import Preferences
from brain.run.errors import EntryUnreadable
from brain.run.turn import Services

log = logging.getLogger(__name__)


async def preferences_of(services: Services, user_id: str) -> Preferences:
    """The user's settings. Where there is no database, and where newer code wrote them, those of
    somebody who never saved any: they trust nobody. Raises DatabaseUnreachable.
    """
    if services.wishes is None:
        return Preferences()
    try:
        return await services.wishes.preferences(user_id)
    except EntryUnreadable:
        log.warning("preferences: written by newer code, the default ones count")
        return Preferences()
