"""What is erased is found by no search, and no late copy brings it back."""

import pytest

from brain.memory.archive import PostgresArchive
from brain.run.records import entry_from_wire
from tests.routes.lists.test_erased import SAID, WORD, erased, rows, say
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Deployment

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def found(caller: Caller, word: str) -> list[int]:
    """The places of the entries that a search in the talk finds."""
    return [each["entry"]["seq"] for each in (await caller.got("messages", query=word))["found"]]


async def test_a_search_in_the_talk_finds_no_erased_words(
    home: Home, deployment: Deployment, anna: Caller
) -> None:
    """Those in the archive, and those that only the store has."""
    await say(deployment, anna, f"one {WORD} of {anna.id}", SAID)
    await say(deployment, anna, f"two {WORD}s of {anna.id}", SAID)
    log = (await anna.got("messages"))["messages"]
    first = [entry["seq"] for entry in log if entry["role"] == "user"]
    archive = PostgresArchive(home.database)
    await archive.store(anna.id, [entry_from_wire(entry) for entry in log[:2]])
    assert {*first} <= {*await found(anna, WORD)}

    await erased(anna, "messages", fromSeq=1, untilSeq=first[1])
    left = [entry["seq"] for entry in log if entry["seq"] > first[1]]
    assert sorted(await found(anna, WORD)) == left
    assert await found(anna, "two") == []

    late = [{**entry, "withdrawn": True} for entry in log[:2]]  # a copy that was on its way
    await archive.store(anna.id, [entry_from_wire(entry) for entry in log])
    await archive.store(anna.id, [entry_from_wire(entry) for entry in late])
    assert sorted(await found(anna, WORD)) == left
    mine = [row for table, row in await rows(home) if table == "archive" and anna.id in row]
    assert len([row for row in mine if WORD in row]) == len(left)

    await erased(anna, "conversation")
    assert await found(anna, WORD) == []
