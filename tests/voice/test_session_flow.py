"""The end of a voice session belongs to the server, and whatever a page can use ends."""

import asyncio

import pytest
from msgspec.structs import replace

from brain.errors import (
    QueueUnreachable,
    StoreUnreachable,
    VendorAbsent,
    VendorBusy,
    VendorRefused,
    VendorUnreachable,
)
from brain.voice.sessions.flow import VENDORS_LIMIT_S
from brain.voice.sessions.model import AlreadyOpen, Begun, DayUsedUp
from tests.voice.session_stage import USER, VENDOR, Crashed, Gate, Town, write

CALLS = 5  # of a process that begins a session: reserve, create, opened, queue, and one more


async def test_a_session_that_nobody_ends_is_hung_up_once_when_its_time_is_over() -> None:
    town = Town()
    begun = await town.begin()
    assert isinstance(begun, Begun)
    assert begun.max_s == 900
    await town.pass_s(899)
    assert len(town.vendor.alive()) == 1
    await town.pass_s(1)
    assert town.vendor.alive() == []
    await town.pass_s(3600, step=60)
    assert town.vendor.asked == 1
    assert await town.left_s() == 2700


async def test_the_vendor_hangs_up_when_the_page_ends_the_session() -> None:
    town = Town()
    begun = await town.begin()
    await town.pass_s(100)
    assert await town.process().end(USER, begun.id) == "ended"
    assert town.vendor.alive() == []
    assert await town.process().end(USER, begun.id) == "ended"
    assert town.vendor.asked == 1
    await town.pass_s(900, step=60)  # the message arrives all the same
    assert town.vendor.asked == 1
    assert await town.left_s() == 3500


async def test_an_unknown_session_and_that_of_another_user_are_not_ended() -> None:
    town = Town()
    begun = await town.begin()
    assert await town.process().end(USER, "vs_unknown") == "unknown"
    assert await town.process().end("ben", begun.id) == "unknown"
    assert len(town.vendor.alive()) == 1


async def test_a_second_session_is_refused_with_the_id_of_the_first() -> None:
    town = Town()
    begun = await town.begin()
    assert await town.begin() == AlreadyOpen(id=begun.id)
    assert await town.begin(resumes="vs_another") == AlreadyOpen(id=begun.id)
    assert len(town.vendor.calls) == 1


async def test_a_session_that_resumes_another_begins_after_its_end() -> None:
    town = Town()
    first = await town.begin()
    await town.pass_s(300)
    second = await town.begin(resumes=first.id)
    assert isinstance(second, Begun)
    assert [call.ended for call in town.vendor.calls.values()] == [300, None]
    await town.pass_s(600)  # the first one's message finds that it has ended
    assert len(town.vendor.alive()) == 1
    await town.pass_s(300)
    assert town.vendor.alive() == []
    assert await town.left_s() == 3600 - 300 - 900


async def test_the_old_session_stays_while_the_vendor_cannot_be_reached() -> None:
    town = Town()
    first = await town.begin()
    town.vendor.is_away = True
    with pytest.raises(VendorUnreachable):
        await town.begin(resumes=first.id)
    town.vendor.is_away = False
    assert await town.begin() == AlreadyOpen(id=first.id)


async def test_two_starts_at_once_make_one_session() -> None:
    town = Town()
    begun = await asyncio.gather(town.begin(), town.begin(), town.begin())
    ids = {one.id for one in begun}
    assert len(ids) == 1
    assert [type(one) for one in begun].count(Begun) == 1
    assert len(town.vendor.calls) == 1


async def test_a_start_that_was_taken_over_meanwhile_is_hung_up() -> None:
    town = Town()
    slow = town.process()
    created = town.vendor.create

    async def meanwhile(brief: object) -> object:
        made = await created(brief)  # type: ignore[arg-type]
        if len(town.vendor.calls) == 1:
            first = "vs_SESSION0001"
            assert isinstance(await town.begin(resumes=first), Begun)
        return made

    town.vendor.create = meanwhile  # type: ignore[method-assign, assignment]
    assert await slow.begin(USER, VENDOR, write, resumes=None) == AlreadyOpen(id="vs_SESSION0002")
    assert [call.id for call in town.vendor.alive()] == ["call-2"]
    assert town.vendor.calls["call-1"].ended == 0


@pytest.mark.parametrize(
    "refusal",
    [VendorUnreachable("away"), VendorBusy("x", 5), VendorRefused("no"), asyncio.CancelledError()],
)
async def test_of_a_start_that_fails_nothing_remains(refusal: Exception) -> None:
    town = Town()
    town.vendor.refuses, town.vendor.create_s = refusal, 14
    with pytest.raises(type(refusal)):
        await town.begin()
    town.vendor.refuses = None
    assert isinstance(await town.begin(), Begun)
    assert (len(town.queue.messages), await _left_of(town)) == (1, 3600)


