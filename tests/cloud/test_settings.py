"""The environment: how it is read, and which missing or malformed variables are reported."""

import base64
import os
from collections.abc import Callable
from typing import Any

import pytest

from brain import settings
from brain.errors import SettingMissing
from brain.run.limits import Limits
from brain.settings.variables import Env
from brain.wiring.adapters import Adapters

FULL = {
    "UPSTASH_REDIS_REST_URL": "https://redis.example",
    "UPSTASH_REDIS_REST_TOKEN": "redis-token",
    "QSTASH_URL": "https://queue.example",
    "QSTASH_TOKEN": "queue-token",
    "QSTASH_CURRENT_SIGNING_KEY": "key-now",
    "QSTASH_NEXT_SIGNING_KEY": "key-next",
    "PUSHER_APP_ID": "42",
    "PUSHER_KEY": "pusher-key",
    "PUSHER_SECRET": "pusher-secret",
    "PUSHER_CLUSTER": "eu",
    "OPENAI_API_KEY": "sk-model",
    "DATABASE_URL": "postgresql://database.example/brain",
    "BRAIN_JWT_SECRET": "s" * 32,
    "BRAIN_PUBLIC_URL": "https://brain.example/",
}


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in FULL.items() if name not in names}


def refusal(read: Callable[[Env], Any], env: Env) -> str:
    with pytest.raises(SettingMissing) as missing:
        read(env)
    return str(missing.value)


def test_a_full_environment_has_no_problems() -> None:
    assert set(settings.problems(FULL, {}).values()) == {""}


def test_an_empty_environment_names_every_service_and_shows_no_value() -> None:
    found = settings.problems({"BRAIN_LEASE_S": "a-secret"}, {"email": lambda env: None})
    assert found == {
        **dict.fromkeys(("email", "events", "session", "language", "persona", "log", "traces"), ""),
        "redis": "UPSTASH_REDIS_REST_URL or KV_REST_API_URL is missing",
        "queue": "QSTASH_TOKEN is missing",
        "channel": "PUSHER_APP_ID is missing",
        "database": "DATABASE_URL is missing",
        "model": "OPENAI_API_KEY is missing",
        "tokens": "BRAIN_JWT_SECRET or BRAIN_JWKS_URL is missing",
        "times": "BRAIN_LEASE_S must be a number without a unit, such as 10",
    }


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("UPSTASH_REDIS_REST_TOKEN", "redis"),
        ("QSTASH_CURRENT_SIGNING_KEY", "queue"),
        ("QSTASH_NEXT_SIGNING_KEY", "queue"),
        ("PUSHER_KEY", "channel"),
        ("PUSHER_SECRET", "channel"),
        ("PUSHER_CLUSTER", "channel"),
        ("BRAIN_PUBLIC_URL", "queue"),
    ],
)
def test_a_variable_that_is_empty_is_missing_and_named(name: str, service: str) -> None:
    found = settings.problems({**FULL, name: ""}, {})
    assert name in found[service]
    assert [other for other, text in found.items() if text] == [service]


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("UPSTASH_REDIS_REST_URL", "redis"),
        ("QSTASH_URL", "queue"),
        ("OPENAI_BASE_URL", "model"),
        ("BRAIN_JWKS_URL", "tokens"),
        ("BRAIN_PUBLIC_URL", "queue"),
    ],
)
@pytest.mark.parametrize(
    "value",
    [
        "my-secret",
        "ftp://my-secret",
        "https://",
        "https://[my-secret",
        "https://a:b",
        "https://a b",
    ],
)
def test_an_invalid_address_is_named_and_not_shown(name: str, service: str, value: str) -> None:
    text = settings.problems({**FULL, name: value}, {})[service]
    assert name in text
    assert "my-secret" not in text


