"""A run over several invocations is one trace, whoever has carried it on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import httpx

from tests.cloud.traces.collector import ERROR, collecting, parents, values
from tests.routes.stage import deployed

# A call of the function ends its loops after 5 s, so that one loop fits and a second one does not.
SHORT = {"BRAIN_MAX_DURATION_S": "6", "BRAIN_HANDOFF_RESERVE_S": "1"}
SLOW = {"delay_s": 2.5}
REMINDERS = {"calls": [{"name": "listReminders", "arguments": {}}], **SLOW}


async def test_a_run_over_three_invocations_is_one_trace(tmp_path: Path) -> None:
    async with collecting() as received:
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": received.url, **SHORT}
        async with deployed(tmp_path, **more) as deployment:
            word, user = uuid4().hex, deployment.user()
            await deployment.direct(word, REMINDERS, REMINDERS, {"text": "Done.", **SLOW})
            run_id = (await user.ask(word)).json()["runId"]
            spans = await received.until_ended(run_id)
    assert len(received.bodies) >= 3
    assert len({span.trace_id for span in spans}) == 1
    assert parents(spans)["loop"] == "run"
    [run] = [span for span in spans if span.name == "run"]
    loops = [values(span) for span in spans if span.name == "loop"]
    # On a busy machine a loop is cut by the end of its invocation, and begins again.
    numbers = dict.fromkeys(loop["brain.loop"] for loop in loops)
    assert [*numbers] == [*range(1, values(run)["brain.loops"] + 1)]
    assert len({loop["brain.invocation"] for loop in loops}) == values(run)["brain.invocations"]
    assert values(run)["brain.invocations"] >= 3
    assert min(span.start_time_unix_nano for span in spans) == run.start_time_unix_nano
    assert max(span.end_time_unix_nano for span in spans) == run.end_time_unix_nano


async def test_what_a_dead_invocation_did_not_send_leaves_no_orphans(tmp_path: Path) -> None:
    """The first invocation cannot reach the collector: its spans are lost, as if it had died."""
    async with collecting() as received:
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": received.url, **SHORT}
        async with (
            deployed(tmp_path, **more) as deployment,
            deployment.changed(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9") as http,
        ):
            word, user = uuid4().hex, deployment.user()
            await deployment.direct(word, REMINDERS, {"text": "Done.", **SLOW})
            run_id = (await said(http, word, user.headers))["runId"]
            spans = await received.until_ended(run_id)
    assert {*parents(spans).values()} <= {"run", "loop"}
    loops = [values(span)["brain.invocation"] for span in spans if span.name == "loop"]
    assert loops
    assert 1 not in loops


async def test_a_run_that_is_stopped_ends_its_trace(tmp_path: Path) -> None:
    async with collecting() as received:
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": received.url}
        async with deployed(tmp_path, **more) as deployment:
            word, user = uuid4().hex, deployment.user()
            await deployment.direct(word, REMINDERS, {"hang": True})
            asking = asyncio.ensure_future(user.ask(word))
            async with asyncio.timeout(20):
                while len(await deployment.asked(word)) < 2:
                    pass
            status = (await user.get("/api/status")).json()
            body = {"type": "stop", "runId": status["runId"]}
            assert (await user.post("/api/control", json=body)).status_code == 200
            run_id = (await asking).json()["runId"]
            spans = await received.until_ended(run_id)
    found = {span.name: values(span) for span in spans}
    assert found["run"]["brain.state"] == "stopped"
    assert found["chat script"]["error.type"] == "cancelled"
    assert parents(spans)["chat script"] == "loop"
    assert [span.name for span in spans if span.status.code == ERROR] == ["chat script"]


async def test_a_run_whose_text_is_taken_back_ends_its_trace(tmp_path: Path) -> None:
    async with collecting() as received:
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": received.url}
        async with deployed(tmp_path, **more) as deployment:
            word, user, turn = uuid4().hex, deployment.user(), {"call": "c-1", "index": 1}
            await deployment.direct(word, {"hang": True})
            half = {"turn": turn, "speculative": True}
            asking = asyncio.ensure_future(user.ask(word, messageId="message-1", **half))
            async with asyncio.timeout(20):
                while not await deployment.asked(word):
                    pass
            whole = await user.ask("Hello", replaces="message-1", **half)
            taken_back = await received.until_ended((await asking).json()["runId"])
            spans = await received.until_ended(whole.json()["runId"])
    found = {span.name: values(span) for span in taken_back}
    assert found["run"]["brain.state"] == "withdrawn"
    assert parents(taken_back)["chat script"] == "loop"
    assert [values(span)["brain.state"] for span in spans if span.name == "run"] == ["done"]


async def said(http: httpx.AsyncClient, text: str, headers: dict[str, str]) -> dict[str, str]:
    answer = await http.post("/api/voiceToBrain", json={"text": text}, headers=headers)
    found: dict[str, str] = answer.json()
    return found
