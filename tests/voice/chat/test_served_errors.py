"""What the chat model refuses, always in OpenAI's form."""

import json

import pytest

from local.faults import Fault
from tests.routes.stage import ACCESS_KEY, Deployment, Json, User
from tests.voice.chat.stage import PATH, Platform, says

pytestmark = pytest.mark.asyncio(loop_scope="package")

INVALID = "invalid_request_error"
TEXT = {"messages": [{"role": "user", "content": "Hi"}]}


def deep(levels: int) -> str:
    return '{"messages": ' + "[" * levels + "]" * levels + "}"


REFUSED: list[tuple[str, bytes, int, Json]] = [
    ("no JSON", b"{", 400, {"type": INVALID}),
    ("empty", b"", 400, {"type": INVALID}),
    ("no object", b"[]", 400, {"type": INVALID}),
    ("deep", deep(100_000).encode(), 400, {"type": INVALID}),
    ("a key twice", b'{"n": 1, "n": 1}', 400, {"type": INVALID}),
    ("no messages", b"{}", 400, {"type": INVALID, "param": "messages"}),
    ("no list", b'{"messages": {"role": "user"}}', 400, {"param": "messages"}),
    ("no role", b'{"messages": [{"content": "Hi"}]}', 400, {"param": "messages"}),
    ("odd message", b'{"messages": [7]}', 400, {"param": "messages"}),
    ("no text", b'{"messages": [{"role": "user", "content": " "}]}', 400, {"param": "messages"}),
    ("n", json.dumps({**TEXT, "n": 2}).encode(), 400, {"type": INVALID, "param": "n"}),
    (
        "an answered text",
        b'{"messages": [{"role":"user","content":"Hi"},{"role":"assistant","content":"Hi"}]}',
        400,
        {"param": "messages"},
    ),
    (
        "a long text",
        json.dumps({"messages": [{"role": "user", "content": "x" * 8_001}]}).encode(),
        400,
        {"param": "messages"},
    ),
    ("a long body", b'{"x": "' + b"x" * 1_150_000 + b'"}', 413, {"code": "request_too_large"}),
]


@pytest.mark.parametrize(("name", "body", "status", "error"), REFUSED, ids=[r[0] for r in REFUSED])
async def test_refused(
    platform: Platform, name: str, body: bytes, status: int, error: Json
) -> None:
    headers = {**platform.headers, "content-type": "application/json"}
    answer = await platform.http.post(PATH, content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    given = answer.json()["error"]
    assert set(given) == {"message", "type", "param", "code"}
    assert given | error == given
    assert await platform.log() == []


@pytest.mark.parametrize("path", [PATH, "/v1/models"])
@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Basic abc", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x"]
)
async def test_nobody_enters_without_a_key(
    deployment: Deployment, path: str, authorization: str
) -> None:
    headers = {"authorization": authorization} if authorization else {}
    method = "POST" if path == PATH else "GET"
    answer = await deployment.http.request(method, path, json=TEXT, headers=headers)
    error = answer.json()["error"]
    assert answer.status_code == 401
    assert (error["type"], error["code"]) == (INVALID, "invalid_api_key")


async def test_wrong_access_keys_are_counted(deployment: Deployment) -> None:
    headers = {"authorization": "Bearer a wrong key", "x-real-ip": "192.0.2.77"}
    async with deployment.changed() as http:
        answers = [await http.get("/v1/models", headers=headers) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    error = answers[-1].json()["error"]
    assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_the_access_key_is_the_owner(deployment: Deployment) -> None:
    headers = {"authorization": f"Bearer {ACCESS_KEY}", "x-real-ip": "192.0.2.78"}
    for path in ("/v1/models", "/api/v1/models"):
        answer = await deployment.http.get(path, headers=headers)
        assert answer.json()["data"][0] == {
            "id": "brain",
            "object": "model",
            "created": 0,
            "owned_by": "second-brain",
        }


async def test_other_routes_and_methods(deployment: Deployment, user: User) -> None:
    async with deployment.changed() as http:
        wrong = await http.get(PATH, headers=user.headers)
    error = wrong.json()["error"]
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert (error["type"], error["code"]) == (INVALID, "method_not_allowed")


async def test_too_many_texts(platform: Platform, deployment: Deployment) -> None:
    await platform.script("Often", says("Yes.", repeat=100))
    statuses = set()
    for place in range(70):
        platform.call = f"often-{place}"
        answer = await platform.post(f"Often {place}")
        statuses.add(answer.status_code)
        if answer.status_code != 200:
            break
    assert statuses == {200, 429}
    assert answer.json()["error"]["type"] == "rate_limit_error"
    assert int(answer.headers["retry-after"]) > 0


async def test_a_store_that_is_away(platform: Platform, deployment: Deployment) -> None:
    fault = Fault(kind="status", status=500, text="{}", times=None)
    deployment.faults.add(fault)
    try:
        answer = await platform.post("Hi")
    finally:
        deployment.faults.clear()
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (503, "server_error")
    assert int(answer.headers["retry-after"]) > 0
