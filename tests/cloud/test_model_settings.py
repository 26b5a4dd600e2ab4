"""The settings of several providers: which address, key and model a choice gets."""

import pytest

from brain import settings
from brain.chat.choice import ModelChoice
from brain.errors import SettingMissing

KEYS = {"OPENAI_API_KEY": "key-o", "OPENROUTER_API_KEY": "key-r"}
OPENAI, ROUTER = "http://openai.example/v1", "http://router.example/v1"


@pytest.mark.parametrize(
    ("env", "openai", "router"),
    [
        ({}, None, None),
        ({"OPENAI_BASE_URL": OPENAI}, OPENAI, None),
        ({"OPENROUTER_BASE_URL": ROUTER}, None, ROUTER),
        ({"BRAIN_PROVIDER": "openrouter", "OPENAI_BASE_URL": OPENAI}, OPENAI, OPENAI),
        (
            {
                "BRAIN_PROVIDER": "openrouter",
                "OPENAI_BASE_URL": OPENAI,
                "OPENROUTER_BASE_URL": ROUTER,
            },
            OPENAI,
            ROUTER,
        ),
    ],
)
def test_each_provider_has_its_own_address(
    env: dict[str, str], openai: str | None, router: str | None
) -> None:
    found = [
        settings.model_of({**KEYS, **env}, ModelChoice(provider=provider)).base_url
        for provider in ("openai", "openrouter")
    ]
    assert found == [openai, router]


@pytest.mark.parametrize(
    ("choice", "model", "fallbacks"),
    [
        (ModelChoice(), "own", ("spare",)),
        (ModelChoice(provider="openai", temperature=1.0), "own", ("spare",)),
        (ModelChoice(model="other"), "other", ()),
        (ModelChoice(provider="openrouter"), "openai/gpt-6-luna", ()),
        (ModelChoice(provider="openrouter", model="other"), "other", ()),
    ],
)
def test_a_choice_gets_the_model_that_it_names_and_no_other(
    choice: ModelChoice, model: str, fallbacks: tuple[str, ...]
) -> None:
    env = {**KEYS, "BRAIN_MODEL": "own", "BRAIN_FALLBACK_MODELS": "spare"}
    found = settings.model_of(env, choice)
    assert (found.model, found.fallback_models) == (model, fallbacks)


@pytest.mark.parametrize(
    ("name", "has_key"),
    [
        ("openai", True),
        ("openrouter", False),
        ("other", False),
        ("", False),
        ("OPENAI_API_KEY", False),
    ],
)
def test_a_provider_is_there_if_its_key_is_set(name: str, has_key: bool) -> None:
    env = {"OPENAI_API_KEY": "key", "OPENROUTER_API_KEY": ""}
    assert settings.has_provider(env, name) is has_key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENROUTER_BASE_URL", "router"),
        ("OPENAI_BASE_URL", "ftp://openai.example"),
        ("BRAIN_MODEL_AT_ONCE", "0"),
        ("BRAIN_MODEL_AT_ONCE", "many"),
    ],
)
def test_health_names_a_malformed_setting_of_any_provider(name: str, value: str) -> None:
    assert name in settings.problems({**KEYS, name: value}, {})["model"]


def test_a_second_provider_without_a_key_is_no_fault() -> None:
    env = {"OPENAI_API_KEY": "key", "OPENROUTER_BASE_URL": ROUTER}
    assert settings.problems(env, {})["model"] == ""
    with pytest.raises(SettingMissing, match="OPENROUTER_API_KEY"):
        settings.model_of(env, ModelChoice(provider="openrouter"))


def test_calls_of_minds_are_six_at_once_unless_it_is_set() -> None:
    assert settings.at_once({}) == 6
    assert settings.at_once({"BRAIN_MODEL_AT_ONCE": "2"}) == 2


@pytest.mark.parametrize(
    ("own", "entry", "provider", "model"),
    [
        ("openai", "openrouter:openai/gpt-6-luna", "openrouter", "openai/gpt-6-luna"),
        ("openai", "openrouter: far:free", "openrouter", "far:free"),
        ("openai", "openai:near", "openai", "near"),
        ("openai", "llama4:8b", "openai", "llama4:8b"),
        ("openrouter", "openai:near", "openai", "near"),
        ("openrouter", "openai/gpt-oss:free", "openrouter", "openai/gpt-oss:free"),
    ],
)
def test_a_fallback_may_name_another_provider(
    own: str, entry: str, provider: str, model: str
) -> None:
    given = {
        **KEYS,
        "BRAIN_PROVIDER": own,
        "OPENAI_BASE_URL": OPENAI,
        "OPENROUTER_BASE_URL": ROUTER,
        "BRAIN_FALLBACK_MODELS": entry,
    }
    [found] = settings.fallbacks_of(given, settings.model(given))
    assert (found.provider, found.model) == (provider, model)
    assert found.base_url == {"openai": OPENAI, "openrouter": ROUTER}[provider]
    assert found.api_key == {"openai": "key-o", "openrouter": "key-r"}[provider]


@pytest.mark.parametrize(
    ("fallbacks", "name"),
    [("openrouter:far", "OPENROUTER_API_KEY"), ("near,openai:", "BRAIN_FALLBACK_MODELS")],
)
def test_health_names_what_a_fallback_lacks(fallbacks: str, name: str) -> None:
    given = {"OPENAI_API_KEY": "key", "BRAIN_FALLBACK_MODELS": fallbacks}
    assert settings.problems(given, {})["model"].startswith(name)
