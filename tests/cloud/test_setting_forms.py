"""What a setting must look like: another form is named with its rule, and never shown."""

import pytest

from brain import settings
from tests.cloud.test_settings import FULL

KEY = "must be a key of ASCII characters without spaces around it"
FORM = "must look like postgresql://user:password@host/name"
NUMBER = "must be a number without a unit, such as"


@pytest.mark.parametrize("value", ["xyzzy\n", " xyzzy", "xyzzy\r\nx: y", "xÿzzy", "xy\tzzy"])
@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("UPSTASH_REDIS_REST_TOKEN", "redis"),
        ("QSTASH_TOKEN", "queue"),
        ("QSTASH_CURRENT_SIGNING_KEY", "queue"),
        ("QSTASH_NEXT_SIGNING_KEY", "queue"),
        ("PUSHER_KEY", "channel"),
        ("PUSHER_SECRET", "channel"),
        ("OPENAI_API_KEY", "model"),
    ],
)
def test_a_key_that_no_header_can_hold_is_named(name: str, service: str, value: str) -> None:
    found = settings.problems({**FULL, name: value}, {})
    assert {one: text for one, text in found.items() if text} == {service: f"{name} {KEY}"}


def test_an_older_name_of_a_token_is_named_as_it_is_set() -> None:
    env = {"KV_REST_API_URL": "https://kv.example", "KV_REST_API_TOKEN": "xyzzy\n"}
    assert settings.problems(env, {})["redis"] == f"KV_REST_API_TOKEN {KEY}"


def test_a_key_may_have_a_space_within() -> None:
    assert settings.model({**FULL, "OPENAI_API_KEY": "no key"}).api_key == "no key"


@pytest.mark.parametrize(
    ("name", "value", "service", "rule"),
    [
        ("PUSHER_PORT", "8s", "channel", NUMBER),
        ("PUSHER_PORT", "80.5", "channel", "must be a whole number"),
        ("PUSHER_PORT", "65536", "channel", "must be at most 65535"),
        ("PUSHER_PORT", "-1", "channel", "must be at least 0"),
        ("PUSHER_TLS", "false", "channel", "must be 1 or 0"),
        ("BRAIN_OPEN_SESSION", "true", "session", "must be 1 or 0"),
        ("BRAIN_MODEL_AT_ONCE", "2.5", "model", "must be a whole number, such as 6"),
        ("BRAIN_DAILY_TOKENS", "2M", "model", f"{NUMBER} 2000000"),
        ("BRAIN_DAILY_TOKENS", "1.5", "model", "must be a whole number, such as 2000000"),
        ("DATABASE_URL", "xyzzy", "database", FORM),
        ("DATABASE_URL", "mysql://me:xyzzy@database.example/brain", "database", FORM),
        ("DATABASE_URL", "postgresql://", "database", FORM),
        ("DATABASE_URL", "postgresql://me@database.example/brain\n", "database", FORM),
    ],
)
def test_another_form_is_named_with_its_rule(
    name: str, value: str, service: str, rule: str
) -> None:
    found = {
        one: text for one, text in settings.problems({**FULL, name: value}, {}).items() if text
    }
    assert list(found) == [service]
    assert found[service].startswith(f"{name} {rule}")
    assert "xyzzy" not in found[service]


def test_a_switch_of_traces_that_is_neither_on_nor_off_is_named() -> None:
    env = {**FULL, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
    found = settings.problems({**env, "BRAIN_TRACE_TEXTS": "yes"}, {})
    assert found["traces"] == "BRAIN_TRACE_TEXTS must be 1 or 0"


@pytest.mark.parametrize(
    "address",
    ["postgres://me@one.example:5432,two.example/brain", "host=/run/postgres dbname=brain user=me"],
)
def test_every_address_that_postgres_takes_is_taken(address: str) -> None:
    assert settings.problems({**FULL, "DATABASE_URL": address}, {})["database"] == ""