def test_the_store_is_found_under_either_vendor_name() -> None:
    env = {"KV_REST_API_URL": "https://kv.example", "KV_REST_API_TOKEN": "kv-token"}
    assert settings.store(env) == settings.StoreSettings(url="https://kv.example", token="kv-token")
    assert settings.store({**env, **FULL}).url == "https://redis.example"


def test_the_queue_calls_back_at_the_public_address() -> None:
    queue = settings.queue(FULL)
    assert queue.public_url == "https://brain.example"
    assert queue.headers == {}
    assert (queue.url, queue.token) == ("https://queue.example", "queue-token")
    assert (queue.current_key, queue.next_key) == ("key-now", "key-next")


def test_the_address_of_the_queue_may_be_left_to_its_sdk() -> None:
    assert settings.queue(without("QSTASH_URL")).url is None


@pytest.mark.parametrize(
    ("env", "host"),
    [
        ({"VERCEL_URL": "one.example"}, "one.example"),
        (
            {"VERCEL_URL": "one.example", "VERCEL_PROJECT_PRODUCTION_URL": "pro.example"},
            "pro.example",
        ),
        (
            {
                "VERCEL_ENV": "preview",
                "VERCEL_URL": "one.example",
                "VERCEL_PROJECT_PRODUCTION_URL": "pro.example",
            },
            "one.example",
        ),
    ],
)
def test_on_the_platform_the_public_address_is_the_domain_or_the_previews_own(
    env: dict[str, str], host: str
) -> None:
    queue = settings.queue({**without("BRAIN_PUBLIC_URL"), **env})
    assert queue.public_url == f"https://{host}"


def test_a_protected_preview_admits_the_queue_by_a_header() -> None:
    queue = settings.queue({**FULL, "VERCEL_AUTOMATION_BYPASS_SECRET": "open"})
    assert queue.headers == {"x-vercel-protection-bypass": "open"}


def test_the_channel_uses_the_vendors_cluster() -> None:
    channel = settings.channel(FULL)
    assert (channel.app_id, channel.key, channel.secret) == ("42", "pusher-key", "pusher-secret")
    assert (channel.cluster, channel.host, channel.port, channel.tls) == ("eu", None, None, True)


def test_a_self_hosted_channel_needs_no_cluster() -> None:
    env = {"PUSHER_HOST": "here.example", "PUSHER_PORT": "6001", "PUSHER_TLS": "0"}
    channel = settings.channel({**without("PUSHER_CLUSTER"), **env})
    assert (channel.cluster, channel.host) == (None, "here.example")
    assert (channel.port, channel.tls) == (6001, False)


def test_an_invalid_app_id_of_the_channel_vendor_is_refused() -> None:
    assert "PUSHER_APP_ID" in refusal(settings.channel, {**FULL, "PUSHER_APP_ID": "my-app"})


def test_the_model_is_openais_unless_another_is_configured() -> None:
    model = settings.model(FULL)
    assert (model.provider, model.base_url, model.api_key) == ("openai", None, "sk-model")
    assert (model.model, model.fallback_models) == (settings.DEFAULT_MODELS["openai"], ())


def test_the_router_has_its_own_key_and_default_model() -> None:
    env = {"BRAIN_PROVIDER": "openrouter", "OPENROUTER_API_KEY": "or-key"}
    model = settings.model(env)
    assert (model.provider, model.api_key) == ("openrouter", "or-key")
    assert model.model == settings.DEFAULT_MODELS["openrouter"]
    assert "OPENROUTER_API_KEY" in refusal(settings.model, {**FULL, "BRAIN_PROVIDER": "openrouter"})


