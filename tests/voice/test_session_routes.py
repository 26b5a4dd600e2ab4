"""POST and DELETE /api/voiceSession, over HTTP, with stand-ins of the vendors."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.routes.stage import Deployment, User, deployed
from tests.voice.vendor_stage import ANSWER, KEY, OFFER, SECRET, Vendors, failing, vendors

pytestmark = pytest.mark.asyncio(loop_scope="package")

PATH = "/api/voiceSession"


class Stage:
    """A deployment with the vendors, and one user."""

    def __init__(self, http: httpx.AsyncClient, vendors: Vendors, user: User) -> None:
        self.http = http
        self.vendors = vendors
        self.user = user

    async def begin(self, vendor: str = "openai-live", **fields: Any) -> httpx.Response:
        offer = {} if vendor == "gemini-live" else {"sdp": OFFER}
        body = {"vendor": vendor, **offer, **fields}
        return await self.http.post(PATH, json=body, headers=self.user.headers)

    async def end(self, id: Any, *, user: User | None = None, **fields: Any) -> httpx.Response:
        headers = (user or self.user).headers
        body = {"voiceSessionId": id, **fields}
        return await self.http.request("DELETE", PATH, json=body, headers=headers)


@asynccontextmanager
async def staged(deployment: Deployment, **env: str) -> AsyncIterator[Stage]:
    async with vendors() as (made, settings), deployment.changed(**settings, **env) as http:
        yield Stage(http, made, deployment.user())


@pytest.mark.parametrize("vendor", ["openai-live", "openai-realtime"])
async def test_a_session_with_openai_gives_the_answer_to_the_offer(
    deployment: Deployment, vendor: str
) -> None:
    async with staged(deployment) as stage:
        answer = await stage.begin(vendor)
        body = answer.json()
        assert answer.status_code == 201
        assert body.pop("voiceSessionId").startswith("vs_")
        assert body.pop("expiresAt").endswith("Z")
        assert body == {"vendor": vendor, "sdp": ANSWER, "maxSeconds": 900}
        assert KEY not in answer.text


async def test_a_session_with_gemini_gives_a_token(deployment: Deployment) -> None:
    async with staged(deployment, BRAIN_VOICE_MAX_S="120.9") as stage:
        answer = await stage.begin("gemini-live")
        body = answer.json()
        assert answer.status_code == 201
        assert (body["token"], body["model"], body["maxSeconds"]) == (
            "auth_tokens/1",
            "models/gemini-3.8-live",
            120,
        )
        assert body["url"].endswith("BidiGenerateContentConstrained")
        assert KEY not in answer.text
        assert (await stage.end(body["voiceSessionId"])).json() == {"state": "ended"}


async def test_the_speech_model_is_told_its_part_and_what_was_said(deployment: Deployment) -> None:
    async with staged(deployment) as stage:
        user = stage.user
        await deployment.direct("Guten Tag", {"text": "Good day to you."})
        await user.ask("Guten Tag", language="de-AT", patience=0)
        await stage.begin()
        [body] = stage.vendors.created
        told = body["session"]["instructions"]
        assert "is not to be delegated" in told
        assert "Never claim what the brain did not say" in told
        assert "de-AT" in told
        assert [one["content"][0]["text"] for one in body["session"]["input"]] == [
            "Guten Tag",
            "Good day to you.",
        ]
        assert user.id not in json.dumps(body)


async def test_a_second_session_is_refused_and_one_that_resumes_takes_over(
    deployment: Deployment,
) -> None:
    async with staged(deployment) as stage:
        first = (await stage.begin()).json()["voiceSessionId"]
        refused = await stage.begin("gemini-live")
        assert (refused.status_code, refused.json()["voiceSessionId"]) == (409, first)
        assert refused.headers["content-type"] == "application/problem+json"
        assert stage.vendors.hung_up == []
        second = await stage.begin("openai-realtime", resumes=first)
        assert second.status_code == 201
        assert stage.vendors.hung_up == ["live_1"]
        assert (await stage.end(first)).json() == {"state": "ended"}
        assert stage.vendors.hung_up == ["live_1"]


async def test_an_end_is_answered_again_and_unknown_ones_are_not_found(
    deployment: Deployment,
) -> None:
    async with staged(deployment) as stage:
        id = (await stage.begin()).json()["voiceSessionId"]
        assert (await stage.end(id, user=deployment.user())).status_code == 404
        assert (await stage.end("vs_0123456789")).status_code == 404
        for _ in range(2):
            answer = await stage.end(id, usage={"active_seconds": 1})
            assert (answer.status_code, answer.json()) == (200, {"state": "ended"})
        assert stage.vendors.hung_up == ["live_1"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"vendor": "skype"}, "vendor"),
        ({"vendor": None}, "vendor"),
        ({"sdp": None}, "sdp"),
        ({"sdp": ""}, "sdp"),
        ({"sdp": "hello"}, "sdp"),
        ({"sdp": 7}, "sdp"),
        ({"sdp": OFFER + "x" * 65_536}, "sdp"),
        ({"sdp": OFFER + "ü" * 33_000}, "sdp"),
        ({"resumes": "another"}, "resumes"),
        ({"resumes": "vs_../../x"}, "resumes"),
    ],
)
async def test_what_does_not_fit_is_refused_before_anything_is_begun(
    deployment: Deployment, fields: dict[str, Any], field: str
) -> None:
    async with staged(deployment) as stage:
        body = {"vendor": "openai-live", "sdp": OFFER, **fields}
        headers = {**stage.user.headers, "Content-Type": "application/json"}
        answer = await stage.http.post(PATH, content=json.dumps(body), headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] in (field, "body")
        assert stage.vendors.headers == []
        assert (await stage.begin()).status_code == 201


@pytest.mark.parametrize(
    ("status", "told", "wait"),
    [(500, 503, "2"), (503, 503, "2"), (401, 502, None), (400, 502, None), (429, 429, "17")],
)
async def test_nothing_of_the_vendors_error_reaches_the_page_and_nothing_is_counted(
    deployment: Deployment,
    caplog: pytest.LogCaptureFixture,
    status: int,
    told: int,
    wait: str | None,
) -> None:
    async with staged(deployment, BRAIN_VOICE_DAY_S="1.5") as stage:
        stage.vendors.fails = failing(status, **{"Retry-After": "17"})
        answer = await stage.begin()
        assert (answer.status_code, answer.headers.get("retry-after")) == (told, wait)
        shown = f"{answer.text} {answer.headers} {caplog.text}"
        assert not [word for word in (SECRET, KEY, "Anna", "Incorrect") if word in shown]
        stage.vendors.fails = None
        assert (await stage.begin()).json()["maxSeconds"] == 1


async def test_a_vendor_without_a_key_is_not_offered(deployment: Deployment) -> None:
    user = deployment.user()
    answer = await deployment.http.post(PATH, json={"vendor": "gemini-live"}, headers=user.headers)
    assert answer.status_code == 503
    assert "not set up" in answer.json()["title"]


async def test_the_session_and_health_tell_what_is_offered(deployment: Deployment) -> None:
    malformed = {"BRAIN_VOICE_GEMINI_BASE_URL": "nowhere", "BRAIN_VOICE_MAX_S": "long"}
    async with staged(deployment) as stage:
        session = await stage.http.post("/api/session", headers=stage.user.headers)
        offered = session.json()["features"]["voice"]
        assert (offered["openai-live"], offered["openai-realtime"]) == (True, True)
        assert (offered["gemini-live"], offered["chat"]) == (True, True)
        health = (await stage.http.get("/api/health")).json()
        assert health["checks"]["voice"] == {"ok": True}
        assert set(health["absent"]) == {"ear", "jobs", "mouth", "push", "search"}  # not here
    async with deployment.changed(**malformed) as http:
        health = (await http.get("/api/health")).json()
        assert health["checks"]["voice"]["ok"] is False
        assert "BRAIN_VOICE_MAX_S" in health["checks"]["voice"]["missing"]
        assert health["absent"]["gemini-live"] == "GEMINI_API_KEY is missing"


async def test_when_the_day_is_used_up_the_next_one_has_to_be_waited_for(
    deployment: Deployment,
) -> None:
    async with staged(deployment, BRAIN_VOICE_DAY_S="0") as stage:
        answer = await stage.begin()
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 24 * 3600
        assert stage.vendors.headers == []


async def test_a_session_that_nobody_ends_is_hung_up_by_the_queue(tmp_path: Path) -> None:
    async with (
        vendors() as (made, settings),
        deployed(tmp_path, **settings, BRAIN_VOICE_MAX_S="1") as deployment,
    ):
        stage = Stage(deployment.http, made, deployment.user())
        begun = (await stage.begin()).json()
        assert begun["maxSeconds"] == 1
        async with asyncio.timeout(20):
            await made.has_hung_up.wait()
        async with asyncio.timeout(20):  # the end is stored a moment later
            while (again := await stage.begin()).status_code == 409:
                pass
        assert (again.status_code, made.hung_up) == (201, ["live_1"])
        assert (await stage.end(begun["voiceSessionId"])).json() == {"state": "ended"}


async def test_a_ticket_leads_a_telephone_call_to_its_user(deployment: Deployment) -> None:
    user = deployment.user()
    await deployment.direct("Are you there?", {"text": "Yes."})
    answer = await deployment.http.post(PATH, json={"vendor": "relay"}, headers=user.headers)
    told = answer.json()
    assert (answer.status_code, told["vendor"]) == (201, "relay")
    assert told["url"] == f"{deployment.url.replace('http', 'ws', 1)}/api/live"
    async with connect(told["url"], proxy=None) as socket:
        setup = {"type": "setup", "callSid": "CA00", "customParameters": {"ticket": told["ticket"]}}
        await socket.send(json.dumps(setup))
        prompt = {"type": "prompt", "voicePrompt": "Are you there?", "lang": "en", "last": True}
        await socket.send(json.dumps(prompt))
        frame = json.loads(await socket.recv())
    assert (frame["type"], frame["token"], frame["last"]) == ("text", "Yes.", True)
    assert [entry["text"] for entry in await user.log()] == ["Are you there?", "Yes."]
