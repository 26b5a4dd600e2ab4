"""What other pages are told of an answer that went into a response, and what that costs."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from brain.cloud.pusher import channel_names
from local.faults import Armed, Fault
from tests.routes.stage import KEY, SECRET, Deployment, Json, User

pytestmark = pytest.mark.asyncio(loop_scope="package")

A, B, C = "browser1_tab1", "browser2_tab1", "browser3_tab1"
SOCKET = "123.456"


@pytest_asyncio.fixture(loop_scope="package")
async def http(deployment: Deployment) -> AsyncIterator[httpx.AsyncClient]:
    """The functions, which respond when they have ended. They are warm."""
    async with deployment.changed() as http:
        await asked(deployment.user(), http)
        yield http


@pytest_asyncio.fixture(loop_scope="package")
async def calls(deployment: Deployment) -> AsyncIterator[Armed]:
    """Counts the calls of the store."""
    yield deployment.faults.add(Fault(kind="delay", times=None))
    deployment.faults.clear()


async def report(user: User, *events: Json) -> None:
    """A signed webhook of the channel's server."""
    body = json.dumps({"time_ms": time.time_ns() // 1_000_000, "events": events}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-pusher-key": KEY, "x-pusher-signature": signature}
    answer = await user.deployment.http.post("/api/websocketToBrain", content=body, headers=headers)
    assert answer.status_code == 200, answer.text


def member(user: User, name: str, *, came: bool = True) -> Json:
    private, presence = channel_names(user.id)
    id = f"{private.removeprefix('private-user-')}.{name}"
    return {
        "name": "member_added" if came else "member_removed",
        "channel": presence,
        "user_id": id,
    }


async def opened(user: User, *names: str) -> None:
    """Pages come to the channel."""
    private, presence = channel_names(user.id)
    occupied = [{"name": "channel_occupied", "channel": name} for name in (private, presence)]
    await report(user, *occupied, *(member(user, name) for name in names))


def told(user: User) -> list[tuple[str, Json]]:
    """Return all events on the user's channel."""
    channel, _ = channel_names(user.id)
    events = user.deployment.pusher.events(channel)
    return [(event.name, json.loads(event.data)) for event in events]


async def asked(user: User, http: httpx.AsyncClient, **device: Any) -> int:
    """Ask as page A; return the seq of the answer. Everything has ended then."""
    body = {"text": "Hello", "device": {"id": A, **device}}
    answer = await http.post("/api/voiceToBrain", json=body, headers=user.headers)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["message"]["seq"])


async def test_a_user_with_one_page_costs_no_event_and_no_call_more(
    user: User, deployment: Deployment, http: httpx.AsyncClient, calls: Armed
) -> None:
    other = deployment.user()
    counts = []
    for each in (user, other):
        if each is other:
            await opened(each, A)
        before = calls.fired
        await asked(each, http)
        counts.append(calls.fired - before)

    assert told(other) == []
    assert counts[0] == counts[1]


async def test_another_page_gets_one_small_event_for_the_text_and_one_for_the_answer(
    user: User, deployment: Deployment, http: httpx.AsyncClient, calls: Armed
) -> None:
    alone = deployment.user()
    before = calls.fired
    await asked(alone, http)
    usual = calls.fired - before
    await opened(user, A, B, C)
    before = calls.fired

    seq = await asked(user, http)

    assert told(user) == [("log", {"lastSeq": 1}), ("log", {"lastSeq": seq})]
    assert calls.fired - before == usual


async def test_the_socket_of_the_page_that_asked_is_left_out(
    user: User, http: httpx.AsyncClient
) -> None:
    await opened(user, A, B)
    channel, _ = channel_names(user.id)

    await asked(user, http, socketId=SOCKET)

    events = user.deployment.pusher.events(channel)
    assert [(event.name, event.except_id) for event in events] == [("log", SOCKET)] * 2


async def test_after_the_others_have_left_nobody_is_told(
    user: User, http: httpx.AsyncClient
) -> None:
    await opened(user, A, B)
    await report(user, member(user, B, came=False))

    await asked(user, http)

    assert told(user) == []


async def test_a_page_that_nobody_reports_may_still_listen(
    user: User, http: httpx.AsyncClient
) -> None:
    """Without the presence events of the vendor only the channel is known to be occupied."""
    await opened(user)

    await asked(user, http)

    assert [name for name, _ in told(user)] == ["log", "log"]


async def test_an_answer_that_goes_over_the_channel_is_told_once(user: User) -> None:
    await opened(user, A, B)
    await user.deployment.direct("slow-word", {"text": "Late.", "delay_s": 0.3})

    answer = await user.ask("slow-word", device={"id": A}, patience=0.05)

    assert answer.json()["message"] is None
    await user.until_heard("Late.")
    names = [name for name, _ in told(user)]
    assert names.count("log") == 1
    assert names.count("message") == 1


@pytest.mark.parametrize(
    "device",
    [
        {},
        {"id": "short"},
        {"id": "with space"},
        {"id": A, "socketId": "1.2.3"},
        {"id": A, "speaks": 1},
    ],
)
async def test_a_device_that_is_not_usable_is_refused_with_its_field(
    user: User, device: Json
) -> None:
    answer = await user.ask("Hello", device=device)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("device")


async def test_a_page_claims_a_message_over_http(user: User) -> None:
    seq = int((await user.ask("Hello")).json()["message"]["seq"])
    body = {"type": "claim", "seq": seq}

    first, again, other = [
        (await user.post("/api/control", json={**body, "device": device})).json()
        for device in (A, A, B)
    ]

    assert (first["state"], again["state"], other["state"]) == ("yours", "yours", "held")
    assert first["claim"] == again["claim"]
    assert 0 < other["leftMs"] <= first["leftMs"]
    unknown = await user.post("/api/control", json={**body, "seq": 99, "device": A})
    assert unknown.status_code == 404


async def test_the_page_has_its_own_name_in_the_presence_channel(user: User) -> None:
    _, presence = channel_names(user.id)
    asked_for = {"socket_id": SOCKET, "channel_name": presence}
    for device, name in ((A, A), ("not usable", SOCKET), (None, SOCKET)):
        body = asked_for if device is None else {**asked_for, "device": device}
        signed = (await user.post("/api/pusherAuth", json=body)).json()
        assert json.loads(signed["channel_data"])["user_id"].endswith(f".{name}")