def test_the_wait_for_the_first_sign_is_read_and_fits_into_a_call() -> None:
    assert settings.model(FULL).first_token_s == 60
    slow = {**FULL, "BRAIN_FIRST_TOKEN_S": "90"}
    assert settings.model(slow).first_token_s == 90
    assert Adapters(slow).limits.model_s == 180
    assert Adapters({**slow, "BRAIN_FALLBACK_MODELS": "b, c"}).limits.model_s == 270
    assert Adapters({**FULL, "BRAIN_FIRST_TOKEN_S": "3"}).limits.model_s == Limits().model_s
    wrong = {**FULL, "BRAIN_FIRST_TOKEN_S": "soon"}
    assert "BRAIN_FIRST_TOKEN_S" in refusal(settings.model, wrong)


def test_model_names_and_base_address_are_used_unchanged() -> None:
    env = {
        "BRAIN_MODEL": "small",
        "BRAIN_FALLBACK_MODELS": " large , ,other",
        "OPENAI_BASE_URL": "http://127.0.0.1:8090/v1",
    }
    model = settings.model({**FULL, **env})
    assert (model.model, model.fallback_models) == ("small", ("large", "other"))
    assert model.base_url == "http://127.0.0.1:8090/v1"


def test_an_unknown_provider_is_refused() -> None:
    assert "BRAIN_PROVIDER" in refusal(settings.model, {**FULL, "BRAIN_PROVIDER": "other"})


def test_the_default_language_is_one_that_the_brain_speaks() -> None:
    assert settings.language(FULL) is None
    assert settings.language({**FULL, "BRAIN_LANGUAGE": ""}) is None
    assert settings.language({**FULL, "BRAIN_LANGUAGE": "de-AT"}) == "de-AT"
    for wrong in ("fr", "german", "de_AT", "de-", "d" * 40):
        assert refusal(settings.language, {**FULL, "BRAIN_LANGUAGE": wrong}) == (
            "BRAIN_LANGUAGE must be en or de"
        )


def test_the_database_is_optional() -> None:
    assert settings.database({}) is None
    assert settings.database({"DATABASE_URL": ""}) is None
    assert settings.database(FULL) == "postgresql://database.example/brain"


def test_tokens_are_verified_by_secret_or_by_key_set() -> None:
    assert settings.tokens(FULL).secrets == ("s" * 32,)
    env = {
        "BRAIN_JWKS_URL": "https://keys.example",
        "BRAIN_JWT_AUDIENCE": "brain",
        "BRAIN_JWT_ISSUER": "app",
    }
    tokens = settings.tokens(env)
    assert (tokens.secrets, tokens.jwks_url) == ((), "https://keys.example")
    assert (tokens.audience, tokens.issuer) == ("brain", "app")


def test_a_short_secret_is_refused_without_showing_it() -> None:
    text = refusal(settings.tokens, {"BRAIN_JWT_SECRET": "short"})
    assert "BRAIN_JWT_SECRET" in text
    assert "short" not in text


@pytest.mark.parametrize("platform", ["production", "preview"])
def test_a_session_is_never_open_on_the_platform(platform: str) -> None:
    env = {"BRAIN_OPEN_SESSION": "1"}
    assert settings.session(env).is_open
    assert not settings.session({**env, "VERCEL_ENV": platform}).is_open


def test_a_session_is_closed_unless_configured_as_open() -> None:
    closed = settings.SessionSettings(keys=(), has_keys=False, is_open=False)
    assert settings.session({}) == closed
    for name in ("BRAIN_ACCESS_KEY", "BRAIN_ACCESS_KEYS"):
        found = settings.session({name: "short", "BRAIN_OPEN_SESSION": "1"})
        assert (found.keys, found.has_keys, found.is_open) == ((), True, False)


def test_times_have_defaults() -> None:
    assert settings.times({}) == settings.TimeSettings(
        max_duration_s=300, reserve_s=5, patience_s=8, lease_s=10, spoken_yes_s=180, settle_s=0.7
    )


