"""Tokens that were verified before: known as long as they would be verified again."""

import time

from brain.http.key_set import FRESH_S, VerifiedTokens
from brain.http.tokens import Tokens
from brain.settings import TokenSettings
from tests.http.test_key_set import NEW, with_provider
from tests.http.test_tokens import (
    OTHER_RSA_KEY,
    SECRET,
    Provider,
    hs256,
    refusal,
    rs256,
    rsa_jwk,
    tokens_by,
)

LATER = 2_000_000_000


class Clock:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


async def test_a_token_is_known_until_it_expires() -> None:
    clock = Clock(100.0)
    known = VerifiedTokens[str](None, utc=clock)
    known.keep("text", "anna", at=100.0, until=200.0, key=None)
    assert await known.find("text") == "anna"
    clock.seconds = 199.9
    assert await known.find("text") == "anna"
    clock.seconds = 200.0
    assert await known.find("text") is None


async def test_a_clock_that_was_set_back_proves_nothing() -> None:
    clock = Clock(100.0)
    known = VerifiedTokens[str](None, utc=clock)
    known.keep("text", "anna", at=100.0, until=200.0, key=None)
    clock.seconds = 99.0
    assert await known.find("text") is None


async def test_only_the_newest_tokens_are_kept_and_no_huge_ones() -> None:
    known = VerifiedTokens[str](None, utc=Clock(1.0), most=2)
    for text in ("a", "b", "a", "c", "d" * 5_000):
        known.keep(text, text, at=0.0, until=9.0, key=None)
    found = [await known.find(text) for text in ("a", "b", "c", "d" * 5_000)]
    assert found == ["a", None, "c", None]


async def test_the_same_token_is_read_once() -> None:
    tokens = tokens_by()
    text = hs256()
    assert await tokens.read(text) is await tokens.read(text)


async def test_a_token_that_differs_in_one_character_is_verified_on_its_own() -> None:
    tokens = tokens_by()
    text = hs256(exp=LATER)
    await tokens.read(text)
    head, claims, mark = text.split(".")
    for other in (
        f"{head}.{claims}.{'A' if mark[0] != 'A' else 'B'}{mark[1:]}",
        f"{head}.{hs256(sub='eve', exp=LATER).split('.')[1]}.{mark}",
        f"{head}.{claims}.",
        f"{text}A",
    ):
        assert await refusal(tokens, other) == "the token is invalid"


async def test_a_refused_token_is_not_remembered_as_valid() -> None:
    tokens = tokens_by()
    expired = hs256(exp=int(time.time()) - 60)
    for _ in range(2):
        assert await refusal(tokens, expired) == "the token has expired"


async def test_another_deployment_does_not_know_the_token() -> None:
    await tokens_by().read(hs256(exp=LATER))
    assert await refusal(tokens_by("another" + SECRET), hs256(exp=LATER)) == "the token is invalid"


async def test_an_expired_token_with_a_wrong_signature_is_told_to_have_expired() -> None:
    wrong = hs256("another " + SECRET, exp=int(time.time()) - 60)
    settings = TokenSettings(secrets=(SECRET,), jwks_url=None, audience=None, issuer=None)
    assert await refusal(Tokens(settings), wrong) == "the token has expired"


async def test_a_key_that_the_provider_replaces_under_the_same_name_is_verified_again() -> None:
    provider, text = Provider(), rs256(exp=LATER)
    async with with_provider(provider) as (tokens, watch):
        assert (await tokens.read(text)).user_id == "anna"
        provider.keys = [rsa_jwk(OTHER_RSA_KEY, name) for name in ("rsa", "new")]
        watch.seconds += FRESH_S + 1
        assert (await tokens.read(text)).user_id == "anna", "the fetch goes on beside"
        assert (await tokens.read(NEW)).user_id == "anna"
        assert await refusal(tokens, text) == "the token is invalid"
