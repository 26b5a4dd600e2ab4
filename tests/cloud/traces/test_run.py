"""The spans of a run, as a collector receives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from brain.settings.logs import user_hash
from tests.cloud.traces.collector import ERROR, Received, collecting, parents, values
from tests.routes.stage import Deployment, User, deployed

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOON = (datetime.now(UTC) + timedelta(days=1)).isoformat()
REMIND = {"name": "remind", "arguments": {"text": "Buy apricots.", "at": SOON}}
TOO_LATE = {"name": "remind", "arguments": {"text": "Buy apricots.", "at": "2099-01-01T09:00"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Deployment, Received]]:
    async with (
        collecting() as received,
        deployed(
            tmp_path_factory.mktemp("deployment"),
            OTEL_EXPORTER_OTLP_ENDPOINT=received.url,
            OTEL_EXPORTER_OTLP_HEADERS="x-team=blue,authorization=Basic%20YWJj==",
            OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=test,team=a%2Cb",
            OTEL_SERVICE_NAME="our brain",
        ) as deployment,
    ):
        yield deployment, received


async def reminded(user: User, received: Received) -> list[Span]:
    """Have a run of two loops with a tool, and return its spans."""
    word, used = uuid4().hex, {"prompt_tokens": 600}
    await user.deployment.direct(word, {"calls": [REMIND], **used}, {"text": "Done.", **used})
    return await received.until_ended((await user.ask(word)).json()["runId"])


async def test_a_run_of_two_loops_with_a_tool_is_one_trace(
    house: tuple[Deployment, Received],
) -> None:
    deployment, received = house
    user = deployment.user()
    spans = await reminded(user, received)
    assert len({span.trace_id for span in spans}) == 1
    assert Counter(span.name for span in spans) == {
        "run": 1,
        "loop": 2,
        "chat script": 2,
        "execute_tool remind": 1,
        "commit": len([span for span in spans if span.name == "commit"]),
    }
    assert parents(spans) == {
        "loop": "run",
        "chat script": "loop",
        "execute_tool remind": "loop",
        "commit": "loop",
    }
    assert [values(span)["brain.loop"] for span in spans if span.name == "loop"] == [1, 2]
    assert not any(span.status.code for span in spans)
    assert {values(span)["gen_ai.conversation.id"] for span in spans} == {user_hash(user.id)}


async def test_the_spans_have_the_attributes_of_the_conventions(
    house: tuple[Deployment, Received],
) -> None:
    deployment, received = house
    found = {span.name: values(span) for span in await reminded(deployment.user(), received)}
    chat, tool, run, commit = (
        found[name] for name in ("chat script", "execute_tool remind", "run", "commit")
    )
    assert chat["gen_ai.operation.name"] == "chat"
    assert (chat["gen_ai.provider.name"], chat["gen_ai.request.model"]) == ("openai", "script")
    assert chat["gen_ai.usage.input_tokens"] == 600
    assert chat["gen_ai.usage.output_tokens"] > 0
    assert chat["gen_ai.response.time_to_first_chunk"] >= 0
    assert tool["gen_ai.operation.name"] == "execute_tool"
    assert (tool["gen_ai.tool.name"], tool["gen_ai.tool.type"]) == ("remind", "function")
    assert (run["brain.state"], run["brain.loops"], run["brain.invocations"]) == ("done", 2, 1)
    assert run["brain.tokens.in"] == 1200
    assert commit["brain.commit"] == "finish"


async def test_the_collector_is_called_as_its_variables_say(
    house: tuple[Deployment, Received],
) -> None:
    deployment, received = house
    run_id = (await deployment.user().ask("Hello")).json()["runId"]
    await received.until_ended(run_id)
    headers, resource = received.headers[-1], received.resources[-1]
    assert headers["content-type"] == "application/x-protobuf"
    assert (headers["x-team"], headers["authorization"]) == ("blue", "Basic YWJj==")
    assert resource["service.name"] == "our brain"
    assert (resource["deployment.environment.name"], resource["team"]) == ("test", "a,b")
    assert resource["telemetry.sdk.language"] == "python"


async def test_a_run_that_waits_for_the_user_ends_as_asked(
    house: tuple[Deployment, Received],
) -> None:
    deployment, received = house
    user, word = deployment.user(), uuid4().hex
    tool = {
        "name": "openDoor",
        "description": "Opens the door.",
        "parameters": {"type": "object", "properties": {}},
    }
    call = {"name": "openDoor", "arguments": {}}
    await deployment.direct(word, {"calls": [call]}, {"text": "Never."})
    run_id = (await user.ask(word, clientTools=[tool])).json()["runId"]
    spans = await received.until_ended(run_id)
    [run] = [values(span) for span in spans if span.name == "run"]
    assert run["brain.state"] == "asked"
    assert not any(span.status.code == ERROR for span in spans)


async def test_a_fault_of_a_tool_is_the_status_of_its_span(
    house: tuple[Deployment, Received],
) -> None:
    deployment, received = house
    word = uuid4().hex
    await deployment.direct(word, {"calls": [TOO_LATE]}, {"text": "No."})
    run_id = (await deployment.user().ask(word)).json()["runId"]
    spans = await received.until_ended(run_id)
    [failed] = [span for span in spans if span.status.code == ERROR]
    assert (failed.name, failed.status.message) == ("execute_tool remind", "")
    assert values(failed)["error.type"] == "ToolFault"


async def test_a_fault_of_the_model_is_the_status_of_its_spans(
    house: tuple[Deployment, Received],
) -> None:
    deployment, received = house
    user, word = deployment.user(), uuid4().hex
    await deployment.direct(word, {"status": 401, "repeat": 9})
    run_id = (await user.ask(word)).json()["runId"]
    spans = await received.until_ended(run_id)
    failed = {span.name: values(span) for span in spans if span.status.code == ERROR}
    assert {*failed} == {"chat script", "loop", "run"}
    assert failed["chat script"]["error.type"] == "no access"
    assert failed["chat script"]["http.response.status_code"] == 401
    assert failed["run"]["brain.state"] == "failed"
    assert not any(span.status.message for span in spans)
