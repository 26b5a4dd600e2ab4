"""The key set of an identity provider: when it is fetched, and what happens while it is away."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from brain.errors import TokenRefused, Unreachable
from brain.http.key_set import FRESH_S, MAX_BYTES, REST_S, STALE_S, UNKNOWN_MOST, UNKNOWN_S
from brain.http.tokens import Tokens
from brain.settings import TokenSettings
from tests.http.test_tokens import (
    OTHER_RSA_KEY,
    Json,
    Provider,
    claims,
    ec_jwk,
    es256,
    hs256,
    refusal,
    rs256,
    rsa_jwk,
)
from tests.local.serving import served

LATER = int(time.time()) + 86_400  # tokens that are made at import must last until their test
NEW = rs256(OTHER_RSA_KEY, kid="new", exp=LATER)


@dataclass
class Watch:
    """A clock that the test moves."""

    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Hanging(Provider):
    """A provider that answers only when the test lets it."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.fetches += 1
            self.asked.set()
            await self.gate.wait()
            await JSONResponse({"keys": self.keys})(scope, receive, send)


def by_key_set(url: str, watch: Callable[[], float], audience: str | None = None) -> Tokens:
    settings = TokenSettings(secrets=(), jwks_url=url, audience=audience, issuer=None)
    return Tokens(settings, now=watch)


@asynccontextmanager
async def with_provider(provider: Provider) -> AsyncIterator[tuple[Tokens, Watch]]:
    watch = Watch()
    async with served(provider) as url:
        yield by_key_set(url, watch), watch


async def test_many_callers_share_one_fetch() -> None:
    provider = Hanging()
    async with with_provider(provider) as (tokens, _):
        reading = asyncio.gather(*(tokens.read(rs256()) for _ in range(20)))
        await provider.asked.wait()
        provider.gate.set()
        assert {token.user_id for token in await reading} == {"anna"}
    assert provider.fetches == 1


async def test_a_caller_that_leaves_does_not_end_the_fetch_of_the_others() -> None:
    provider = Hanging()
    async with with_provider(provider) as (tokens, _):
        leaving, staying = (asyncio.ensure_future(tokens.read(rs256())) for _ in range(2))
        await provider.asked.wait()
        leaving.cancel()
        provider.gate.set()
        assert (await staying).user_id == "anna"
    assert provider.fetches == 1


async def test_after_a_failed_fetch_nobody_fetches_for_a_while() -> None:
    provider = Provider(status=500)
    async with with_provider(provider) as (tokens, watch):
        for _ in range(3):
            with pytest.raises(Unreachable):
                await tokens.read(rs256())
        assert provider.fetches == 1
        provider.status = 200
        watch.seconds += REST_S + 1
        assert (await tokens.read(rs256())).user_id == "anna"


def unsigned(alg: str, **changed: object) -> str:
    """A token whose signature has the right length for a key of 2,048 bits, and is wrong."""
    head = json.dumps({"alg": alg, "kid": "rsa"})
    parts = [head, json.dumps(claims(**{"exp": LATER, **changed}))]
    return ".".join([*(_base64(part.encode()) for part in parts), "A" * 342])


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


NOW = int(time.time())


@pytest.mark.parametrize(
    "text",
    [
        unsigned("RS256")[:-342],
        unsigned("RS256")[:-10],
        unsigned("RS256", exp=NOW - 60),
        unsigned("RS256", exp=None),
        unsigned("RS256", exp="soon"),
        unsigned("RS256", aud="another app"),
        unsigned("RS256", aud=None),
        unsigned("RS256", sub=None),
        unsigned("RS256", nbf=LATER - 600),
        unsigned("ES256"),
        unsigned("HS256"),
        unsigned("none"),
        unsigned("RS512"),
        "a.b",
        "a.b.c.d",
        "",
    ],
    ids=lambda text: f"of {text.count('.') + 1} parts",  # the tokens hold the current time
)
async def test_a_token_that_cannot_be_valid_causes_no_fetch(text: str) -> None:
    provider = Provider()
    async with served(provider) as url:
        tokens = by_key_set(url, Watch(), audience="brain")
        await refusal(tokens, text)
    assert provider.fetches == 0


async def test_a_new_key_of_the_provider_is_accepted_at_once() -> None:
    provider = Provider()
    async with with_provider(provider) as (tokens, _):
        await tokens.read(rs256())
        provider.keys = [rsa_jwk(OTHER_RSA_KEY, "new")]
        assert (await tokens.read(NEW)).user_id == "anna"
        assert await refusal(tokens, rs256()) == "the token's key is unknown"


