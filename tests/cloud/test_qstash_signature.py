"""The queue: verifying the signatures of its calls."""

import base64
import hashlib
import time
from typing import Any

import jwt
import pytest

from brain.cloud.qstash import (
    AGAIN_ROUTE,
    EVENT_ROUTE,
    SignatureCheck,
)
from brain.errors import SignatureRefused
from local.qstash import CURRENT_SIGNING_KEY, NEXT_SIGNING_KEY
from tests.cloud.qstash_stage import PUBLIC_URL, settings_for

BODY = b'{"userId":"anna"}'


def digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode()


def signed(key: str = CURRENT_SIGNING_KEY, **changed: Any) -> str:
    """The vendor's signature with some claims changed; None removes a claim."""
    now = int(time.time())
    claims = {
        "iss": "Upstash",
        "sub": f"{PUBLIC_URL}{AGAIN_ROUTE}",
        "exp": now + 300,
        "nbf": now,
        "iat": now,
        "jti": "jwt_1",
        "body": digest(BODY),
    } | changed
    whole = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(whole, key, algorithm="HS256")


def check(signature: str | None, body: bytes = BODY, *, route: str = AGAIN_ROUTE) -> None:
    SignatureCheck(settings_for("http://queue.example")).check(signature, body, route=route)


@pytest.mark.parametrize("key", [CURRENT_SIGNING_KEY, NEXT_SIGNING_KEY])
@pytest.mark.parametrize("padded", [False, True])
def test_signatures_by_the_current_and_the_next_key_are_valid(key: str, padded: bool) -> None:
    hashed = digest(BODY) if padded else digest(BODY).rstrip("=")
    check(signed(key, body=hashed))


def test_a_clock_slightly_ahead_is_tolerated() -> None:
    soon = int(time.time()) + 2
    check(signed(nbf=soon, iat=soon))


def test_a_clock_slightly_behind_is_tolerated() -> None:
    check(signed(exp=int(time.time()) - 2))


@pytest.mark.parametrize("signature", [None, "", "x", "a.b.c"])
def test_a_call_without_a_signature_is_refused(signature: str | None) -> None:
    with pytest.raises(SignatureRefused):
        check(signature)


@pytest.mark.parametrize(
    "changed",
    [
        {"sub": "https://brain.example/api/voiceToBrain"},
        {"sub": "https://brain.example/api/eventToBrain"},
        {"sub": "https://brain.example"},
        {"sub": "http://brain.example/api/brainToBrain"},
        {"body": digest(b"another")},
        {"body": "grüße"},
        {"body": 7},
        {"exp": int(time.time()) - 3600},
        {"nbf": int(time.time()) + 3600},
        {"iss": "Somebody"},
        {"iss": None},
        {"sub": None},
        {"exp": None},
        {"nbf": None},
        {"body": None},
    ],
)
def test_a_signature_for_something_else_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(SignatureRefused):
        check(signed(**changed))


def test_a_signature_is_valid_for_its_route_only() -> None:
    event = signed(sub="https://brain.example/api/eventToBrain")
    check(event, route=EVENT_ROUTE)
    with pytest.raises(SignatureRefused, match="another URL"):
        check(signed(), route=EVENT_ROUTE)


def test_a_signature_by_another_key_is_refused() -> None:
    with pytest.raises(SignatureRefused, match="another key"):
        check(signed("sig_a_key_of_somebody_who_guesses"))


def test_an_unsigned_token_is_refused() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    with pytest.raises(SignatureRefused):
        check(f"{header}.{signed().split('.')[1]}.")


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(SignatureRefused, match="another body"):
        check(signed(), BODY + b" ")