async def test_without_the_queue_there_is_no_session() -> None:
    town = Town()
    town.queue.is_away = True
    with pytest.raises(QueueUnreachable):
        await town.begin()
    [call] = town.vendor.calls.values()
    assert call.ended == 0
    town.queue.is_away = False
    assert isinstance(await town.begin(), Begun)


async def test_a_vendor_that_is_not_set_up_is_not_asked() -> None:
    town = Town()
    with pytest.raises(VendorAbsent):
        await town.process().begin(USER, "gemini-live", write, resumes=None)
    assert town.vendor.calls == {}


async def test_when_the_day_is_used_up_there_is_no_session() -> None:
    town = Town(day_s=100)
    begun = await town.begin()
    assert begun.max_s == 100
    await town.pass_s(100)
    used_up = await town.begin()
    assert used_up == DayUsedUp(retry_after_s=16 * 3600 - 100)
    await town.pass_s(used_up.retry_after_s, step=3600)
    assert isinstance(await town.begin(), Begun)


async def test_a_hang_up_that_arrives_twice_counts_once() -> None:
    town = Town()
    begun = await town.begin()
    town.queue.messages *= 2
    await town.pass_s(950, step=50)
    assert town.vendor.asked == 1
    assert town.vendor.calls["call-1"].ended == 900
    assert await town.process().end(USER, begun.id) == "ended"
    assert await town.left_s() == 2700


async def test_a_hang_up_that_arrives_late_counts_what_the_session_has_cost() -> None:
    town = Town()
    await town.begin()
    town.time.seconds += 1500
    await town.deliver()
    assert await town.left_s() == 2100


async def test_a_hang_up_that_got_lost_is_made_up_for_by_the_next_start() -> None:
    town = Town()
    await town.begin()
    town.queue.messages.clear()
    town.time.seconds += 1000
    begun = await town.begin()
    assert isinstance(begun, Begun)
    assert town.vendor.calls["call-1"].ended == 1000
    await town.process().end(USER, begun.id)
    assert await town.left_s() == 2600


async def test_a_hang_up_is_tried_until_the_vendor_can_be_reached() -> None:
    town = Town()
    await town.begin()
    town.vendor.is_away = True
    await town.pass_s(1200, step=10)
    town.vendor.is_away = False
    await town.pass_s(60, step=10)
    assert town.vendor.alive() == []
    assert town.queue.messages == []


async def test_a_vendor_that_is_gone_does_not_block_the_user_for_ever() -> None:
    town = Town(max_s=900, day_s=24 * 3600)
    await town.begin()
    other = replace(town.process(), vendors={"openai-realtime": town.vendor})
    town.time.seconds += 1000
    with pytest.raises(VendorUnreachable):
        await other.begin(USER, "openai-realtime", write, resumes=None)
    town.time.seconds += VENDORS_LIMIT_S
    assert isinstance(await other.begin(USER, "openai-realtime", write, resumes=None), Begun)


# ---- crashes and lost answers, at every call


@pytest.mark.parametrize("half", range(2, 2 * CALLS + 1))
async def test_after_a_crash_at_any_call_nothing_endless_can_be_used(half: int) -> None:
    town, dies_at = Town(), half / 2
    try:
        begun = await town.begin(Gate(dies_at))
    except Crashed:
        begun = None
    assert (begun is None) == (town.vendor.alive() == [])
    await town.pass_s(40)
    again = await town.begin()
    if isinstance(again, AlreadyOpen):  # what was stored before the crash
        again = await town.begin(resumes=again.id)
    assert isinstance(again, Begun)
    assert len(town.vendor.alive()) == 1
    await town.pass_s(1800, step=10)
    assert town.vendor.alive() == []


@pytest.mark.parametrize("number", range(1, CALLS))
async def test_an_answer_that_gets_lost_leaves_no_session_open(number: int) -> None:
    town = Town()
    lost = (StoreUnreachable, VendorUnreachable, QueueUnreachable)
    with pytest.raises(lost):
        await town.begin(Gate(loses=number))
    assert town.vendor.alive() == []
    again = await town.begin()
    assert isinstance(again, Begun)
    open_calls = [call for call in town.vendor.calls.values() if call.ended is None]
    assert len(open_calls) <= 2  # the vendor's lost answer: a call that nobody can use
    await town.process().end(USER, again.id)
    assert await town.left_s() == 3600


@pytest.mark.parametrize("half", range(2, 9))
async def test_after_a_crash_at_any_call_of_the_end_it_is_ended_by_the_queue(half: int) -> None:
    town = Town()
    begun = await town.begin()
    await town.pass_s(100)
    try:
        await town.process(Gate(half / 2)).end(USER, begun.id)
    except Crashed:
        await town.pass_s(10)
    await town.pass_s(800, step=10)
    assert town.vendor.alive() == []
    assert await town.process().end(USER, begun.id) == "ended"


async def _left_of(town: Town) -> float:
    await town.process().end(USER, f"vs_SESSION{town.time.ids:04d}")
    return await town.left_s()
