"""POST /api/session and /api/pusherAuth, over HTTP, with the local services."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from brain.cloud.pusher import channel_names
from tests.routes.stage import ACCESS_KEY, APP_ID, KEY, SECRET, Deployment, Json, User, token

pytestmark = pytest.mark.asyncio(loop_scope="package")

SESSION, AUTH = "/api/session", "/api/pusherAuth"
VOICE = {  # there is no key of a vendor: the model is on a server of its own
    "openai-live": False,
    "openai-realtime": False,
    "gemini-live": False,
    "upload": False,
    "speech": False,
    "chat": True,
}


async def begin(
    deployment: Deployment, *, env: Json | None = None, **options: Any
) -> httpx.Response:
    async with deployment.changed(**(env or {})) as http:
        return await http.post(SESSION, **options)


async def refusal(deployment: Deployment, **options: Any) -> str:
    answer = await begin(deployment, **options)
    assert answer.status_code == 401
    return str(answer.json()["detail"])


async def test_the_access_key_opens_the_owners_session(deployment: Deployment) -> None:
    answer = await begin(deployment, json={"accessKey": ACCESS_KEY})
    body = answer.json()
    private, presence = channel_names("owner")
    assert answer.headers["cache-control"] == "no-store"
    assert body == {
        "time": body["time"],
        "userId": "owner",
        "token": body["token"],
        "expiresAt": body["expiresAt"],
        "channel": private,
        "presenceChannel": presence,
        "pusher": {
            "key": KEY,
            "forceTLS": False,
            "wsHost": "127.0.0.1",
            "wsPort": int(deployment.env["PUSHER_PORT"]),
        },
        **{"cursor": 0, "zone": "UTC", "language": "en"},
        "features": {
            "documents": False,
            "memory": False,
            "email": False,
            "model": {"name": "script", "scripted": True},
            **{"name": None, "local": False},
            "voice": VOICE,
            "jobs": False,
        },
    }
    assert abs(datetime.fromisoformat(body["time"]) - datetime.now(UTC)) < timedelta(minutes=1)
    now, expires = (datetime.fromisoformat(body[name]) for name in ("time", "expiresAt"))
    assert timedelta(hours=11) < expires - now <= timedelta(hours=12)


async def test_the_sessions_token_opens_the_other_routes(deployment: Deployment) -> None:
    body = (await begin(deployment, json={"accessKey": ACCESS_KEY})).json()
    headers = {"Authorization": f"Bearer {body['token']}"}
    answer = await deployment.http.get("/api/status", headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("key", [ACCESS_KEY[:-1], f"{ACCESS_KEY} ", "grüße", "\0"])
async def test_a_wrong_access_key_is_refused(deployment: Deployment, key: str) -> None:
    refused = await refusal(deployment, json={"accessKey": key})
    assert refused == "that access key is incorrect"


@pytest.mark.parametrize("body", [b"", b"  ", b"{}", b'{"accessKey":null}', b'{"accessKey":""}'])
async def test_without_a_key_the_key_is_required(deployment: Deployment, body: bytes) -> None:
    assert await refusal(deployment, content=body) == "an access key is required"


async def test_in_a_deployment_without_a_key_a_token_is_required(deployment: Deployment) -> None:
    env = {"BRAIN_ACCESS_KEY": ""}
    assert await refusal(deployment, env=env) == "a token is required"
    assert await refusal(deployment, env=env, json={"accessKey": "x"}) == "a token is required"


async def test_a_token_of_the_app_opens_the_session_of_its_user(user: User) -> None:
    own = token(user.id)
    by_body = await begin(user.deployment, json={"token": own})
    by_header = await begin(user.deployment, headers={"Authorization": f"Bearer {own}"})
    assert {**by_body.json(), "time": ""} == {**by_header.json(), "time": ""}
    assert (by_body.json()["userId"], by_body.json()["token"]) == (user.id, own)


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"token": "x"}},
        {"headers": {"Authorization": "Bearer x"}, "json": {"accessKey": ACCESS_KEY}},
    ],
)
async def test_an_invalid_token_is_refused(deployment: Deployment, options: Json) -> None:
    assert await refusal(deployment, **options) == "the token is invalid"


async def test_a_session_never_changes_who_the_caller_is(user: User) -> None:
    own, other = token(user.id), token("another")
    both = {"headers": {"Authorization": f"Bearer {own}"}}
    same = await begin(user.deployment, **both, json={"token": own, "accessKey": ACCESS_KEY})
    assert same.json()["userId"] == user.id
    refused = await refusal(user.deployment, **both, json={"token": other})
    assert refused == "the two tokens belong to different users"


FAMILY = {"anna": ["the key of anna, one"], "ben": ["an old key of ben", "the new key of ben"]}


@pytest.mark.parametrize(("name", "key"), [(name, key) for name in FAMILY for key in FAMILY[name]])
async def test_each_key_of_a_family_opens_the_session_of_its_user(
    deployment: Deployment, name: str, key: str
) -> None:
    env = {"BRAIN_ACCESS_KEYS": json.dumps(FAMILY)}
    assert (await begin(deployment, env=env, json={"accessKey": key})).json()["userId"] == name
    owners = await begin(deployment, env=env, json={"accessKey": ACCESS_KEY})
    assert owners.json()["userId"] == "owner"


@pytest.mark.parametrize(
    "env",
    [
        {"BRAIN_ACCESS_KEY": "short"},
        {"BRAIN_ACCESS_KEY": "", "BRAIN_ACCESS_KEYS": '{"anna": ["short"]}'},
        {"BRAIN_ACCESS_KEY": "short", "BRAIN_OPEN_SESSION": "1"},
    ],
)
async def test_a_short_key_opens_nothing(deployment: Deployment, env: dict[str, str]) -> None:
    refused = await refusal(deployment, env=env, json={"accessKey": "short"})
    assert refused == "an access key is required"


async def test_after_ten_wrong_keys_an_address_has_to_wait(deployment: Deployment) -> None:
    headers = {"x-real-ip": "198.51.100.7"}
    for number in range(10):
        wrong = {"accessKey": f"a wrong key of some length {number}"}
        assert (await begin(deployment, headers=headers, json=wrong)).status_code == 401
    for key in ("another wrong key of the same", ACCESS_KEY):
        answer = await begin(deployment, headers=headers, json={"accessKey": key})
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 600
    by_token = {**headers, "Authorization": f"Bearer {token('anna')}"}
    assert (await begin(deployment, headers=by_token)).status_code == 200
    elsewhere = {"x-real-ip": "198.51.100.8"}
    answer = await begin(deployment, headers=elsewhere, json={"accessKey": ACCESS_KEY})
    assert answer.status_code == 200


async def test_no_key_is_tried_while_the_store_is_away(deployment: Deployment) -> None:
    env = {"UPSTASH_REDIS_REST_URL": "http://127.0.0.1:9"}
    answer = await begin(deployment, env=env, json={"accessKey": ACCESS_KEY})
    assert answer.status_code == 503


async def test_an_open_session_requires_nothing(deployment: Deployment) -> None:
    env = {"BRAIN_ACCESS_KEY": "", "BRAIN_OPEN_SESSION": "1"}
    assert (await begin(deployment, env=env)).json()["userId"] == "owner"


@pytest.mark.parametrize(
    "changed", [{"VERCEL_ENV": "production"}, {"BRAIN_ACCESS_KEY": ACCESS_KEY}]
)
async def test_a_session_is_never_open_on_the_platform_or_with_a_key(
    deployment: Deployment, changed: dict[str, str]
) -> None:
    env = {"BRAIN_ACCESS_KEY": "", "BRAIN_OPEN_SESSION": "1", **changed}
    await refusal(deployment, env=env)


async def test_the_cursor_is_the_end_of_the_log(user: User) -> None:
    await user.ask("help")
    body = (await begin(user.deployment, json={"token": token(user.id)})).json()
    assert body["cursor"] == 2


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ({"language": "de-AT"}, "de-AT"),
        ({"language": "en"}, "en"),
        ({}, "fr"),
        ({"language": None}, "fr"),
        ({"language": "de_DE"}, "fr"),
        ({"language": 7}, "fr"),
    ],
)
async def test_the_language_of_the_device_is_kept(user: User, body: Json, kept: str) -> None:
    store = user.deployment.functions.wirings["/api/status"].store
    await store.status(user.id, language="fr")
    answer = await begin(user.deployment, json={"token": token(user.id), **body})
    assert answer.status_code == 200
    assert (await store.status(user.id)).language == kept


async def test_a_refused_session_stores_nothing(user: User) -> None:
    await refusal(user.deployment, json={"token": f"{token(user.id)}x", "language": "de"})
    store = user.deployment.functions.wirings["/api/status"].store
    assert (await store.status(user.id)).language is None


async def test_the_session_contains_the_documents_feature_and_the_cluster(
    deployment: Deployment,
) -> None:
    env = {
        "DATABASE_URL": "postgresql://x",
        "PUSHER_HOST": "",
        "PUSHER_PORT": "",
        "PUSHER_TLS": "",
        "PUSHER_CLUSTER": "eu",
        "BRAIN_SCRIPTED_MODEL": "",
        "BRAIN_POSTMARK_PASSWORD": "",
    }
    body = (await begin(deployment, env=env, json={"accessKey": ACCESS_KEY})).json()
    assert body["pusher"] == {"key": KEY, "forceTLS": True, "cluster": "eu"}
    assert body["features"] == {
        "documents": True,
        "memory": True,
        "email": False,
        "model": {"name": "script", "scripted": False},
        **{"name": None, "local": False},
        "voice": VOICE,
        "jobs": True,
    }


MAIL = {
    "DATABASE_URL": "postgresql://x",
    "BRAIN_IMAP_URL": "imaps://me%40example.org:secret@imap.example.org/",
    "BRAIN_SMTP_URL": "smtps://me%40example.org:secret@smtp.example.org/",
    "QSTASH_TOKEN": "",  # so that no mailbox check is scheduled
}


@pytest.mark.parametrize(
    ("env", "has_email"),
    [
        (MAIL, True),
        ({**MAIL, "BRAIN_EMAIL_USER": "another"}, False),
        ({**MAIL, "DATABASE_URL": ""}, False),
        ({**MAIL, "BRAIN_IMAP_URL": ""}, False),
        ({"DATABASE_URL": "postgresql://x", "BRAIN_POSTMARK_PASSWORD": "p" * 32}, True),
    ],
)
async def test_only_the_owner_of_the_account_has_the_email_feature(
    deployment: Deployment, env: dict[str, str], has_email: bool
) -> None:
    body = (await begin(deployment, env=env, json={"accessKey": ACCESS_KEY})).json()
    assert body["features"]["email"] is has_email


async def test_a_local_session_says_that_it_is_local(deployment: Deployment) -> None:
    env = {"BRAIN_ACCESS_KEY": "", "BRAIN_OPEN_SESSION": "1"}
    assert (await begin(deployment, env=env)).json()["features"]["local"] is True


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 422), (b'{"token":7}', 422)])
async def test_an_invalid_session_body_is_refused(
    deployment: Deployment, body: bytes, status: int
) -> None:
    assert (await begin(deployment, content=body)).status_code == status


async def test_a_deployment_without_a_secret_issues_no_token(
    deployment: Deployment,
) -> None:
    env = {"BRAIN_JWT_SECRET": "", "BRAIN_JWKS_URL": "https://keys.example"}
    refused = await refusal(deployment, env=env, json={"accessKey": ACCESS_KEY})
    assert "only tokens that its own app issues" in refused


# ---- channels


def signature(socket_id: str, channel: str) -> str:
    text = f"{socket_id}:{channel}".encode()
    return f"{KEY}:{hmac.digest(SECRET.encode(), text, hashlib.sha256).hex()}"


@pytest.mark.parametrize("form", ["data", "json"])
async def test_a_user_may_subscribe_to_their_own_channels(user: User, form: str) -> None:
    private, presence = channel_names(user.id)
    fields = {"socket_id": "12.34", "channel_name": private}
    answer = await user.post(AUTH, **{form: fields})
    assert answer.json() == {"auth": signature("12.34", private)}
    assert answer.headers["cache-control"] == "no-store"

    joined = (await user.post(AUTH, **{form: {**fields, "channel_name": presence}})).json()
    assert joined["auth"].startswith(f"{KEY}:")
    assert presence.removeprefix("presence-user-") in joined["channel_data"]
    assert user.id not in joined["channel_data"]


async def test_a_user_may_not_subscribe_to_the_channel_of_another(user: User) -> None:
    for channel in (*channel_names("somebody"), "private-app", "chat"):
        answer = await user.post(AUTH, data={"socket_id": "12.34", "channel_name": channel})
        assert answer.status_code == 403
        assert "auth" not in answer.json()


async def test_subscribing_without_a_token_is_401(deployment: Deployment) -> None:
    fields = {"socket_id": "12.34", "channel_name": channel_names("anna")[0]}
    assert (await deployment.http.post(AUTH, data=fields)).status_code == 401


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"data": {"channel_name": "x"}}, "socket_id"),
        ({"data": {"socket_id": "1.2"}}, "channel_name"),
        ({"json": {"socket_id": 1.2, "channel_name": "x"}}, "socket_id"),
        ({"json": ["socket_id"]}, "socket_id"),
        ({"content": b"\xff\x00"}, "socket_id"),
    ],
)
async def test_an_invalid_subscription_is_422(user: User, options: Json, field: str) -> None:
    answer = await user.post(AUTH, **options)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": field, "message": "is missing"}]


async def test_a_malformed_socket_id_is_422(user: User) -> None:
    fields = {"socket_id": "1.2:x", "channel_name": channel_names(user.id)[0]}
    answer = await user.post(AUTH, data=fields)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "socket_id")


async def test_the_session_does_not_contain_the_app_id(deployment: Deployment) -> None:
    body = (await begin(deployment, json={"accessKey": ACCESS_KEY})).json()
    assert APP_ID not in str(body["pusher"])
    assert SECRET not in str(body)
