"""The switches of the local channel server, and the questions that a test can ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from pusher import Pusher
from pusher.errors import PusherBadStatus

from local.pusher import Failure, LocalPusher, Switches
from tests.contracts.pusher.pusher_stage import (
    call,
    client_of,
    close_code,
    new_server,
    sdk_for,
    served,
)

CONTROL = "/_local/channel"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    server: LocalPusher
    port: int
    sdk: Pusher
    http: httpx.AsyncClient


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    server = new_server()
    async with (
        served(server) as port,
        sdk_for(port) as sdk,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        yield Stage(server=server, port=port, sdk=sdk, http=http)


async def test_a_switched_failure_answers_with_its_status(stage: Stage) -> None:
    stage.server.switches = Switches(fail=Failure(status=503, seconds=60))

    with pytest.raises(PusherBadStatus, match="503"):
        await call(stage.sdk.trigger, "one", "n", {})


async def test_switches_and_counts_are_there_over_http(stage: Stage) -> None:
    async with client_of(stage.port) as listener:
        await listener.subscribe("one")
        switched = await stage.http.post(CONTROL, json={"drop": 1, "seed": 3})
        await stage.http.post(CONTROL, json={"fail": None})
        await call(stage.sdk.trigger, "one", "lost", {"a": 1})
        told = (await stage.http.get(CONTROL, params={"dropped": 1, "occupied": "one"})).json()

    assert switched.json()["switches"]["drop"] == 1
    assert told == {
        "published": 1,
        "delivered": 0,
        "dropped": 1,
        "connections": 1,
        "occupied": {"one": 1},
        "switches": {
            "drop": 1,
            "double": 0,
            "late": 0,
            "late_s": 20,
            "seed": 3,
            "fail": None,
            "disabled": False,
        },
        "webhooks": {"sent": 0, "given_up": 0, "waiting": 0},
        "events": {"one": [{"name": "lost", "data": '{"a": 1}', "except_id": None}]},
    }


async def test_waiting_for_what_does_not_come_ends_with_the_state_as_it_is(stage: Stage) -> None:
    late = await stage.http.get(CONTROL, params={"published": 1, "timeout": 0.01})

    assert late.status_code == 408
    assert late.json()["published"] == 0


@pytest.mark.parametrize(
    "body", ["", "[]", '{"drop": 2}', '{"dorp": 1}', '{"fail": {"status": 200, "seconds": 1}}']
)
async def test_an_invalid_switch_is_named(stage: Stage, body: str) -> None:
    refused = await stage.http.post(CONTROL, content=body)

    assert refused.status_code == 400
    assert stage.server.switches == Switches()


async def test_dropping_connections_over_http_tells_how_many_there_were(stage: Stage) -> None:
    async with client_of(stage.port) as one, client_of(stage.port) as two:
        dropped = await stage.http.post(f"{CONTROL}/drop")

        assert dropped.json() == {"closed": 2}
        assert await close_code(one.websocket) == await close_code(two.websocket) == 4200
