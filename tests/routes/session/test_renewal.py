"""POST /api/session trades a token of the deployment for a newer one, and none of an app."""

import time
from typing import Any

import httpx
import jwt
import pytest

from brain.http.tokens import SIGN_IN, Tokens
from brain.settings import OWNER, TokenSettings
from brain.settings.variables import key_digest
from tests.routes.stage import ACCESS_KEY, JWT_SECRET, Deployment, User, token

pytestmark = pytest.mark.asyncio(loop_scope="package")

SESSION = "/api/session"
NEW_KEY, NEW_SECRET = "another key of the owner", "another secret of at least thirty-two bytes"
HOUR_S = 3600


def kept(hours: float, *, user_id: str = OWNER, key: str | None = ACCESS_KEY) -> str:
    """A token from a sign-in some hours ago."""
    settings = TokenSettings(secrets=(JWT_SECRET,), jwks_url=None, audience=None, issuer=None)
    tokens = Tokens(settings, utc=lambda: time.time() - hours * HOUR_S)
    made = tokens.make(user_id) if key is None else tokens.make(user_id, key_digest(key))
    return made.text


async def traded(deployment: Deployment, text: str, **env: str) -> tuple[bool, dict[str, Any]]:
    """Whether this token was traded for a newer one, and the session."""
    async with deployment.changed(**env) as http:
        answer = await http.post(SESSION, json={"token": text})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    before, after = (_claims(one) for one in (text, body["token"]))
    assert after["sub"] == before["sub"] == body["userId"]
    is_same = body["token"] == text
    assert is_same or (after["exp"] > before["exp"] and after[SIGN_IN] == before[SIGN_IN])
    return not is_same, body


def _claims(text: str) -> dict[str, Any]:
    return dict(jwt.decode(text, options={"verify_signature": False}))


async def test_a_token_of_a_sign_in_is_traded_and_the_new_one_opens_the_routes(
    deployment: Deployment,
) -> None:
    text = kept(11)
    is_traded, body = await traded(deployment, text)
    assert is_traded
    headers = {"Authorization": f"Bearer {body['token']}"}
    assert (await deployment.http.get("/api/status", headers=headers)).status_code == 200
    by_header = await deployment.http.post(SESSION, headers={"Authorization": f"Bearer {text}"})
    assert (
        by_header.json()["token"] == body["token"]
        or by_header.json()["expiresAt"] > body["expiresAt"]
    )


async def test_a_token_of_a_sign_in_by_key_is_traded_over_http(deployment: Deployment) -> None:
    body = (await deployment.http.post(SESSION, json={"accessKey": ACCESS_KEY})).json()
    assert SIGN_IN in _claims(body["token"])


@pytest.mark.parametrize(
    "env",
    [
        {"BRAIN_ACCESS_KEY": NEW_KEY},
        {"BRAIN_ACCESS_KEY": ""},
        {"BRAIN_ACCESS_KEY": "", "BRAIN_OPEN_SESSION": "1"},
        {"BRAIN_JWT_SECRET": NEW_SECRET, "BRAIN_JWT_SECRET_PREVIOUS": JWT_SECRET},
    ],
    ids=["another key", "no key", "no key needed", "another secret"],
)
async def test_the_chain_ends_when_the_key_or_the_secret_changes(
    deployment: Deployment, env: dict[str, str]
) -> None:
    is_traded, _ = await traded(deployment, kept(1), **env)
    assert not is_traded


async def test_a_family_members_chain_ends_with_their_own_key_only(deployment: Deployment) -> None:
    text = kept(1, user_id="anna", key="the key of anna, one")
    for keys, expected in [
        ('{"anna": ["the key of anna, one"], "ben": ["the key of ben, one"]}', True),
        ('{"anna": ["the key of anna, two"], "ben": ["the key of anna, one"]}', False),
        ('{"anna": ["the key of anna, two", "the key of anna, one"]}', True),
    ]:
        is_traded, _ = await traded(deployment, text, BRAIN_ACCESS_KEYS=keys)
        assert is_traded is expected


async def test_a_token_of_an_open_session_is_traded_while_it_is_open(
    deployment: Deployment,
) -> None:
    is_open = {"BRAIN_ACCESS_KEY": "", "BRAIN_OPEN_SESSION": "1"}
    assert (await traded(deployment, kept(1, key=None), **is_open))[0]
    assert not (await traded(deployment, kept(1, key=None)))[0]


async def test_a_token_of_an_app_keeps_its_expiry(user: User) -> None:
    is_traded, _ = await traded(user.deployment, token(user.id))
    assert not is_traded


async def test_a_token_that_has_expired_is_not_traded(deployment: Deployment) -> None:
    refused: httpx.Response = await deployment.http.post(SESSION, json={"token": kept(13)})
    assert (refused.status_code, refused.json()["detail"]) == (401, "the token has expired")


@pytest.mark.parametrize("text", ["", " ", "x"])
async def test_an_empty_token_is_no_missing_one(deployment: Deployment, text: str) -> None:
    async with deployment.changed(BRAIN_ACCESS_KEY="", BRAIN_OPEN_SESSION="1") as http:
        refused = await http.post(SESSION, json={"token": text})
    assert (refused.status_code, refused.json()["detail"]) == (401, "the token is invalid")
