"""Asks the providers of the models whether they work, for /api/health?deep=1."""

import asyncio
from collections.abc import Sequence

from brain import settings
from brain.chat.choice import ModelChoice
from brain.cloud.checks import REDEPLOY, Faulty, Fine, asked, json_of, named
from brain.cloud.model.chat import BASE_URLS
from brain.settings.types import ModelSettings
from brain.settings.variables import Env


async def model(env: Env) -> Fine:
    """List the models of each provider that is asked, which costs no tokens.

    Raises Faulty, SettingMissing.
    """
    at = settings.model_of(env, ModelChoice())
    settings.models(env)
    places = (at, *settings.fallbacks_of(env, at))
    by_provider = {
        each.provider: [one for one in places if one.provider == each.provider] for each in places
    }
    told = await asyncio.gather(
        *(_provider(env, at, wanted) for wanted in by_provider.values()), return_exceptions=True
    )
    if wrong := next((one for one in told if one is not None), None):
        raise wrong
    return Fine()


async def _provider(env: Env, own: ModelSettings, wanted: Sequence[ModelSettings]) -> None:
    """List the models of one provider, of which these are wanted. `own` is the first model."""
    at = wanted[0]
    prefix = at.provider.upper()
    key = f"{prefix}_API_KEY"
    url = named(env, f"{prefix}_BASE_URL", "OPENAI_BASE_URL")
    base = (at.base_url or BASE_URLS[at.provider]).rstrip("/")
    who = "The model's provider" if at.provider == own.provider else "The fallback's provider"
    answer = await asked("GET", f"{base}/models", url, who, token=at.api_key)
    status = answer.status_code
    if status in (401, 403):
        fix = f"Make a new key in the provider's console, set {key}, {REDEPLOY}"
        raise Faulty(f"{who} answered {status}: it rejects the key.", key, fix=fix)
    if status >= 500:
        fix = f"Check {url}, or wait until the provider works again."
        raise Faulty(f"{who} answered {status}.", url, fix=fix)
    listed = [
        str(one.get("id"))
        for one in json_of(answer, dict).get("data") or []
        if isinstance(one, dict)
    ]
    for one in wanted if status == 200 and listed else ():
        if not any(_is_same(one.model, name) for name in listed):
            _raise_unlisted("BRAIN_MODEL" if one is own else settings.FALLBACKS)


def _raise_unlisted(variable: str) -> None:
    what = "the model" if variable == "BRAIN_MODEL" else "a fallback model"
    fix = f"Set {variable} to a model that the provider lists, {REDEPLOY}"
    raise Faulty(f"The provider does not list {what}.", variable, fix=fix)


def _is_same(model: str, listed: str) -> bool:
    """Whether a listed name means the model: with a folder before it, or a variant after it."""
    names = {model, model.partition(":")[0], f"{model}:latest"}
    return listed in names or listed.rpartition("/")[2] in names or "*" in listed
