"""The real client against the real functions over time: tokens that expire, and wrong clocks."""

import asyncio
import json
import shutil
import signal
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from tests.walks.conftest import LIMIT_S, Json, Person, Town, says

pytestmark = pytest.mark.asyncio(loop_scope="session")

FRONT = Path(__file__).parent / "front.js"
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
EXPIRED = {"name": "BrainError", "status": 401, "detail": "the token has expired"}
OTHER = {"name": "BrainError", "status": 401, "detail": "the token belongs to another user"}
WHERE = {"calls": [{"name": "whereAmI", "arguments": {}}]}
SLEEP_S = 20  # longer than a token of six seconds is accepted


async def started(town: Town, person: Person, does: str, **more: str) -> Process:
    node = shutil.which("node")
    assert node
    secret = town.stack.services.env["BRAIN_JWT_SECRET"]
    given = {"BRAIN": town.stack.url, "SECRET": secret, "USER": person.id, "WORD": person.word}
    return await asyncio.create_subprocess_exec(
        node, FRONT, does, stdout=PIPE, env={**given, **more}
    )


async def outcome(front: Process) -> Json:
    async with asyncio.timeout(3 * LIMIT_S):
        output, _ = await front.communicate()
    assert front.returncode == 0
    return dict(json.loads(output.splitlines()[-1]))


async def front(town: Town, person: Person, does: str, **more: str) -> Json:
    return await outcome(await started(town, person, does, **more))


@pytest.mark.parametrize("road", ["stream", "polling"])
async def test_with_tokens_of_six_seconds_a_connection_stays_up(
    town: Town, person: Person, road: str
) -> None:
    await person.script(says("Still here."))
    found = await front(town, person, "stays", ROAD=road)
    assert (found["refused"], found["lost"]) == ([], 0)
    assert 5 <= found["sessions"] <= 10
    assert found["calls"] == found["sessions"]


async def test_a_token_that_has_expired_is_told_and_nobody_becomes_the_owner(
    town: Town, person: Person
) -> None:
    found = await front(town, person, "expires", LIFE_S="2")
    assert found["problem"] == found["error"] == found["again"] == EXPIRED
    assert found["stays"] is True
    assert found["sessions"] == 1
    assert await person.log() == []


async def test_a_token_of_another_user_ends_the_connection(town: Town, person: Person) -> None:
    found = await front(town, person, "changes")
    assert found["problem"] == found["error"] == OTHER
    assert (found["seen"], found["userId"], found["log"]) == ([person.id], person.id, [])
    assert await town.person(f"{person.id}-other").log() == []


async def test_a_device_that_sleeps_for_longer_than_its_token_lives_goes_on(
    town: Town, person: Person
) -> None:
    await person.script(says("Good morning."))
    device = await started(town, person, "sleeps")
    assert device.stdout
    assert await device.stdout.readline() == b"ready\n"
    device.send_signal(signal.SIGSTOP)
    await asyncio.sleep(SLEEP_S)
    device.send_signal(signal.SIGCONT)
    assert await outcome(device) == {"lost": 0, "problem": None}


async def test_a_token_of_the_deployment_is_traded_and_one_of_an_app_is_kept(
    town: Town, person: Person
) -> None:
    found = await front(town, person, "signed")
    assert found == {"isLater": True, "isSame": True, "isKept": True}


SKEWS = {
    "right": 0,
    "11 minutes fast": 11 * MINUTE_MS,
    "13 hours fast": 13 * HOUR_MS,
    "13 hours slow": -13 * HOUR_MS,
}


@pytest.mark.parametrize("skew_ms", SKEWS.values(), ids=SKEWS)
async def test_a_wrong_clock_keeps_no_tool_from_running_and_no_answer_from_being_spoken(
    town: Town, person: Person, skew_ms: int
) -> None:
    await person.script(WHERE, says("You are in Wien."))
    found = await front(town, person, "skewed", SKEW_MS=str(skew_ms))
    assert found["forVoiceAgent"] == "You are in Wien."
    assert found["spoken"][-1] == "You are in Wien."
    assert abs(found["aheadMs"]) < MINUTE_MS
    decided = [entry["decision"] for entry in await person.log() if entry.get("decision")]
    assert [decision["verdict"] for decision in decided] == ["answer"]


@pytest.mark.parametrize("set_ms", [13 * HOUR_MS, -13 * HOUR_MS])
async def test_a_clock_that_is_set_during_a_connection_changes_nothing(
    town: Town, person: Person, set_ms: int
) -> None:
    await person.script(WHERE, says("You are in Wien."))
    found = await front(town, person, "skewed", SET_MS=str(set_ms))
    assert found["forVoiceAgent"] == found["spoken"][-1] == "You are in Wien."
    assert abs(found["aheadMs"]) < MINUTE_MS
