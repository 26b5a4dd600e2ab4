"""The settings of the search engine."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from brain import settings
from brain.chat.choice import ModelChoice
from brain.codec.text import name_only
from brain.errors import SettingMissing
from brain.settings import variables
from brain.settings.variables import Env

type EngineName = Literal["brave", "searxng", "openrouter"]

BRAVE_URL = "https://api.search.brave.com"
OPENROUTER_URL = "https://openrouter.ai/api/v1"
_ENGINES: tuple[EngineName, ...] = ("brave", "searxng", "openrouter")


class SearchSettings(Struct, frozen=True, kw_only=True):
    """The search engine. `key` is empty for one without keys, `model` for one without a model."""

    engine: EngineName
    url: str
    key: str = ""
    model: str = ""

    __repr__ = name_only


def search(env: Env) -> SearchSettings | None:
    """Read which engine searches the web; None if no engine is set. Raises SettingMissing."""
    url = variables.url(env, "BRAIN_SEARCH_URL")
    match _engine(env):
        case "brave":
            key = header(env, "BRAVE_SEARCH_API_KEY")
            return SearchSettings(engine="brave", url=_bare(url or BRAVE_URL), key=key)
        case "searxng":
            found = variables.need_url(env, "BRAIN_SEARCH_URL")
            return SearchSettings(engine="searxng", url=_bare(found))
        case "openrouter":
            at = settings.model_of(env, ModelChoice(provider="openrouter"))
            key = header(env, "OPENROUTER_API_KEY")
            found = _bare(url or at.base_url or OPENROUTER_URL)
            return SearchSettings(engine="openrouter", url=found, key=key, model=at.model)
        case None:
            if url:
                raise SettingMissing("BRAIN_SEARCH or BRAVE_SEARCH_API_KEY is missing")
            return None


def absent(env: Env) -> Mapping[str, str]:
    """Return the variable that is missing if no engine is set."""
    return {} if _is_named(env) else {"search": "BRAVE_SEARCH_API_KEY or BRAIN_SEARCH is missing"}


def header(env: Env, name: str) -> str:
    """Return a key that can be sent in a header. Raises SettingMissing."""
    return variables.key(env, name)


def _engine(env: Env) -> EngineName | None:
    name = env.get("BRAIN_SEARCH")
    if not name:
        return "brave" if env.get("BRAVE_SEARCH_API_KEY") else None
    for known in _ENGINES:
        if name == known:
            return known
    raise SettingMissing(f"BRAIN_SEARCH must be {', '.join(_ENGINES[:-1])} or {_ENGINES[-1]}")


def _is_named(env: Env) -> bool:
    return any(env.get(name) for name in ("BRAIN_SEARCH", "BRAVE_SEARCH_API_KEY"))


def _bare(url: str) -> str:
    return url.rstrip("/")