def test_times_are_taken_from_the_environment() -> None:
    env = {
        "BRAIN_MAX_DURATION_S": "60", "BRAIN_HANDOFF_RESERVE_S": "2.5",
        "BRAIN_HTTP_PATIENCE_S": "0",
        "BRAIN_LEASE_S": "20",
        "BRAIN_SPOKEN_YES_S": "20",
        "BRAIN_SETTLE_S": "1.5",
    }  # fmt: skip
    assert settings.times(env) == settings.TimeSettings(
        max_duration_s=60, reserve_s=2.5, patience_s=0, lease_s=20, spoken_yes_s=20, settle_s=1.5
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BRAIN_MAX_DURATION_S", "0"),
        ("BRAIN_HANDOFF_RESERVE_S", "0"),
        ("BRAIN_HTTP_PATIENCE_S", "-1"),
        ("BRAIN_LEASE_S", "inf"),
        ("BRAIN_LEASE_S", "nan"),
        ("BRAIN_LEASE_S", "ten"),
    ],
)
def test_an_impossible_time_is_named(name: str, value: str) -> None:
    assert name in refusal(settings.times, {name: value})


def test_the_page_is_told_whether_a_script_replaces_the_model() -> None:
    assert settings.scripted({"BRAIN_SCRIPTED_MODEL": "1"})
    assert not settings.scripted({})


def test_the_environment_is_that_of_the_process() -> None:
    assert settings.environment() is os.environ


def test_a_secret_for_events_must_follow_the_specification() -> None:
    good = f"whsec_{base64.b64encode(bytes(24)).decode()}"
    assert settings.events({"BRAIN_EVENT_SECRET": good}).secrets == (good,)
    for bad in ("secret", good.removeprefix("whsec_"), "whsec_AAAA", "whsec_%%%", f"{good}!"):
        with pytest.raises(SettingMissing, match="BRAIN_EVENT_SECRET must be whsec_") as told:
            settings.events({"BRAIN_EVENT_SECRET": bad})
        assert bad not in str(told.value)


def test_a_password_that_could_be_guessed_is_refused() -> None:
    assert settings.events({"BRAIN_POSTMARK_PASSWORD": "p" * 16}).postmark_passwords == ("p" * 16,)
    with pytest.raises(SettingMissing, match="at least 16"):
        settings.events({"BRAIN_POSTMARK_PASSWORD": "p" * 15})


def test_while_a_secret_is_replaced_both_are_there() -> None:
    first, second = (f"whsec_{base64.b64encode(bytes([n] * 24)).decode()}" for n in (1, 2))
    env = {
        "BRAIN_JWT_SECRET": "n" * 32,
        "BRAIN_JWT_SECRET_PREVIOUS": "o" * 32,
        "BRAIN_EVENT_SECRET": first,
        "BRAIN_EVENT_SECRET_PREVIOUS": second,
        "BRAIN_POSTMARK_PASSWORD": "n" * 16,
        "BRAIN_POSTMARK_PASSWORD_PREVIOUS": "o" * 16,
    }
    assert settings.tokens(env).secrets == ("n" * 32, "o" * 32)
    assert settings.events(env).secrets == (first, second)
    assert settings.events(env).postmark_passwords == ("n" * 16, "o" * 16)
    for name in (*env,):
        if name.endswith("_PREVIOUS"):
            read = settings.tokens if "JWT" in name else settings.events
            assert name in refusal(read, {**env, name: "short"})


def test_an_audience_is_wanted_where_a_provider_issues_the_tokens() -> None:
    env = {"BRAIN_JWKS_URL": "https://keys.example"}
    assert settings.problems(env, {})["tokens"].startswith("BRAIN_JWT_AUDIENCE is missing: ")
    assert settings.problems({**env, "BRAIN_JWT_AUDIENCE": "brain"}, {})["tokens"] == ""
    assert settings.tokens(env).audience is None, "the deployment goes on working"


def test_without_a_secret_and_a_password_only_the_queue_can_send_events() -> None:
    found = settings.events({})
    assert (found.secrets, found.postmark_passwords, found.email_user) == ((), (), "owner")
