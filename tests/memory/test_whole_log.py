"""The whole log where the state store has lost a part of it."""

from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.memory.whole_log import WholeLog
from brain.run.ports import Log
from tests.fakes.archive import FakeArchive
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.fakes.world import World


async def archived(world: World, archive: FakeArchive) -> Log:
    """Two turns of anna, all of them archived."""
    for text in ("One", "Two"):
        await world.ask(text)
        await world.settle()
    page = await world.ports.store.read("anna", since=0, limit=10)
    await archive.store("anna", page.entries)
    return WholeLog(store=world.ports.store, archive=archive)


@in_virtual_time
async def test_a_lost_log_is_read_from_the_archive() -> None:
    world, archive = World([words("Yes.")] * 3), FakeArchive()
    log = await archived(world, archive)
    for lost in (("log",), ("run", "log")):
        world.redis.lose(*Keys.of("anna").keys(*lost))
        page = await log.read("anna", since=1, limit=10)
        assert ([entry.seq for entry in page.entries], page.last_seq) == ([2, 3, 4], 4)
    assert [e.seq for e in (await log.read("anna", since=0, limit=2)).entries] == [1, 2]


@in_virtual_time
async def test_a_new_user_has_an_empty_log_with_or_without_the_archive() -> None:
    world, archive = World(), FakeArchive()
    log = WholeLog(store=world.ports.store, archive=archive)
    for archive.refusing in (False, True):
        page = await log.read("anna", since=0, limit=10)
        assert (page.entries, page.last_seq) == ((), 0)


@in_virtual_time
async def test_what_follows_a_lost_log_stands_after_the_archived_one() -> None:
    world, archive = World([words("Yes.")] * 3), FakeArchive()
    log = await archived(world, archive)
    world.redis.lose(Keys.of("anna").key("log"))
    await world.ask("Three")
    await world.settle()
    page = await log.read("anna", since=0, limit=10)
    assert [entry.seq for entry in page.entries] == [1, 2, 3, 4, 5, 6]
    assert page == replace(page, last_seq=6)
