"""A collector that is away, slow or broken costs nothing but its traces."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from brain.cloud.traces.collector import LIMIT_S
from tests.cloud.traces.collector import Received, collecting
from tests.routes.stage import Deployment, User, deployed

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Deployment, Received]]:
    async with (
        collecting() as received,
        deployed(
            tmp_path_factory.mktemp("deployment"), OTEL_EXPORTER_OTLP_ENDPOINT=received.url
        ) as deployment,
    ):
        # What the first run imports needs some time.
        await received.until_ended((await deployment.user().ask("Hello")).json()["runId"])
        yield deployment, received


class Failures(logging.Handler):
    """The lines in the log that say that traces were lost, and those of all errors."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.errors: list[logging.LogRecord] = []
        self._came = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            self.errors.append(record)
        if record.getMessage().startswith("traces.failed"):
            self.lines.append(record.getMessage())
            self._came.set()

    async def first(self) -> str:
        async with asyncio.timeout(20):
            await self._came.wait()
        return self.lines[0]


@pytest.fixture
def failures() -> Iterator[Failures]:
    handler, logger = Failures(), logging.getLogger("brain")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


async def answered(user: User) -> None:
    told = await user.ask("Hello")
    assert (told.status_code, told.json()["state"]) == (200, "done")


async def test_a_slow_collector_keeps_nobody_waiting(
    house: tuple[Deployment, Received], failures: Failures
) -> None:
    deployment, received = house
    received.may.clear()
    try:
        before = len(received.bodies)
        await answered(deployment.user())
        assert failures.lines == []  # the user has the answer, and the collector still waits
        began = asyncio.get_running_loop().time()
        line = await failures.first()
        assert asyncio.get_running_loop().time() - began < LIMIT_S + 2  # on a busy machine
    finally:
        received.may.set()
    assert "reason=TimeoutError" in line
    assert len(received.bodies) == before + 1  # nothing is sent again


@pytest.mark.parametrize("status", [500, 401, 302])
async def test_a_collector_that_refuses_costs_its_traces_only(
    house: tuple[Deployment, Received], failures: Failures, status: int
) -> None:
    deployment, received = house
    received.status = status
    try:
        await answered(deployment.user())
        line = await failures.first()
    finally:
        received.status = 200
    assert f"reason=status {status} " in line
    assert (len(failures.lines), failures.errors) == (1, [])


async def says_hi(deployment: Deployment, http: httpx.AsyncClient) -> None:
    """Say something to a deployment with other settings; it is answered."""
    headers = deployment.user().headers
    told = await http.post("/api/voiceToBrain", json={"text": "Hi"}, headers=headers)
    assert told.json()["state"] == "done"


async def test_a_collector_that_is_away_costs_its_traces_only(
    house: tuple[Deployment, Received], failures: Failures
) -> None:
    deployment, _ = house
    away = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    async with deployment.changed(**away) as http:
        await says_hi(deployment, http)
        assert "reason=ConnectError" in await failures.first()
        assert (len(failures.lines), failures.errors) == (1, [])


async def test_a_wrong_address_is_named_and_stops_nobody(
    house: tuple[Deployment, Received], failures: Failures
) -> None:
    deployment, _ = house
    wrong = {"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318"}
    async with deployment.changed(**wrong) as http:
        await says_hi(deployment, http)
        health = (await http.get("/api/health")).json()["checks"]["traces"]
    assert not health["ok"]
    assert health["missing"].startswith("OTEL_EXPORTER_OTLP_ENDPOINT is not a web address: it must")
    [line] = failures.errors
    assert line.__dict__["variable"] == "OTEL_EXPORTER_OTLP_ENDPOINT"
