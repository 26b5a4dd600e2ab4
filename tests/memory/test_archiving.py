"""The log is kept short and no entry is lost, in virtual time."""

import asyncio

import pytest
from msgspec.structs import replace

from brain.memory.archiving import EVERY, PAGE, PAGES, copy_log, is_due, tidy_log
from brain.run.limits import Limits
from tests.fakes.archive import FakeArchive
from tests.fakes.features.memory import memory_of
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.fakes.world import World

KEEP = 200  # entries that the store keeps in these tests; more than EVERY, as in production


def archived_world(archive: FakeArchive | None) -> World:
    world = World([words("Yes.")], limits=Limits(log_entries=KEEP))
    world.ports = replace(world.ports, archive=archive)
    return world


async def talk(world: World, turns: int) -> None:
    """So many turns of two entries each, slowly enough for the user's rate."""
    for _ in range(turns):
        await world.ask("Hi")
        await asyncio.sleep(5)


async def everywhere(world: World, archive: FakeArchive) -> list[int]:
    return sorted({*archive.seqs(), *(entry.seq for entry in await world.log())})


@pytest.mark.parametrize(
    ("before", "last", "due"),
    [
        (0, EVERY, False),
        (KEEP, KEEP + 1, False),
        (KEEP + EVERY - 1, KEEP + EVERY - 1, False),
        (KEEP + EVERY - 1, KEEP + EVERY, True),
        (KEEP + EVERY - 1, KEEP + 3 * EVERY, True),
        (KEEP + EVERY, KEEP + EVERY + 1, False),
    ],
)
def test_the_log_is_tidied_once_in_a_hundred_entries(before: int, last: int, due: bool) -> None:
    assert is_due(before, last, keep=KEEP) is due


@in_virtual_time
async def test_entries_that_the_store_removes_are_in_the_archive() -> None:
    archive = FakeArchive()
    world = archived_world(archive)
    await talk(world, 300)
    assert await everywhere(world, archive) == list(range(1, 601))
    assert KEEP <= len(await world.log()) <= KEEP + EVERY
    assert archive.seqs()


@in_virtual_time
async def test_an_archive_that_is_reachable_again_gets_the_missed_entries() -> None:
    archive = FakeArchive(refusing=True)
    world = archived_world(archive)
    await talk(world, 170)
    assert archive.seqs() == []
    assert len(await world.log()) == 340
    archive.refusing = False
    await talk(world, 40)
    assert await everywhere(world, archive) == list(range(1, 421))


@in_virtual_time
async def test_an_unreachable_archive_does_not_end_the_turn(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = archived_world(FakeArchive(refusing=True))
    await talk(world, 160)
    assert (await world.ask("Hi")).state == "done"
    assert "archive: not now, reason=DatabaseUnreachable" in caplog.text


@in_virtual_time
async def test_without_an_archive_the_log_is_not_shortened() -> None:
    world = archived_world(None)
    await talk(world, 160)
    await tidy_log(memory_of(world.ports).services, "anna", last_seq=320)
    assert len(await world.log()) == 320


@in_virtual_time
async def test_a_store_that_becomes_unreachable_while_tidying_loses_no_entry() -> None:
    archive = FakeArchive()
    world = archived_world(None)
    await talk(world, 160)
    services = memory_of(replace(world.ports, archive=archive)).services
    world.redis.refusing = True
    await tidy_log(services, "anna", last_seq=320)
    world.redis.refusing = False
    assert await everywhere(world, archive) == list(range(1, 321))
    await tidy_log(services, "anna", last_seq=320)
    assert [entry.seq for entry in await world.log()] == list(range(121, 321))


@in_virtual_time
async def test_one_turn_moves_only_a_part_of_a_long_log() -> None:
    archive = FakeArchive()
    many = PAGE * PAGES + 100
    world = World([words("Yes.")], limits=Limits(log_entries=many))
    await talk(world, many // 2)
    limits = replace(world.limits, log_entries=0)
    services = memory_of(replace(world.ports, archive=archive, limits=limits)).services
    await tidy_log(services, "anna", last_seq=many)
    assert len(await world.log()) == 100
    assert len(archive.seqs()) == PAGE * PAGES


# ---- copies


async def talk_and_copy(world: World, archive: FakeArchive, turns: int) -> None:
    """So many turns of two entries each, each with what follows it."""
    services = memory_of(replace(world.ports, archive=archive)).services
    for _ in range(turns):
        before = len(await world.log())
        await talk(world, 1)
        await copy_log(services, "anna", before_seq=before, last_seq=before + 2)


@in_virtual_time
async def test_the_archive_has_all_but_the_newest_few_entries() -> None:
    archive = FakeArchive()
    world = archived_world(None)
    await talk_and_copy(world, archive, 35)
    assert archive.seqs() == list(range(1, 61))
    assert len(await world.log()) == 70


@in_virtual_time
async def test_a_turn_that_does_not_reach_the_next_copy_copies_nothing() -> None:
    archive = FakeArchive()
    world = archived_world(None)
    await talk_and_copy(world, archive, 9)
    assert len(await world.log()) == 18
    assert archive.seqs() == []


@in_virtual_time
async def test_without_an_archive_nothing_is_copied() -> None:
    world = archived_world(None)
    await talk(world, 10)
    await copy_log(memory_of(world.ports).services, "anna", before_seq=0, last_seq=20)
    assert len(await world.log()) == 20


@in_virtual_time
async def test_the_next_copy_includes_entries_of_a_failed_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    archive = FakeArchive(refusing=True)
    world = archived_world(None)
    await talk_and_copy(world, archive, 15)
    assert archive.seqs() == []
    archive.refusing = False
    await talk_and_copy(world, archive, 5)
    assert archive.seqs() == list(range(1, 41))
    assert "archive: no copy, reason=DatabaseUnreachable" in caplog.text


@in_virtual_time
async def test_a_turn_with_very_many_entries_copies_a_part_of_them() -> None:
    archive = FakeArchive()
    many = PAGE * PAGES + 100
    world = World([words("Yes.")], limits=Limits(log_entries=many))
    await talk(world, many // 2)
    services = memory_of(replace(world.ports, archive=archive)).services
    await copy_log(services, "anna", before_seq=0, last_seq=many)
    assert archive.seqs() == list(range(1, PAGE * PAGES + 1))
