"""The settings of the chat models: the deployment's own, and those of minds with a profile."""

import json

from brain.chat.choice import ModelChoice, Provider
from brain.chat.prices import Prices
from brain.errors import SettingMissing
from brain.settings import variables
from brain.settings.budgets import daily_budget
from brain.settings.types import ModelSettings
from brain.settings.variables import Env

FIRST_TOKEN_S = 60.0  # seconds; some models think long, and some servers load them first
AT_ONCE = 6  # calls of minds at one provider; most free and small plans allow as many
MOST_PRICES = 500  # models
MOST_USD = 100_000.0  # of a million tokens; the dearest model costs 600
DEFAULT_MODELS: dict[Provider, str] = {
    "openai": "gpt-6-luna",
    "openrouter": "openai/gpt-6-luna",
}
FALLBACKS = "BRAIN_FALLBACK_MODELS"
_KEYS: dict[Provider, str] = {"openai": "OPENAI_API_KEY", "openrouter": "OPENROUTER_API_KEY"}


def model(env: Env) -> ModelSettings:
    """Read the deployment's provider and models."""
    return model_of(env, ModelChoice())


def models(env: Env) -> tuple[ModelSettings, ...]:
    """Read the deployment's models, and those of each other provider that has a key."""
    at_once(env)
    prices(env)
    daily_budget(env)
    others = [name for name in DEFAULT_MODELS if has_provider(env, name)]
    own = model(env)
    return (
        own,
        *fallbacks_of(env, own),
        *(model_of(env, ModelChoice(provider=name)) for name in others),
    )


def model_of(env: Env, choice: ModelChoice) -> ModelSettings:
    """Read the provider and the models of a choice.

    A choice that names a model gets this model and no other: its fallbacks are empty. One that
    names only another provider than the deployment's gets that provider's default.
    """
    own = provider(env)
    name = choice.provider or own
    is_own = name == own and choice.model is None
    own_model = env.get("BRAIN_MODEL") if is_own else None
    return ModelSettings(
        provider=name,
        base_url=_base_url(env, name, own),
        api_key=variables.key(env, _KEYS[name]),
        model=choice.model or own_model or DEFAULT_MODELS[name],
        fallback_models=fallback_models(env) if is_own else (),
        first_token_s=first_token_s(env),
    )


def fallbacks_of(env: Env, at: ModelSettings) -> tuple[ModelSettings, ...]:
    """Read where each of a choice's fallback models is asked. `openrouter:NAME` is the model NAME
    at OpenRouter, `openai:NAME` that at OpenAI; any other name is a model of the same provider.

    Raises SettingMissing if one of these providers has no key.
    """
    return tuple(model_of(env, _choice_in(entry, at.provider)) for entry in at.fallback_models)


def label_of(at: ModelSettings, own: Provider) -> str:
    """Return the name of a model for people: as in the settings of a deployment with provider
    `own`.
    """
    return at.model if at.provider == own else f"{at.provider}:{at.model}"


def _choice_in(entry: str, own: Provider) -> ModelChoice:
    prefix, _, name = entry.partition(":")
    for known in DEFAULT_MODELS:
        if prefix == known and not name.strip():
            raise SettingMissing(f"{FALLBACKS} must name a model after {known}:")
        if prefix == known:
            return ModelChoice(provider=known, model=name.strip())
    return ModelChoice(provider=own, model=entry)


def provider(env: Env) -> Provider:
    """Read the deployment's provider."""
    name = env.get("BRAIN_PROVIDER") or "openai"
    for known in DEFAULT_MODELS:
        if name == known:
            return known
    raise SettingMissing("BRAIN_PROVIDER must be openai or openrouter")


def has_provider(env: Env, name: str) -> bool:
    """Whether models of this provider can be asked: it is known, and its key is set."""
    return any(name == known and bool(env.get(key)) for known, key in _KEYS.items())


def first_token_s(env: Env) -> float:
    """Read how many seconds to wait for the first sign of an answer."""
    return variables.number(env, "BRAIN_FIRST_TOKEN_S", FIRST_TOKEN_S, least=0.1)


def fallback_models(env: Env) -> tuple[str, ...]:
    """Read the models to ask if the first one does not answer, as `fallbacks_of` reads them."""
    return variables.names(env, FALLBACKS)


def first_waits_s(env: Env) -> float:
    """Return how many seconds all waits for a first sign in a call take, if nothing comes.

    After the first one the model is asked again, and then the next model, if there is one.
    """
    return (3 if fallback_models(env) else 2) * first_token_s(env)


def at_once(env: Env) -> int:
    """Read how many calls of minds run at one provider at once, in each instance."""
    return variables.whole(env, "BRAIN_MODEL_AT_ONCE", AT_ONCE, least=1)


def prices(env: Env) -> Prices:
    """Read what models cost, in dollars for a million tokens: `{"model": [in, out]}`, or
    with a third price, for tokens of a request that the provider had kept.
    """
    text = env.get("BRAIN_PRICES")
    if not text:
        return {}
    try:
        given: object = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or len(given) > MOST_PRICES:
        raise SettingMissing(f"BRAIN_PRICES must be a JSON object with up to {MOST_PRICES} models")
    return {name: _price(pair) for name, pair in given.items()}


def _price(given: object) -> tuple[float, ...]:
    found = given if isinstance(given, list) and len(given) in (2, 3) else []
    prices = tuple(float(price) for price in found if type(price) in (int, float))
    if len(prices) == len(found) > 0 and all(0 <= price <= MOST_USD for price in prices):
        return prices
    raise SettingMissing(
        "BRAIN_PRICES must have the prices of each model in dollars: [in, out] or [in, out, cached]"
    )


def _base_url(env: Env, name: Provider, own: Provider) -> str | None:
    """Read the address of a provider; None is its own.

    A deployment that uses OpenRouter only may have its address in OPENAI_BASE_URL.
    """
    openai_url = variables.url(env, "OPENAI_BASE_URL")
    if name == "openai":
        return openai_url
    return variables.url(env, "OPENROUTER_BASE_URL") or (openai_url if own == name else None)
