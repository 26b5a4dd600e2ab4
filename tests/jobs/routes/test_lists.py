"""Jobs, agents and scenarios come in pages, as all lists do."""

import pytest

from brain.codec.places import NO_TIME, ListPlace, cursor_of
from tests.jobs.routes.stage import SCENARIO, begun, fields
from tests.routes.lists.test_pages import ids, pages
from tests.routes.resources_stage import Caller, Home

pytestmark = pytest.mark.asyncio(loop_scope="package")

OLDER = b"update brain.jobs set status = 'complete'"


async def test_jobs_come_in_pages_newest_first(anna: Caller, home: Home) -> None:
    made = []
    for number in range(5):
        made.append((await begun(anna, title=f"Job {number}"))["jobId"])
        await home.database.run(lambda connection: connection.execute(OLDER))  # two may be open
    found = await pages(anna, "jobs", limit=2)
    assert [len(page["jobs"]) for page in found] == [2, 2, 1]
    assert {page["total"] for page in found} == {5}
    assert [job["jobId"] for page in found for job in page["jobs"]] == made[::-1]


async def test_agents_come_in_pages_and_a_deleted_one_moves_no_other(anna: Caller) -> None:
    for name in "debca":
        await anna.call("PUT", "agents", params={"id": name}, json={"name": name.upper()})
    found = await pages(anna, "agents", limit=2)
    assert ids(found, "agents") == list("abcde")
    assert ([len(page["agents"]) for page in found], found[0]["total"]) == ([2, 2, 1], 5)
    await anna.call("DELETE", "agents", params={"id": "b"})
    rest = await pages(anna, "agents", limit=2, cursor=found[0]["nextCursor"])
    assert ids(rest, "agents") == list("cde")


async def test_scenarios_come_in_pages_the_users_own_first(anna: Caller) -> None:
    made = []
    for number in range(3):
        body = {**SCENARIO, "name": f"Dinner {number}"}
        made.append((await anna.call("POST", "scenarios", json=body)).json()["id"])
    every = ids([await anna.got("scenarios", limit=100)], "scenarios")
    assert every[:3] == made[::-1]
    assert all(id.startswith("builtin-") for id in every[3:])
    found = await pages(anna, "scenarios", limit=2)
    assert ids(found, "scenarios") == every
    assert {page["total"] for page in found} == {len(every)}


@pytest.mark.parametrize("thing", ["jobs", "agents", "scenarios"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"cursor": "nonsense"}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"limit": "ten"}, "limit"),
    ],
)
async def test_what_is_no_cursor_and_no_limit_is_refused(
    anna: Caller, thing: str, query: dict[str, object], field: str
) -> None:
    assert fields(await anna.call("GET", thing, params=query)) == [field]


async def test_an_empty_list_has_no_next_page(anna: Caller) -> None:
    end = cursor_of(ListPlace(at=NO_TIME, id="z"))
    for asked in ({}, {"cursor": end}):
        assert await anna.got("agents", **asked) == {"agents": [], "total": 0, "nextCursor": None}
