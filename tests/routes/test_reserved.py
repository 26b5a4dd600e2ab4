"""Ids of minds are reserved: nobody comes in with one, whatever the way."""

import asyncio
import json
import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from brain.http.socket import NOT_ALLOWED
from brain.http.tickets import Tickets
from brain.settings import tokens as token_settings
from tests.fakes.loop import in_virtual_time
from tests.fakes.world import World
from tests.routes.conforming import DOCUMENT
from tests.routes.event_stage import basic, deliver, door, post, tell
from tests.routes.resources_stage import Home
from tests.routes.stage import ACCESS_KEY, CHAT, ROUTES, Deployment, User, token
from tests.routes.test_again import call, wake_call
from tests.routes.virtual import Page, connected, wired
from tests.routes.virtual import token as virtual_token

MIND = "mind:0123456789abcdefghijklmnop:0"
IDS = (MIND, "mind:", "mind:x", "mind:0123456789abcdefghijklmnop:report", "mind:\u00e4 b")
OTHER_NAMES = {"/api/startSession", "/api/audio"}  # of routes that are asked by their first name
OPERATIONS = [
    (method, path)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if {"user": []} in operation.get("security", ()) and path not in OTHER_NAMES
]
KEY = "the key of a mind that nobody has"


def bearer(user_id: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(user_id)}"}


def test_the_walk_meets_every_route_that_takes_a_token() -> None:
    paths = {path for _, path in OPERATIONS}
    assert paths >= {*CHAT, "/api/session", "/api/messages", "/api/pusherAuth", "/api/control"}
    assert {re.sub(r"\{(\w+)\}", r":\1", path) for path in paths} <= {*ROUTES, *CHAT}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.asyncio(loop_scope="package")
async def test_no_route_takes_the_token_of_a_mind(home: Home, method: str, path: str) -> None:
    address = re.sub(r"\{\w+\}", "x", path)
    body: dict[str, Any] = {"json": {}} if method in ("post", "put", "patch", "delete") else {}
    for user_id in IDS:
        answer = await home.http.request(method, address, headers=bearer(user_id), **body)
        assert answer.status_code == 401, (user_id, answer.text)


@pytest.mark.asyncio(loop_scope="package")
async def test_a_session_is_opened_for_no_mind(deployment: Deployment) -> None:
    for body, headers in (
        ({"token": token(MIND)}, {}),
        ({"token": token(MIND), "accessKey": ACCESS_KEY}, {}),
        ({"accessKey": ACCESS_KEY}, bearer(MIND)),
    ):
        answer = await deployment.http.post("/api/session", json=body, headers=headers)
        assert answer.status_code == 401
        assert "token" not in answer.json()


@pytest.mark.parametrize("path", ["/api/session", "/v1/chat/completions"])
@pytest.mark.asyncio(loop_scope="package")
async def test_no_access_key_is_a_minds(deployment: Deployment, path: str) -> None:
    keys = json.dumps({MIND: [KEY]})
    body = {"accessKey": KEY, "messages": [{"role": "user", "content": "Hi"}]}
    headers = {"Authorization": f"Bearer {KEY}"} if path != "/api/session" else {}
    async with deployment.changed(BRAIN_ACCESS_KEYS=keys) as http:
        assert (await http.post(path, json=body, headers=headers)).status_code == 401
        services = (await http.get("/api/health")).json()
    assert "must not begin with mind:" in json.dumps(services)


@pytest.mark.asyncio(loop_scope="package")
async def test_no_ticket_speaks_for_a_mind(home: Home, deployment: Deployment) -> None:
    tickets = Tickets(token_settings(deployment.env), "audio", utc=lambda: datetime.now(UTC))
    asked = {"seq": "1", "ticket": tickets.make(MIND, "1").text}
    own = {"seq": "1", "ticket": tickets.make("anna", "1").text}
    refused = await home.http.get("/api/audioStream", params=asked)
    assert refused.status_code == 401
    assert (await home.http.get("/api/audioStream", params=own)).status_code != 401


@pytest.mark.parametrize("by_frame", [False, True])
@pytest.mark.parametrize("user_id", IDS)
@in_virtual_time
async def test_no_socket_takes_the_token_of_a_mind(user_id: str, by_frame: bool) -> None:
    page = Page() if by_frame else Page("brain", f"token.{virtual_token(user_id)}")
    if by_frame:
        page.say("hello", token=virtual_token(user_id))
    async with connected(wired(World()), page) as serving:
        await asyncio.wait({serving})
    assert page.closed == (NOT_ALLOWED, "the token's user id (sub) is reserved")
    assert page.told == []


@in_virtual_time
async def test_an_open_socket_does_not_change_to_a_mind() -> None:
    page = Page.of()
    async with connected(wired(World()), page):
        await page.answer("ready")
        page.say("token", token=virtual_token(MIND))
        assert "reserved" in json.dumps(await page.answer("error"))


def named(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["field"]


@pytest.mark.asyncio(loop_scope="package")
async def test_nobody_reports_an_event_to_a_mind(user: User) -> None:
    reminder = {"type": "reminder.due", "userId": MIND, "data": {"reminderId": "r-1"}}
    mailbox = {"type": "mailbox.check", "userId": MIND, "data": {}}
    by_program = await tell(user, door(user, userId=MIND))
    by_postmark = await post(user, headers=basic(), userId=MIND)
    by_queue = [await deliver(user, event) for event in (reminder, mailbox)]
    for answer in (by_program, by_postmark, *by_queue):
        assert named(answer) == (422, "userId")


@pytest.mark.asyncio(loop_scope="package")
async def test_the_queue_wakes_a_mind(deployment: Deployment) -> None:
    answer = await call(deployment, wake_call(MIND))
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
