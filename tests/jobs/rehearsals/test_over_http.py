"""Rehearsals from the start to the report, over HTTP and the queue."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from local.engines import postgres
from tests.routes.resources_stage import Caller
from tests.routes.stage import Deployment, deployed

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCENARIO = {
    "name": "Carla",
    "person": "Calm.",
    "goal": "Carla is told.",
    "opening": "tell carla about nine",
    "expect": [{"said~": "carla"}],
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    async with (
        postgres(tmp_path_factory.mktemp("postgres")) as engine,
        deployed(tmp_path_factory.mktemp("deployment"), DATABASE_URL=engine.url) as made,
    ):
        yield made


def calls(name: str, **arguments: Any) -> dict[str, Any]:
    return {"calls": [{"name": name, "arguments": arguments}]}


async def test_a_start_over_http_leads_to_a_report(deployment: Deployment) -> None:
    report = {"headline": "All passed.", "summary": "Fine."}
    await deployment.direct("These are rehearsals", calls("fileReport", **report))
    await deployment.direct("[You speak first.]", {**calls("next", done=True), "repeat": 2})
    await deployment.direct("tell carla about nine", {"text": "Carla knows.", "repeat": 2})
    anna = Caller(id="anna", http=deployment.http)

    body = {"scenarios": [SCENARIO], "runCount": 2, "instructions": "Be brief.", "seed": 3}
    started = await anna.call("POST", "scale/start", json=body)
    assert started.status_code == 202, started.text
    job = started.json()["jobId"]
    async with asyncio.timeout(60):
        while not (await anna.got(f"scale/{job}/status"))["reportReady"]:  # noqa: ASYNC110 - as pages do
            await asyncio.sleep(0.2)

    told = await anna.got(f"scale/{job}/report")
    assert (told["headline"], told["status"]) == ("All passed.", "complete")
    assert told["metrics"]["passed"] == 2
    assert [run["seed"] for run in told["runs"]] == [3, 4]
    assert [run["verdict"]["outcome"] for run in told["runs"]] == ["passed"] * 2
    asked = await deployment.asked("tell carla about nine")
    assert all("Be brief." in str(each["messages"][0]) for each in asked)
