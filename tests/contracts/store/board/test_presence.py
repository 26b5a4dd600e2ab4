"""Whether somebody is there to hear a notice. On both Redis; long waits in memory alone."""

from datetime import UTC, datetime, timedelta

import pytest

from brain.cloud.redis.moves.here import HERE_MS
from brain.cloud.redis.scripts import Keys
from brain.notices.reading import JUST_MS
from tests.contracts.store.board.stage import N1, board, now
from tests.contracts.store.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="package")

MINUTE = 60.0


async def test_at_first_nobody_is_present(stage: Stage) -> None:
    held = await board(stage).keep(stage.user, N1)
    assert (held.running, held.listening, held.contact) == (False, False, None)
    assert abs(held.now - datetime.now(UTC)) < timedelta(days=365)


@pytest.mark.parametrize("by", ["status", "stream"])
async def test_a_page_that_asks_or_streams_is_there_and_has_never_been_before(
    stage: Stage, by: str
) -> None:
    if by == "status":
        await stage.store().status(stage.user, is_here=True)
    else:
        await stage.store().here(stage.user)
    held = await board(stage).pending(stage.user)
    assert (held.listening, held.contact) == (True, None)


async def test_a_status_request_by_another_client_is_not_presence(stage: Stage) -> None:
    await stage.store().status(stage.user)
    assert not (await board(stage).pending(stage.user)).listening


async def test_a_user_who_keeps_polling_stays_present(patient: Stage) -> None:
    for _ in range(10):
        await patient.store().here(patient.user)
        await patient.pass_time(HERE_MS / 1000 / 2)
    held = await board(patient).pending(patient.user)
    assert held.listening
    assert held.contact == held.now


async def test_a_user_who_stops_polling_was_last_present_at_the_last_poll(
    patient: Stage,
) -> None:
    asked = await now(patient)
    await patient.store().here(patient.user)
    await patient.pass_time(HERE_MS / 1000)
    held = await board(patient).pending(patient.user)
    assert (held.listening, held.contact) == (False, asked)


async def test_a_returning_user_was_last_present_when_they_left(patient: Stage) -> None:
    left = await now(patient)
    await patient.store().here(patient.user)
    await patient.pass_time(60 * MINUTE)
    await patient.store().here(patient.user)
    held = await board(patient).pending(patient.user)
    assert (held.listening, held.contact) == (True, left)
    await patient.pass_time(JUST_MS / 1000)
    held = await board(patient).pending(patient.user)
    assert (held.listening, held.contact) == (True, held.now)


async def channel(stage: Stage, *, is_occupied: bool, at: datetime) -> None:
    digest, at_ms = Keys.of(stage.user).user, round(at.timestamp() * 1000)
    await stage.store().note_presence(digest, is_occupied=is_occupied, at_ms=at_ms)


async def test_a_user_subscribed_to_the_channel_is_present(stage: Stage) -> None:
    at = await now(stage)
    await channel(stage, is_occupied=True, at=at)
    held = await board(stage).pending(stage.user)
    assert (held.listening, held.contact) == (True, None)  # just come, and never before


async def test_a_user_with_a_long_subscription_was_not_away(stage: Stage) -> None:
    at = await now(stage)
    await channel(stage, is_occupied=True, at=at - timedelta(hours=1))
    held = await board(stage).pending(stage.user)
    assert (held.listening, held.contact) == (True, held.now)


async def test_a_user_returning_to_the_channel_was_last_present_when_they_left_it(
    stage: Stage,
) -> None:
    at, hour = await now(stage), timedelta(hours=1)
    for _ in range(2):  # words of the channel that come twice
        await channel(stage, is_occupied=True, at=at - 3 * hour)
    await channel(stage, is_occupied=False, at=at - 2 * hour)
    assert not (await board(stage).pending(stage.user)).listening
    for _ in range(2):
        await channel(stage, is_occupied=True, at=at)
    held = await board(stage).pending(stage.user)
    assert held.listening
    assert held.contact is not None
    assert abs(held.contact - (at - 2 * hour)) < timedelta(milliseconds=1)


async def test_a_user_who_just_left_the_channel_is_not_present(stage: Stage) -> None:
    at = await now(stage)
    await channel(stage, is_occupied=True, at=at - timedelta(hours=1))
    await channel(stage, is_occupied=False, at=at)
    held = await board(stage).pending(stage.user)
    assert (held.listening, held.contact) == (False, None)


async def test_a_page_that_switches_the_road_was_away(
    patient: Stage,
) -> None:
    left = await now(patient)
    await channel(patient, is_occupied=True, at=left - timedelta(hours=1))
    await channel(patient, is_occupied=False, at=left)
    await patient.pass_time(60 * MINUTE)
    await patient.store().status(patient.user, is_here=True)
    assert (await board(patient).pending(patient.user)).contact == left
    await channel(patient, is_occupied=True, at=await now(patient))
    assert (await board(patient).pending(patient.user)).contact == left


async def test_a_page_that_connects_again_while_it_asks_was_there_all_the_time(
    patient: Stage,
) -> None:
    for _ in range(3):
        await patient.store().here(patient.user)
        await patient.pass_time(MINUTE)
    await channel(patient, is_occupied=True, at=await now(patient))
    held = await board(patient).pending(patient.user)
    assert held.contact == held.now


async def test_a_user_who_speaks_is_present_on_any_road(patient: Stage) -> None:
    admitted = await patient.begin()
    spoke = await now(patient)
    await patient.pass_time(MINUTE)
    await patient.last(admitted.token)
    held = await board(patient).pending(patient.user)
    assert (held.listening, held.contact) == (False, spoke)


@pytest.mark.parametrize("channel", ["1769860800000 1", "1769860800000 0"])
async def test_what_older_code_has_written_of_a_users_ear_is_understood(
    patient: Stage, channel: str
) -> None:
    keys = Keys.of(patient.user)
    await patient.redis.execute(["HSET", keys.key("run"), "channel", channel], limit_s=4)
    await patient.redis.execute(["SET", keys.key("here"), "1", "PX", "100000"], limit_s=4)
    await patient.pass_time(60 * MINUTE)
    held = await board(patient).pending(patient.user)
    assert held.listening is channel.endswith("1")
    assert held.listening is (held.contact == held.now)
