"""Chooses the language in which the brain speaks to a user."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable

from brain.says.texts import Progress, Texts

LANGUAGES = ("en", "de")  # whose file has all entries
MAX_TAG_CHARS = 35  # BCP 47 asks programs to support at least this length
SETTING_S = 1.0  # seconds to read the user's setting; after that the next source is used

_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")

log = logging.getLogger(__name__)


def tag_in(given: object) -> str | None:
    """The language tag (BCP 47) that a device or a user gave; None if invalid."""
    if isinstance(given, str) and len(given) <= MAX_TAG_CHARS and _TAG.fullmatch(given):
        return given
    return None


def language_of(tag: str | None) -> Texts:
    """The texts for a tag: German for `de-AT`, English for a language without a file."""
    from brain.says import de, en

    return de if _primary(tag) == "de" else en


def progress_in(tag: str | None) -> Progress | None:
    """The answers to "what are you doing?" in this language; None if it has no file."""
    from brain.says import es, fr

    some: dict[str, Progress] = {"fr": fr, "es": es}
    primary = _primary(tag)
    return language_of(tag) if primary in LANGUAGES else some.get(primary)


class Languages:
    """Chooses for each user: their setting, else their device's language, else the default."""

    def __init__(
        self,
        default: str | None = None,
        setting: Callable[[str], Awaitable[str | None]] | None = None,
    ) -> None:
        """`default` is the deployment's language; None means English. `setting` reads the user's
        setting. It never raises, but it may be slow.
        """
        self.default = default
        self._setting = setting

    def chosen(self, setting: str | None, device: str | None) -> Texts:
        """The texts for a user with this setting on a device with this language."""
        return language_of(setting or device or self.default)

    async def texts(self, user_id: str, device: str | None = None) -> Texts:
        """The texts for a user. A slow database only delays them for `SETTING_S` seconds."""
        return self.chosen(await self._set_by(user_id), device)

    async def tag(self, user_id: str, device: str | None = None) -> str | None:
        """The language tag of a user, also of a language without a file; None if it is unknown."""
        return await self._set_by(user_id) or device or self.default

    async def _set_by(self, user_id: str) -> str | None:
        if self._setting is None:
            return None
        try:
            async with asyncio.timeout(SETTING_S):
                return await self._setting(user_id)
        except TimeoutError:
            log.warning("language: the user's setting took too long to read")
            return None


def _primary(tag: str | None) -> str:
    return (tag or "").partition("-")[0].lower()
