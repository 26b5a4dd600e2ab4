"""POST /api/brainToBrain with a hang-up, over HTTP, as the queue sends it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.routes.stage import Deployment, deployed
from tests.routes.test_again import call
from tests.voice.test_session_routes import Stage, staged
from tests.voice.vendor_stage import failing, vendors

pytestmark = pytest.mark.asyncio(loop_scope="package")


def message(user: str, id: str, **changed: Any) -> bytes:
    whole = {"userId": user, "reason": "hangup", "voiceSessionId": id} | changed
    return json.dumps(whole).encode()


async def deliver(deployment: Deployment, stage: Stage, id: str, **headers: str) -> httpx.Response:
    return await call(deployment, message(stage.user.id, id), headers, http=stage.http)


async def test_a_hang_up_ends_the_session_at_the_vendor_once(deployment: Deployment) -> None:
    async with staged(deployment) as stage:
        id = (await stage.begin()).json()["voiceSessionId"]
        for _ in range(2):
            answer = await deliver(deployment, stage, id)
            assert (answer.status_code, answer.json()) == (200, {"ok": True})
        assert stage.vendors.hung_up == ["live_1"]
        assert (await stage.end(id)).json() == {"state": "ended"}


@pytest.mark.parametrize("vendor", ["openai-realtime", "gemini-live"])
async def test_it_ends_sessions_of_the_other_vendors(deployment: Deployment, vendor: str) -> None:
    async with staged(deployment) as stage:
        id = (await stage.begin(vendor)).json()["voiceSessionId"]
        assert (await deliver(deployment, stage, id)).status_code == 200
        assert (await stage.begin()).status_code == 201


async def test_a_session_that_has_ended_or_never_was_needs_nothing(deployment: Deployment) -> None:
    async with staged(deployment) as stage:
        id = (await stage.begin()).json()["voiceSessionId"]
        await stage.end(id)
        for one in (id, "vs_never"):
            assert (await deliver(deployment, stage, one)).status_code == 200
        assert stage.vendors.hung_up == ["live_1"]


@pytest.mark.parametrize("status", [404, 410])
async def test_a_call_that_the_vendor_does_not_know_is_done(
    deployment: Deployment, status: int
) -> None:
    async with staged(deployment) as stage:
        id = (await stage.begin()).json()["voiceSessionId"]
        stage.vendors.fails = failing(status)
        assert (await deliver(deployment, stage, id)).status_code == 200
        stage.vendors.fails = None
        assert (await stage.begin()).status_code == 201


async def test_while_the_vendor_is_away_the_queue_tries_again(deployment: Deployment) -> None:
    async with staged(deployment) as stage:
        id = (await stage.begin()).json()["voiceSessionId"]
        stage.vendors.fails = failing(500)
        for retried, wait in (("0", "3"), ("2", "48")):
            answer = await deliver(deployment, stage, id, **{"Upstash-Retried": retried})
            assert (answer.status_code, answer.headers["retry-after"]) == (503, wait)
        stage.vendors.fails = None
        assert (await stage.begin()).status_code == 409
        assert (await deliver(deployment, stage, id)).status_code == 200


async def test_after_the_last_retry_a_new_message_goes_on_the_queue(tmp_path: Path) -> None:
    async with vendors() as (made, env), deployed(tmp_path, **env) as deployment:
        stage = Stage(deployment.http, made, deployment.user())
        id = (await stage.begin()).json()["voiceSessionId"]
        made.fails = failing(500)
        headers = {"Upstash-Retried": "3", "Upstash-Message-Id": "msg-1"}
        for _ in range(2):  # delivered twice: one new message
            assert (await deliver(deployment, stage, id, **headers)).status_code == 503
        made.fails = None
        deployment.queue.deliver_now()
        async with asyncio.timeout(20):
            await made.has_hung_up.wait()
        assert made.hung_up[0] == "live_1"


async def test_only_the_queue_may_hang_up(deployment: Deployment) -> None:
    async with staged(deployment) as stage:
        id = (await stage.begin()).json()["voiceSessionId"]
        body = message(stage.user.id, id)
        for headers in ({"Upstash-Signature": "forged"}, {"Upstash-Signature": ""}):
            answer = await call(deployment, body, headers, http=stage.http)
            assert answer.status_code == 401
        assert stage.vendors.hung_up == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"voiceSessionId": None}, "voiceSessionId"),
        ({"voiceSessionId": ""}, "voiceSessionId"),
        ({"userId": 7}, "userId"),
    ],
)
async def test_a_hang_up_that_does_not_fit_is_refused(
    deployment: Deployment, changed: dict[str, Any], field: str
) -> None:
    answer = await call(deployment, message("anna", "vs_1", **changed))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
