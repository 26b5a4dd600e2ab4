"""Open voice sessions and the seconds of the day. On both Redis."""

from datetime import UTC, datetime

import pytest

from brain.voice.sessions.model import DayUsedUp, OpenSession, Reserved
from brain.voice.sessions.redis import MOST_ENDED, OPENING_S, RedisSessionBook
from tests.contracts.store.stage import Stage, Twice
from tests.fakes.redis import MemoryRedis

pytestmark = pytest.mark.asyncio(loop_scope="package")

VENDOR = "openai-live"
MAX_S, DAY_S = 900.0, 3600.0
MORNING_MS = int(datetime(2026, 11, 30, 8, tzinfo=UTC).timestamp() * 1000)
NIGHT_MS = int(datetime(2026, 11, 30, 23, 59, 50, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def book(stage: Stage) -> RedisSessionBook:
    return RedisSessionBook(stage.redis)


class Timed:
    """A book of one user in memory, whose clock is moved."""

    def __init__(self, ms: int = MORNING_MS, *, day_s: float = DAY_S) -> None:
        self.ms = ms
        self.redis = MemoryRedis(lambda: self.ms)
        self.book = RedisSessionBook(self.redis)
        self._day_s = day_s

    def pass_s(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)

    async def reserve(self, id: str, max_s: float = MAX_S) -> object:
        return await self.book.reserve("anna", id, VENDOR, max_s=max_s, day_s=self._day_s)

    async def open(self, id: str, max_s: float = MAX_S) -> None:
        assert isinstance(await self.reserve(id, max_s), Reserved)
        assert await self.book.opened("anna", id, f"call of {id}") is None

    async def used(self, id: str, seconds: float, *, was_gone: bool = False) -> None:
        """Open a session, let it last, and end it."""
        await self.open(id)
        self.pass_s(seconds)
        assert await self.book.end("anna", id, was_gone=was_gone) == "ended"

    async def left_s(self) -> float:
        """How long a session could last now, and of this user no session is open."""
        place = await self.reserve("probe", max_s=100_000)
        await self.book.drop("anna", "probe")
        return place.max_s if isinstance(place, Reserved) else 0


async def reserve(
    book: RedisSessionBook, stage: Stage, id: str, *, max_s: float = MAX_S, day_s: float = DAY_S
) -> object:
    return await book.reserve(stage.user, id, VENDOR, max_s=max_s, day_s=day_s)


async def test_a_session_is_reserved_opened_found_and_ended(
    stage: Stage, book: RedisSessionBook
) -> None:
    assert await book.find(stage.user, "one") == "unknown"
    assert await reserve(book, stage, "one") == Reserved(max_s=900)
    assert await book.opened(stage.user, "one", "call-1") is None
    found = await book.find(stage.user, "one")
    assert isinstance(found, OpenSession)
    assert (found.id, found.vendor, found.call_id, found.max_s) == ("one", VENDOR, "call-1", 900)
    assert 0 <= found.age_s < 60
    assert await book.end(stage.user, "one", was_gone=False) == "ended"
    assert await book.find(stage.user, "one") == "ended"


async def test_only_one_is_open(stage: Stage, book: RedisSessionBook) -> None:
    await reserve(book, stage, "one")
    other = await reserve(book, stage, "two")
    assert isinstance(other, OpenSession)
    assert (other.id, other.call_id) == ("one", "")
    await book.opened(stage.user, "one", "call-1")
    other = await reserve(book, stage, "two")
    assert isinstance(other, OpenSession)
    assert (other.id, other.call_id) == ("one", "call-1")


async def test_each_step_may_be_sent_twice(stage: Stage) -> None:
    book = RedisSessionBook(Twice(stage.redis))
    assert await reserve(book, stage, "one") == Reserved(max_s=900)
    assert await book.opened(stage.user, "one", "call-1") is None
    assert isinstance(await book.find(stage.user, "one"), OpenSession)
    assert await book.end(stage.user, "one", was_gone=False) == "ended"
    assert await reserve(book, stage, "two") == Reserved(max_s=900)
    await book.drop(stage.user, "two")
    assert await book.find(stage.user, "two") == "unknown"


async def test_the_end_of_another_session_changes_nothing(
    stage: Stage, book: RedisSessionBook
) -> None:
    await reserve(book, stage, "one")
    await book.opened(stage.user, "one", "call-1")
    assert await book.end(stage.user, "two", was_gone=False) == "unknown"
    await book.drop(stage.user, "two")
    assert isinstance(await book.find(stage.user, "one"), OpenSession)


async def test_a_place_that_was_lost_is_not_opened(stage: Stage, book: RedisSessionBook) -> None:
    await reserve(book, stage, "one")
    await book.end(stage.user, "one", was_gone=True)
    assert await book.opened(stage.user, "one", "call-1") == ""
    await reserve(book, stage, "two")
    assert await book.opened(stage.user, "one", "call-1") == "two"
    found = await book.find(stage.user, "two")
    assert isinstance(found, OpenSession)
    assert found.call_id == ""


async def test_users_do_not_share_sessions(stage: Stage, book: RedisSessionBook) -> None:
    await reserve(book, stage, "one")
    assert await book.find(f"not {stage.user}", "one") == "unknown"
    assert await book.end(f"not {stage.user}", "one", was_gone=False) == "unknown"


async def test_a_limit_under_a_second_is_used_up(stage: Stage, book: RedisSessionBook) -> None:
    place = await reserve(book, stage, "one", day_s=0.9)
    assert isinstance(place, DayUsedUp)
    assert 0 < place.retry_after_s <= 24 * 3600
    assert await reserve(book, stage, "one", day_s=1.9) == Reserved(max_s=1)


async def test_seconds_count_from_the_opening_to_the_end() -> None:
    timed = Timed()
    await timed.reserve("one")
    timed.pass_s(12)  # the vendor is slow
    await timed.book.opened("anna", "one", "call-1")
    timed.pass_s(100)
    await timed.book.opened("anna", "one", "call-1")  # sent again: it must not begin anew
    timed.pass_s(100)
    await timed.book.end("anna", "one", was_gone=False)
    assert await timed.left_s() == 3400


async def test_what_is_left_of_the_day_limits_a_session() -> None:
    timed = Timed()
    await timed.used("one", 3000)
    assert await timed.reserve("two") == Reserved(max_s=600)


async def test_a_session_that_was_gone_counts_no_more_than_it_was_allowed() -> None:
    timed = Timed()
    await timed.used("one", 2000, was_gone=True)
    assert await timed.left_s() == 2700
    await timed.used("two", 1000)  # hung up late: it did last as long
    assert await timed.left_s() == 1700


async def test_nothing_counts_of_a_session_that_was_not_opened_or_was_dropped() -> None:
    timed = Timed()
    await timed.reserve("one")
    timed.pass_s(20)
    await timed.book.end("anna", "one", was_gone=True)
    await timed.open("two")
    timed.pass_s(20)
    await timed.book.drop("anna", "two")
    assert await timed.left_s() == 3600


async def test_a_day_begins_at_midnight_utc() -> None:
    timed = Timed(NIGHT_MS, day_s=60)
    await timed.open("one")
    timed.pass_s(30)  # 10 of them before midnight
    await timed.book.end("anna", "one", was_gone=False)
    assert await timed.left_s() == 40
    timed.pass_s(24 * 3600)
    assert await timed.left_s() == 60


async def test_the_wait_ends_with_the_day() -> None:
    timed = Timed(NIGHT_MS, day_s=5)
    await timed.used("one", 5)
    assert await timed.reserve("two") == DayUsedUp(retry_after_s=5)
    timed.pass_s(5)
    assert await timed.reserve("two") == Reserved(max_s=5)


async def test_a_clock_that_was_set_back_counts_nothing() -> None:
    timed = Timed()
    await timed.used("one", -50)
    assert await timed.left_s() == 3600


async def test_a_place_whose_start_has_crashed_is_given_away() -> None:
    timed = Timed()
    await timed.reserve("one")
    timed.pass_s(OPENING_S - 1)
    assert isinstance(await timed.reserve("two"), OpenSession)
    timed.pass_s(2)
    assert await timed.reserve("two") == Reserved(max_s=900)
    assert await timed.book.opened("anna", "one", "call-1") == "two"


async def test_a_slow_start_keeps_its_place_while_nobody_else_wants_it() -> None:
    timed = Timed()
    await timed.reserve("one")
    timed.pass_s(OPENING_S * 2)
    assert await timed.book.opened("anna", "one", "call-1") is None


async def test_an_open_session_is_not_given_away_however_old_it_is() -> None:
    timed = Timed()
    await timed.open("one")
    timed.pass_s(5000)
    found = await timed.reserve("two")
    assert isinstance(found, OpenSession)
    assert (found.id, found.age_s) == ("one", 5000)


async def test_the_ends_of_the_last_sessions_are_known() -> None:
    timed = Timed()
    for number in range(MOST_ENDED + 1):
        await timed.used(f"session-{number}", 1)
    assert await timed.book.find("anna", "session-0") == "unknown"
    assert await timed.book.find("anna", "session-1") == "ended"
    assert await timed.book.end("anna", f"session-{MOST_ENDED}", was_gone=False) == "ended"
    assert await timed.left_s() == 3600 - (MOST_ENDED + 1)
    assert all(timed.redis.expires(key) for key in timed.redis.names())