async def test_unknown_keys_cause_few_fetches() -> None:
    provider = Provider()
    async with with_provider(provider) as (tokens, watch):
        await tokens.read(rs256())
        for _ in range(10):
            assert await refusal(tokens, NEW) == "the token's key is unknown"
        assert provider.fetches == 1 + UNKNOWN_MOST
        watch.seconds += UNKNOWN_S
        await refusal(tokens, NEW)
        await refusal(tokens, NEW)
        assert provider.fetches == 2 + UNKNOWN_MOST


async def test_old_keys_answer_while_they_are_fetched_again() -> None:
    provider = Provider()
    async with with_provider(provider) as (tokens, watch):
        await tokens.read(rs256())
        watch.seconds += FRESH_S + 1
        provider.keys = [rsa_jwk(OTHER_RSA_KEY, "new")]
        assert (await tokens.read(rs256())).user_id == "anna"
        assert (await tokens.read(NEW)).user_id == "anna", "the fetch goes on beside"
        assert provider.fetches == 2
        assert await refusal(tokens, rs256()) == "the token's key is unknown"


async def test_known_keys_stay_valid_for_a_day_while_the_provider_is_away() -> None:
    provider = Provider()
    async with with_provider(provider) as (tokens, watch):
        await tokens.read(rs256())
        provider.status = 500
        watch.seconds += STALE_S
        for _ in range(3):
            assert (await tokens.read(rs256())).user_id == "anna"
        with pytest.raises(Unreachable):
            await tokens.read(NEW)
        assert provider.fetches == 2
        watch.seconds += REST_S
        with pytest.raises(Unreachable):
            await tokens.read(rs256())


@pytest.mark.parametrize(
    "changed",
    [{"use": "enc"}, {"key_ops": ["encrypt"]}, {"key_ops": "verify"}, {"alg": "RS512"}],
)
async def test_a_key_for_another_purpose_verifies_nothing(changed: Json) -> None:
    odd = {**rsa_jwk(), **changed}
    async with with_provider(Provider(keys=[odd, ec_jwk()])) as (tokens, _):
        assert await refusal(tokens, rs256()) == "the token's key is unknown"
        assert (await tokens.read(es256())).user_id == "anna"


@pytest.mark.parametrize(
    "named",
    [{"use": "sig"}, {"key_ops": ["verify"]}, {"alg": "RS256"}, {"key_ops": ["x", "verify"]}],
)
async def test_a_key_that_names_its_purpose_is_used(named: Json) -> None:
    async with with_provider(Provider(keys=[{**rsa_jwk(), **named}])) as (tokens, _):
        assert (await tokens.read(rs256())).user_id == "anna"


@pytest.mark.parametrize("odd", [None, 7, {}, {"kty": "unknown"}, {"kty": "RSA", "n": "?"}])
async def test_one_odd_key_does_not_deny_the_others(odd: object) -> None:
    async with with_provider(Provider(keys=[odd, rsa_jwk()])) as (tokens, _):
        assert (await tokens.read(rs256())).user_id == "anna"


@pytest.mark.parametrize(
    "broken",
    [
        Provider(status=500),
        Provider(keys=[]),
        Provider(keys=[{"kty": "unknown"}]),
        Provider(keys=[None]),
        Provider(keys=7),
        Provider(page="<html>"),
        Provider(page="[]"),
        Provider(page="[" * 100_000),
        Provider(page=json.dumps({"keys": [rsa_jwk()], "more": "x" * MAX_BYTES})),
    ],
)
async def test_an_unavailable_key_set_is_an_outage_and_not_the_callers_fault(
    broken: Provider,
) -> None:
    async with with_provider(broken) as (tokens, _):
        with pytest.raises(Unreachable):
            await tokens.read(rs256())


async def test_a_key_set_at_a_closed_port_is_an_outage() -> None:
    async with served(Provider()) as url:
        gone = url
    with pytest.raises(Unreachable):
        await by_key_set(gone, Watch()).read(rs256())


async def test_a_token_by_secret_needs_no_key_set() -> None:
    async with with_provider(Provider()) as (tokens, _):
        with pytest.raises(TokenRefused, match="algorithm"):
            await tokens.read(hs256())
