"""A receipt says what a run has used, and only to its user."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from msgspec.structs import replace

from brain.cloud.meter import Counts, DayCount, Meter, ModelCount, counts_in
from brain.cloud.postgres.database import Postgres
from brain.usage.model import Receipt, state_of
from brain.usage.postgres import PostgresReceipts
from local.engines import postgres
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Json, deployed

pytestmark = pytest.mark.asyncio(loop_scope="module")


def say(how: str, message: str) -> Json:
    return {"calls": [{"name": f"sayToUserAnd{how}", "arguments": {"message": message}}]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Home]:
    async with (
        postgres(tmp_path_factory.mktemp("postgres")) as engine,
        deployed(tmp_path_factory.mktemp("deployment")) as deployment,
        deployment.changed(DATABASE_URL=engine.url, BRAIN_PRICES='{"script": [1, 2, 0.1]}') as http,
    ):
        await deployment.direct("Look", say("Continue", "I look."), say("Quit", "Found."))
        database = Postgres(engine.url)
        yield Home(url=engine.url, http=http, database=database)
        await database.close()


@pytest.fixture
def anna(home: Home) -> Caller:
    return Caller(id=f"anna-{uuid4()}", http=home.http)


async def said(caller: Caller, text: str) -> str:
    answer = await caller.call("POST", "voiceToBrain", json={"text": text})
    assert answer.status_code in (200, 202), answer.text
    return str(answer.json()["runId"])


async def test_a_run_has_a_receipt_of_all_that_it_used(anna: Caller) -> None:
    run_id = await said(anna, "Look into it")
    receipt = await anna.got("receipt", runId=run_id)
    assert (receipt["runId"], receipt["state"], receipt["endedBecause"]) == (run_id, "done", None)
    [model] = receipt["models"]
    assert model["model"] == "script"
    assert receipt["modelCalls"] == model["calls"] == receipt["loops"] == 2
    assert receipt["tokens"]["in"] > 0
    assert receipt["store"]["commands"] > receipt["store"]["roundTrips"] >= 2
    assert receipt["channel"]["messages"] >= 1  # "I look."; the answer is the response
    assert receipt["invocations"] == 1
    assert receipt["endedAt"] >= receipt["startedAt"]


async def test_each_run_has_its_own_receipt_and_its_day_the_sum(home: Home, anna: Caller) -> None:
    runs = [await said(anna, text) for text in ("Hello", "Hello again")]
    receipts = [await anna.got("receipt", runId=run_id) for run_id in runs]
    assert [receipt["runId"] for receipt in receipts] == runs
    used = sum(receipt["tokens"]["in"] + receipt["tokens"]["out"] for receipt in receipts)
    assert await day(home, anna) == {"runs": 2, "used": used, "unpriced": 0}


async def test_nobody_else_sees_a_receipt(home: Home, anna: Caller) -> None:
    run_id = await said(anna, "Hello")
    ben = Caller(id=f"ben-{uuid4()}", http=home.http)
    others = await ben.call("GET", "receipt", params={"runId": run_id})
    unknown = await ben.call("GET", "receipt", params={"runId": "unknown"})
    assert (others.status_code, others.json()) == (404, unknown.json())
    assert (await ben.call("GET", "receipt")).status_code == 422


async def test_a_receipt_that_is_kept_twice_counts_once(home: Home, anna: Caller) -> None:
    counts = Counts(
        run_id="r1",
        started_ms=1_800_000_000_000,
        models=(ModelCount(model="m", calls=1, tokens_in=7, tokens_out=3, usd=None),),
        day=DayCount(day="2027-01-15"),
    )
    receipt = Receipt(counts=counts, state="done", ended_ms=4_000_000_000_000)
    receipts = PostgresReceipts(home.database)
    await receipts.save(anna.id, receipt)
    await receipts.save(anna.id, receipt)
    assert await day(home, anna) == {"runs": 1, "used": 10, "unpriced": 1}
    assert await receipts.receipt(anna.id, "r1") == receipt


async def test_receipts_of_many_users_are_written_together(home: Home, anna: Caller) -> None:
    def receipt(run_id: str, tokens: int) -> Receipt:
        made = ModelCount(model="m", calls=1, tokens_in=tokens, usd=0.5)
        counts = Counts(run_id=run_id, models=(made,), day=DayCount(day="2027-01-15"))
        return Receipt(counts=counts, state="done", ended_ms=4_000_000_000_000)

    ben = Caller(id=f"ben-{uuid4()}", http=home.http)
    receipts = PostgresReceipts(home.database)
    given = [(anna, "r1", 1), (ben, "r1", 20), (anna, "r2", 300), (anna, "r1", 1), (ben, "r3", 4)]
    days = await asyncio.gather(
        *(receipts.save(who.id, receipt(run_id, tokens)) for who, run_id, tokens in given)
    )
    sums = {anna.id: 301, ben.id: 24}
    assert [found and found.tokens for found in days] == [sums[who.id] for who, *_ in given]
    assert await day(home, anna) == {"runs": 2, "used": 301, "unpriced": 0}
    assert await day(home, ben) == {"runs": 2, "used": 24, "unpriced": 0}


async def test_an_old_receipt_goes_with_the_next_one(home: Home, anna: Caller) -> None:
    receipts = PostgresReceipts(home.database)
    for run_id, ended_ms in (("old", 1_000_000_000_000), ("new", 4_000_000_000_000)):
        counts = Counts(run_id=run_id, day=DayCount(day="2027-01-15"))
        await receipts.save(anna.id, Receipt(counts=counts, state="done", ended_ms=ended_ms))
    assert await receipts.receipt(anna.id, "old") is None
    assert await receipts.receipt(anna.id, "new") is not None


async def day(home: Home, caller: Caller) -> Json:
    sql = b"select runs, used, unpriced from brain.spending where user_id = %s"
    return await home.database.run(lambda connection: _row(connection, sql, caller.id))


async def _row(connection: object, sql: bytes, user_id: str) -> Json:
    cursor = await connection.execute(sql, [user_id])  # type: ignore[attr-defined]
    runs, used, unpriced = await cursor.fetchone()
    return {"runs": runs, "used": used, "unpriced": unpriced}


async def test_counts_go_on_in_the_next_invocation_and_begin_with_the_next_run() -> None:
    first = Meter()
    first.begin("r1", "", started_ms=5, now_ms=0, zone="UTC")
    first.add(commands=3)
    first.add_model(ModelCount(model="m", calls=1, tokens_in=10, tokens_out=2, usd=0.5))
    first.add_tool("remind", failed=True, ms=4)
    stored = first.stored(loops=1, because="", ended=False)
    second = Meter()
    second.begin("r1", stored, started_ms=5, now_ms=0, zone="UTC")
    second.add_model(ModelCount(model="m", calls=1, tokens_in=1, usd=None))
    assert second.counts.invocations == 2
    assert second.counts.commands == 3
    assert second.counts.models == (
        ModelCount(model="m", calls=2, tokens_in=11, tokens_out=2, usd=None),
    )
    third = Meter()
    third.begin(
        "r2", second.stored(loops=2, because="", ended=True), started_ms=9, now_ms=0, zone=""
    )
    assert third.previous == replace(second.counts)
    assert (third.counts.run_id, third.counts.commands, third.counts.invocations) == ("r2", 0, 1)
    assert third.counts.day == DayCount(day="1970-01-01", tokens=13, usd=0.5)


async def test_a_day_is_the_users() -> None:
    meter, night = Meter(), 1_764_543_000_000  # 2025-11-30 22:50 UTC
    meter.begin("r1", "", started_ms=night, now_ms=night, zone="Europe/Berlin")
    assert meter.counts.day == DayCount(day="2025-11-30")
    later = Meter()
    stored = meter.stored(loops=0, because="", ended=True)
    later.begin("r2", stored, started_ms=0, now_ms=night + 3_600_000, zone="Europe/Berlin")
    assert later.counts.day == DayCount(day="2025-12-01")


async def test_counts_of_newer_code_are_left_alone() -> None:
    assert counts_in('{"v": 99, "runs": 1}') is None
    assert counts_in("") is None
    assert [state_of(because) for because in ("", "stopped", "model")] == [
        "done",
        "stopped",
        "failed",
    ]
