"""Every list comes in pages: each row once, however the list changes between two pages."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from brain.cloud.redis.upstash import Upstash
from brain.codec.places import ListPlace, cursor_of
from brain.email.model import Email, Folder
from brain.email.postgres import PostgresEmails
from brain.memory.postgres import PostgresFacts
from brain.notices.postgres import PostgresRules
from brain.reminders.model import Reminder
from brain.reminders.redis import RedisReminders
from tests.fakes.email import an_email
from tests.routes.resources_stage import OWNER, Caller, Home
from tests.routes.stage import Deployment, Json

pytestmark = pytest.mark.asyncio(loop_scope="package")

DELETE = b"delete from brain.emails where subject = 'The lighthouse'"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def pages(
    caller: Caller, thing: str, cursor: str | None = None, **query: object
) -> list[Json]:
    """Read a list to its end, from a cursor on."""
    found: list[Json] = []
    while cursor or not found:
        asked = {**query, "cursor": cursor} if cursor else query
        found.append(await caller.got(thing, **asked))
        cursor = found[-1]["nextCursor"]
    return found


def ids(found: list[Json], thing: str) -> list[str]:
    return [row["id"] for page in found for row in page[thing]]


async def test_130_documents_come_in_three_pages_each_once(anna: Caller) -> None:
    made = [(await anna.kept(f"Note {n}", "milk"))["id"] for n in range(130)]
    found = await pages(anna, "documents", limit=50)
    assert [len(page["documents"]) for page in found] == [50, 50, 30]
    assert {page["total"] for page in found} == {130}
    assert ids(found, "documents") == made[::-1]


async def test_results_of_a_search_come_in_pages_though_all_are_equally_good(anna: Caller) -> None:
    made = {(await anna.kept(f"Note {n}", "the red door"))["id"] for n in range(9)}
    await anna.kept("Other", "a blue window")
    found = await pages(anna, "documents", query="door", limit=4)
    assert [len(page["documents"]) for page in found] == [4, 4, 1]
    assert {page["total"] for page in found} == {9}
    assert (len(ids(found, "documents")), set(ids(found, "documents"))) == (9, made)


async def test_beginnings_of_words_are_still_looked_for_on_the_second_page(anna: Caller) -> None:
    made = {(await anna.kept(f"Note {n}", "Versicherungen"))["id"] for n in range(3)}
    found = await pages(anna, "documents", query="Versich", limit=2)
    assert set(ids(found, "documents")) == made
    assert [len(page["documents"]) for page in found] == [2, 1]


@pytest.mark.parametrize("query", ["", "door"])
async def test_what_is_added_and_deleted_between_two_pages_moves_no_other_row(
    anna: Caller, query: str
) -> None:
    made = [(await anna.kept(f"Note {n}", "the red door"))["id"] for n in range(6)]
    await anna.kept("Other", "a blue window")
    asked = {"query": query} if query else {}
    first = await anna.got("documents", limit=3, **asked)
    shown = ids([first], "documents")
    await anna.kept("New", "the red door")
    await anna.call("DELETE", "documents", params={"id": shown[0]})
    await anna.call("DELETE", "documents", params={"id": shown[-1]})  # what the cursor names
    rest = await pages(anna, "documents", limit=3, cursor=first["nextCursor"], **asked)
    seen = [*shown, *ids(rest, "documents")]
    assert len(seen) == len(set(seen))
    assert set(made) <= set(seen)


async def test_emails_and_what_matches_of_them_come_in_pages(home: Home, owner: Caller) -> None:
    await PostgresEmails(home.database).store(OWNER, [_email(n) for n in range(7)])
    listed = await pages(owner, "emails", limit=3)
    matching = await pages(owner, "emails", query="lighthouse", limit=3)
    await home.database.run(lambda connection: connection.execute(DELETE))  # all tests share it
    for found in (listed, matching):
        assert set(ids(found, "emails")) >= {_email(n).id for n in range(7)}
        assert len(ids(found, "emails")) == len(set(ids(found, "emails"))) == found[0]["total"]
        assert all(len(page["emails"]) == 3 for page in found[:-1])
    assert ids(matching, "emails") == [_email(n).id for n in reversed(range(7))]


async def test_facts_and_rules_come_in_pages(home: Home, anna: Caller) -> None:
    facts, rules = PostgresFacts(home.database), PostgresRules(home.database)
    for n in range(5):
        await facts.remember(anna.id, text=f"{n} cats", source="", foreign=False, key=f"{n}")
        await rules.add_rule(anna.id, about=f"when {n} cats come", words=[f"cat{n}"], key=f"{n}")
    for thing, title in (("facts", "text"), ("rules", "about")):
        found = await pages(anna, thing, limit=2)
        told = [row[title] for page in found for row in page[thing]]
        assert [word for text in told for word in text.split() if word.isdigit()] == list("43210")
        assert [len(page[thing]) for page in found] == [2, 2, 1]
        assert {page["total"] for page in found} == {5}


async def test_reminders_are_listed_page_by_page_and_cancelled(
    deployment: Deployment, anna: Caller, ben: Caller
) -> None:
    redis = Upstash(deployment.env["UPSTASH_REDIS_REST_URL"], "redis-token")
    kept = RedisReminders(redis)
    for n in (2, 0, 1):
        at = NOON + timedelta(hours=n)
        await kept.add(anna.id, Reminder(id=f"r{n}", text=f"Tea {n}", at=at, foreign=n == 1))
    await redis.aclose()
    found = await pages(anna, "reminders", limit=2)
    assert found[0]["reminders"] == [
        {"id": "r0", "text": "Tea 0", "at": "2026-11-20T12:00:00.000Z", "foreign": False},
        {"id": "r1", "text": "Tea 1", "at": "2026-11-20T13:00:00.000Z", "foreign": True},
    ]
    assert (ids(found, "reminders"), found[0]["total"]) == (["r0", "r1", "r2"], 3)
    assert (await ben.call("DELETE", "reminders", params={"id": "r1"})).status_code == 404
    gone = await anna.call("DELETE", "reminders", params={"id": "r1"})
    assert (gone.status_code, gone.json()) == (200, {"deleted": "r1"})
    assert ids(await pages(anna, "reminders"), "reminders") == ["r0", "r2"]


GOOD = cursor_of(ListPlace(at=NOON, id="a" * 16, score=0.5))
BAD = [
    "nonsense",
    "AAAA",
    GOOD[:-3],
    f"{GOOD}=",
    GOOD + GOOD,
    "W10",
    "9" * 5_000,
    "\u00e9",
    cursor_of(ListPlace(at=NOON.replace(tzinfo=None), id="a")),
    cursor_of(ListPlace(at=NOON, id="a\0b")),
    cursor_of(ListPlace(at=NOON, id="a", score=float("nan"))),
    cursor_of(ListPlace(at=NOON, id="a", ending="'); drop")),
]


@pytest.mark.parametrize("thing", ["documents", "emails", "facts", "rules", "reminders"])
async def test_a_cursor_that_is_none_is_refused(owner: Caller, thing: str) -> None:
    for cursor in BAD:
        answer = await owner.call("GET", thing, params={"cursor": cursor})
        assert answer.status_code == 422, cursor
        assert answer.json()["errors"][0]["field"] == "cursor"
    assert (await owner.call("GET", thing, params={"cursor": GOOD})).status_code == 200


# ---- the log, backwards


async def test_the_log_is_read_backwards_to_its_beginning(
    deployment: Deployment, anna: Caller
) -> None:
    for n in range(11):
        await deployment.direct(f"word{n}", {"text": f"Answer {n}."})
        said = {"text": f"Question word{n}"}
        assert (await anna.call("POST", "voiceToBrain", json=said)).status_code == 200
    page = await anna.got("messages", beforeSeq=21, limit=10)
    assert [entry["seq"] for entry in page["messages"]] == list(range(11, 21))
    assert (page["previousBefore"], page["lastSeq"]) == (11, 22)
    first = await anna.got("messages", beforeSeq=11, limit=10)
    assert [entry["seq"] for entry in first["messages"]] == list(range(1, 11))
    assert first["previousBefore"] is None
    assert (await anna.got("messages", beforeSeq=1))["messages"] == []
    back: list[int] = []
    before = 1_000_000
    while before:
        page = await anna.got("messages", beforeSeq=before, limit=7)
        back = [entry["seq"] for entry in page["messages"]] + back
        before = page["previousBefore"]
    assert all(one + 1 == other for one, other in pairwise(back))


@pytest.mark.parametrize("value", ["0", "-1", "x", "9" * 30])
async def test_a_place_before_the_log_is_refused(anna: Caller, value: str) -> None:
    answer = await anna.call("GET", "messages", params={"beforeSeq": value})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "beforeSeq"


def _email(n: int) -> Email:
    id = f"{'b' * 15}{'abcdefg'[n]}"
    at = NOON + timedelta(minutes=n)
    return an_email(id, subject="The lighthouse", text="Come and see.", at=at, folder=Folder.INBOX)
