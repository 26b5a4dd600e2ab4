"""A user whose budget of the day is used up gets one message, and no model is asked."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from brain.cloud.meter import DayCount, Meter, ModelCount, new_meter
from brain.cloud.model.budget import check_budget
from brain.cloud.postgres.database import Postgres
from brain.errors import ModelRefused, SettingMissing
from brain.jobs.stored.postgres import PostgresJobs
from brain.says import de, en
from brain.settings.budgets import DailyBudget, daily_budget
from brain.settings.logs import user_hash
from local.engines import postgres
from tests.contracts.postgres.jobs_stage import new_job
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Deployment, Json, deployed

pytestmark = pytest.mark.asyncio(loop_scope="module")
REACHED = en.LAST_WORDS["budget"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Deployment, Home]]:
    async with (
        postgres(tmp_path_factory.mktemp("postgres")) as engine,
        deployed(tmp_path_factory.mktemp("deployment")) as deployment,
        deployment.changed(
            DATABASE_URL=engine.url,
            BRAIN_DAILY_TOKENS="1000",
            BRAIN_DAILY_USD="50",
            BRAIN_PRICES='{"script": [100000, 0]}',
            BRAIN_OPERATORS="olga",
        ) as http,
    ):
        database = Postgres(engine.url)
        yield deployment, Home(url=engine.url, http=http, database=database)
        await database.close()


@pytest.fixture
def home(house: tuple[Deployment, Home]) -> Home:
    return house[1]


@pytest.fixture
def anna(home: Home) -> Caller:
    return Caller(id=f"anna-{uuid4()}", http=home.http)


async def said(caller: Caller, text: str, **fields: str) -> Json:
    answer = await caller.call("POST", "voiceToBrain", json={"text": text, **fields})
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


async def spend(home: Home, caller: Caller, day: str, **figures: float) -> None:
    """Let a job of this user have used something on a day."""
    names, values = ", ".join(figures), [*figures.values()]
    places = ", ".join(["%s"] * len(values))
    sql = f"insert into brain.spending (user_id, day, {names}) values (%s, %s, {places})"

    async def work(connection: object) -> None:
        await connection.execute(sql, [caller.id, day, *values])  # type: ignore[attr-defined]

    await home.database.run(work)


def today(zone: str = "UTC") -> str:
    return datetime.now(ZoneInfo(zone)).date().isoformat()


async def test_a_text_after_the_budget_is_answered_without_the_model(
    house: tuple[Deployment, Home], anna: Caller
) -> None:
    deployment, _ = house
    word = uuid4().hex
    await deployment.direct(word, {"text": "Hello.", "prompt_tokens": 600}, {"text": "Never."})
    assert (await said(anna, word))["message"]["text"] == "Hello."
    told = await said(anna, f"Again {word}")
    assert (told["message"]["text"], told["message"]["kind"]) == (REACHED, "error")
    assert len(await deployment.asked(word)) == 1
    assert (await anna.got("status"))["endedBecause"] == "budget"
    budget = (await anna.got("usage"))["budget"]
    assert (budget["tokens"], budget["usd"]) == (1000, 50)
    assert budget["usedUsd"] == 60
    assert budget["resetsAt"].startswith((datetime.now(UTC) + timedelta(days=1)).date().isoformat())


async def test_a_run_that_is_on_ends_after_its_loop(
    house: tuple[Deployment, Home], anna: Caller
) -> None:
    deployment, _ = house
    word = uuid4().hex
    call = {"name": "remember", "arguments": {"fact": "The boat is red."}}
    await deployment.direct(word, {"calls": [call], "prompt_tokens": 999}, {"text": "Never."})
    told = await said(anna, word, language="de")
    assert told["message"]["text"].endswith(de.LAST_WORDS["budget"])
    assert len(await deployment.asked(word)) == 1
    assert [fact["text"] for fact in (await anna.got("facts"))["facts"]] == ["The boat is red."]


async def test_what_jobs_have_used_counts_once_a_run_has_ended(home: Home, anna: Caller) -> None:
    await spend(home, anna, today(), used=1_000)
    assert (await anna.got("usage"))["budget"]["usedTokens"] == 1_000
    assert (await said(anna, "Hello"))["message"]["text"] != REACHED
    async with asyncio.timeout(30):  # the run is counted when the user has its answer already
        while (await said(anna, "Hello"))["message"]["text"] != REACHED:
            pass


async def test_zero_tokens_are_no_limit(house: tuple[Deployment, Home]) -> None:
    deployment, home = house
    settings = {"DATABASE_URL": home.url, "BRAIN_DAILY_TOKENS": "0"}
    async with deployment.changed(**settings) as http:
        ben = Caller(id=f"ben-{uuid4()}", http=http)
        await spend(home, ben, today(), used=9_000_000)
        for _ in range(3):
            assert (await said(ben, "Hello"))["message"]["text"] != REACHED
        assert (await ben.got("usage"))["budget"]["tokens"] is None


async def test_days_have_what_was_used_and_null_for_an_unknown_price(
    home: Home, anna: Caller
) -> None:
    await spend(home, anna, "2026-02-01", used=7, runs=2, tokens_in=4, tokens_out=3, usd=0.1)
    await spend(home, anna, "2026-02-02", used=1, tokens_in=1, usd=0.1, unpriced=1)
    await spend(home, anna, "2026-02-03", reserved=5)
    found = (await anna.got("usage", **{"from": "2026-02-01", "until": "2026-05-03"}))["days"]
    assert [(day["day"], day["runs"], day["tokensIn"], day["usd"]) for day in found] == [
        ("2026-02-01", 2, 4, 0.1),
        ("2026-02-02", 0, 1, None),
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-02-01", "until": "2026-05-04"},
        {"from": "2026-02-02", "until": "2026-02-01"},
        {"from": "yesterday"},
        {"from": "2026-02-30"},
        {"from": ""},
        {"until": "20260201"},
        {"until": "\u0662026-02-01"},
        {"from": "2000-01-01"},
        {"by": "day"},
    ],
)
async def test_odd_bounds_are_refused(anna: Caller, query: Json) -> None:
    answer = await anna.call("GET", "usage", params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in query


async def test_only_operators_see_each_user_once(home: Home, anna: Caller) -> None:
    olga = Caller(id="olga", http=home.http)
    people = [Caller(id=f"carl-{uuid4()}", http=home.http) for _ in range(5)]
    for number, one in enumerate(people):
        await spend(home, one, "2025-03-01", used=number + 1, tokens_in=number + 1)
        await spend(home, one, "2025-03-02", used=1, tokens_in=1)
    span = {"by": "user", "from": "2025-03-01", "until": "2025-03-02", "limit": 2}
    assert (await anna.call("GET", "usage", params=span)).status_code == 403
    owner = Caller(id="owner", http=home.http)
    assert (await owner.call("GET", "usage", params=span)).status_code == 403
    seen: dict[str, int] = {}
    page = await olga.got("usage", **span)
    while True:
        assert page["total"] == 5
        seen |= {one["user"]: one["tokensIn"] for one in page["users"]}
        if page["nextCursor"] is None:
            break
        page = await olga.got("usage", **span, cursor=page["nextCursor"])
    assert seen == {user_hash(one.id): number + 2 for number, one in enumerate(people)}
    odd = await olga.call("GET", "usage", params={"by": "user", "cursor": "nonsense"})
    assert odd.status_code == 422


async def test_the_day_is_the_users_for_jobs_too(home: Home, anna: Caller) -> None:
    jobs, east, west = PostgresJobs(home.database), timedelta(hours=14), timedelta(hours=-12)
    now = datetime.now(UTC)
    await jobs.start(anna.id, new_job(budget=600), daily_tokens=1_000, offset=east)
    assert await reserved(home, anna) == {(now + east).date(): 600}
    # Whoever moves to the west has no second day: what is reserved there is of the later one.
    await jobs.start(anna.id, new_job(budget=400), daily_tokens=1_000, offset=west)
    assert await reserved(home, anna) == {(now + east).date(): 1_000}


async def reserved(home: Home, caller: Caller) -> dict[object, int]:
    sql = b"select day, reserved from brain.spending where user_id = %s"

    async def work(connection: object) -> dict[object, int]:
        cursor = await connection.execute(sql, [caller.id])  # type: ignore[attr-defined]
        return dict(await cursor.fetchall())

    return await home.database.run(work)


async def test_a_day_does_not_begin_twice_for_a_user_who_changes_zones() -> None:
    noon = 1_764_504_000_000  # 2025-11-30 12:00 UTC
    stored = ""
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Kiritimati"):
        meter = Meter()
        meter.begin(zone, stored, started_ms=noon, now_ms=noon, zone=zone)
        meter.add_model(ModelCount(model="m", tokens_in=10))
        stored = meter.stored(loops=1, because="", ended=True)
    assert meter.counts.day == DayCount(day="2025-12-01", tokens=30)


async def test_what_is_asked_outside_of_a_run_has_no_budget() -> None:
    used_up, meter = DailyBudget(tokens=1, usd=0.1), new_meter()
    check_budget(used_up)
    meter.begin("r1", "", started_ms=0, now_ms=0, zone="UTC")
    check_budget(used_up)
    meter.add_model(ModelCount(model="m", tokens_out=1))
    check_budget(DailyBudget(usd=0.1))
    with pytest.raises(ModelRefused):
        check_budget(used_up)


@pytest.mark.parametrize("text", ["5 dollars", "0", "-1", "nan"])
async def test_a_malformed_budget_is_named(text: str) -> None:
    with pytest.raises(SettingMissing, match="BRAIN_DAILY_USD must be"):
        daily_budget({"BRAIN_DAILY_USD": text})
