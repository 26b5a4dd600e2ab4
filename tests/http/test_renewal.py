"""Tokens that were issued here are traded for newer ones: when, how long, and which ones not."""

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from msgspec.structs import replace

from brain.http.tokens import MOST_S, NO_KEY, SIGN_IN, TOKEN_S, Token, Tokens
from brain.settings import TokenSettings
from brain.settings.variables import key_digest

SECRET, NEXT = (f"{word} secret of at least thirty-two bytes" for word in ("one", "another"))
KEY = key_digest("open sesame, please")
HOUR_S, DAY_S = 3600, 24 * 3600


class Watch:
    """A clock that stands still until it is set. PyJWT has the machine's, so it begins there."""

    def __init__(self) -> None:
        self.s = time.time()

    def __call__(self) -> float:
        return self.s


def issuing(*secrets: str, utc: Callable[[], float] = time.time, **settings: Any) -> Tokens:
    rest = {"jwks_url": None, "audience": None, "issuer": None, **settings}
    return Tokens(TokenSettings(secrets=secrets or (SECRET,), **rest), utc=utc)


def made(at_s: float, *secrets: str) -> Token:
    return issuing(*secrets, utc=lambda: at_s).make("anna", KEY)


async def test_a_token_is_traded_for_one_of_the_same_user_that_expires_later() -> None:
    watch = Watch()
    tokens = issuing(utc=watch, audience="brain", issuer="app")
    first = tokens.make("anna", KEY)
    watch.s += HOUR_S

    later = tokens.renewed(await tokens.read(first.text), [b"another key", KEY])

    assert later.expires_at == first.expires_at + HOUR_S
    assert later.user_id == "anna"
    assert await tokens.read(later.text) == later


async def test_the_chain_ends_thirty_days_after_the_sign_in() -> None:
    watch = Watch()
    begun = watch.s - MOST_S + TOKEN_S + HOUR_S  # so that the last one expires in 13 hours
    token = made(begun)
    watch.s += 1
    tokens = issuing(utc=watch)

    renewed = 0
    while (later := tokens.renewed(token, [KEY])) is not token:
        assert int(begun) < later.expires_at <= int(begun) + MOST_S
        token = await tokens.read(later.text)
        renewed += 1
        watch.s += HOUR_S

    assert renewed == 2
    assert token.expires_at == int(begun) + MOST_S


def test_a_chain_is_as_long_as_its_renewals_are_in_time() -> None:
    watch = Watch()
    tokens = issuing(utc=watch)
    token, begun = tokens.make("anna", KEY), watch.s
    while (later := tokens.renewed(token, [KEY])) is not token or watch.s < begun + 1:
        token = later
        watch.s += TOKEN_S * 0.75
    assert token.expires_at == int(begun) + MOST_S
    assert MOST_S - DAY_S < watch.s - begun < MOST_S + DAY_S


@pytest.mark.parametrize(
    "keys",
    [[], [key_digest("another key of anna")], [NO_KEY]],
    ids=["no key", "another key", "an open session"],
)
def test_a_token_of_a_key_that_is_no_longer_the_users_is_not_traded(keys: list[bytes]) -> None:
    token = made(time.time() - HOUR_S)
    assert issuing().renewed(token, keys) is token


def test_a_token_of_a_sign_in_without_a_key_is_not_traded_for_a_key() -> None:
    token = issuing(utc=lambda: time.time() - HOUR_S).make("owner")
    assert issuing().renewed(token, [KEY]) is token
    assert issuing().renewed(token, [NO_KEY]).expires_at > token.expires_at


async def test_a_token_of_the_previous_secret_is_valid_and_not_traded() -> None:
    tokens = issuing(NEXT, SECRET)
    token = await tokens.read(made(time.time() - HOUR_S).text)
    assert tokens.renewed(token, [KEY]) is token


def _by_the_app(**claims: Any) -> str:
    whole = {"sub": "anna", "exp": int(time.time()) + 60, **claims}
    return jwt.encode(whole, SECRET, algorithm="HS256")


@pytest.mark.parametrize(
    "claim",
    [
        None,
        True,
        "since",
        [],
        {},
        {"since": 1},
        {"mark": "x"},
        {"since": "1", "mark": "x"},
        {"since": 1, "mark": "ü"},
        {"since": 1, "mark": 7},
        {"since": 1e300, "mark": "x"},
        {"since": 10**400, "mark": "x"},
        {"since": -(10**30), "mark": "0" * 64},
    ],
)
async def test_a_token_of_the_app_is_never_prolonged(claim: Any) -> None:
    tokens = issuing()
    token = await tokens.read(_by_the_app(**{SIGN_IN: claim}))
    assert tokens.renewed(token, [KEY, NO_KEY]) is token


@pytest.mark.parametrize("changed", [{"sub": "ben"}, {"since": 1}])
async def test_the_claim_is_worth_nothing_with_another_user_or_time(
    changed: dict[str, Any],
) -> None:
    tokens = issuing()
    sign_in = tokens.make("anna", KEY).sign_in
    assert sign_in is not None
    since = changed.get("since", sign_in.since)
    text = _by_the_app(
        sub=changed.get("sub", "anna"), **{SIGN_IN: {"since": since, "mark": sign_in.mark}}
    )
    token = await tokens.read(text)
    assert tokens.renewed(token, [KEY]) is token


def test_without_a_secret_nothing_is_traded() -> None:
    token = made(time.time() - HOUR_S)
    tokens = Tokens(
        TokenSettings(secrets=(), jwks_url="https://keys.example", audience="brain", issuer=None)
    )
    assert tokens.renewed(replace(token), [KEY]).text == token.text


def test_a_token_shows_nothing_of_the_key() -> None:
    claims = jwt.decode(made(time.time()).text, SECRET, algorithms=["HS256"])
    mark = claims[SIGN_IN]["mark"]
    assert mark not in (KEY.hex(), "")
    assert (
        mark
        != jwt.decode(made(time.time() - 5).text, SECRET, algorithms=["HS256"])[SIGN_IN]["mark"]
    )
