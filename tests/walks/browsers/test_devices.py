"""Several devices of one user, against the real functions: what one says or hears, all show, and
one of them speaks.
"""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from brain.cloud.redis.devices.pages import Pages
from brain.cloud.redis.scripts import Keys
from tests.walks.browsers.devices import Device, Make, devices_of
from tests.walks.conftest import LIMIT_S, Person, Town, founded, says
from tests.walks.outside import tell

pytestmark = pytest.mark.asyncio(loop_scope="session")

WITHIN_MS = 2000  # until another device shows what happened on the first one
ANSWER = "It is at the harbour."
LAUNDRY = "The laundry is done"
TOLD = "Home reports: The laundry is done."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Run a stack whose invocations have time, with warm functions: a new process takes time."""
    async with founded(tmp_path_factory.mktemp("place"), {}) as town:
        warm = town.person()
        await warm.script(says("Warm."))
        await warm.ask("Warm?")
        await tell(town, notice(warm))
        yield town


@pytest_asyncio.fixture(loop_scope="session")
async def device(browser: Browser, town: Town, person: Person) -> AsyncIterator[Make]:
    async with devices_of(browser, town, person) as make:
        yield make


def notice(person: Person) -> bytes:
    data = {"text": LAUNDRY, "source": "Home"}
    return json.dumps({"type": "event", "userId": person.id, "data": data}).encode()


async def members(town: Town, person: Person, count: int) -> None:
    """Wait until the brain knows of so many devices on the channel."""
    env, key = town.stack.services.env, Keys.of(person.id).key("run")
    async with (
        httpx.AsyncClient(
            base_url=env["UPSTASH_REDIS_REST_URL"],
            headers={"Authorization": f"Bearer {env['UPSTASH_REDIS_REST_TOKEN']}"},
        ) as redis,
        asyncio.timeout(LIMIT_S),
    ):
        known = -1
        while known != count:
            answer = (await redis.post("/", json=["HGET", key, "devices"])).json()["result"]
            known = len(Pages.of(answer or "", "").names)
            await asyncio.sleep(0.02)  # the store is polled over HTTP


async def settled(*devices: Device, text: str) -> int:
    """Wait until no device will say this message any more, except those that have. Returns its
    seq.
    """
    entries = [await device.until_heard(text) for device in devices]
    seq = int(entries[0]["seq"])
    for device in devices:
        await device.until_settled(seq)
    return seq


@pytest.mark.parametrize("road", ["channel", "stream", "socket"])
async def test_another_device_shows_the_text_at_once_and_the_answer_within_two_seconds(
    device: Make, town: Town, person: Person, road: str
) -> None:
    asking, other = await device(), await device()
    await asking.open()
    await other.open(road=road)
    await members(town, person, 2 if road == "channel" else 1)
    await person.script(says(ANSWER, gates={person.word: 0}))

    await asking.ask("Where is the boat?")
    own, seen = [await one.until_heard("Where is the boat?") for one in (asking, other)]
    assert seen["atMs"] - own["atMs"] < WITHIN_MS
    assert ANSWER not in [entry["text"] for entry in await asking.has("heard")]
    await person.open(person.word)

    first = await asking.until_heard(ANSWER)
    second = await other.until_heard(ANSWER)
    assert second["atMs"] - first["atMs"] < WITHIN_MS


ROADS = [("channel", "channel"), ("stream", "channel"), ("channel", "stream")]
ROADS += [("socket", "polling"), ("polling", "socket")]


@pytest.mark.parametrize(("road", "others"), ROADS)
async def test_the_device_that_asked_says_the_answer_and_the_other_never_does(
    device: Make, town: Town, person: Person, road: str, others: str
) -> None:
    asking, other = await device(), await device()
    await asking.open(road=road)
    await other.open(road=others)
    await members(town, person, (road, others).count("channel"))
    await person.script(says(ANSWER))

    await asking.ask("Where is the boat?")
    await settled(asking, other, text=ANSWER)

    assert await asking.has("said") == [ANSWER]
    assert await other.has("said") == []


async def test_an_answer_to_a_silent_device_is_not_read_out_on_another_one(
    device: Make, town: Town, person: Person
) -> None:
    asking, other = await device(), await device()
    await asking.open(voice=None)
    await other.open()
    await members(town, person, 2)
    await person.script(says(ANSWER))

    await asking.ask("Where is the boat?")
    await other.until_settled(int((await other.until_heard(ANSWER))["seq"]))

    assert await other.has("said") == []


@pytest.mark.parametrize("road", ["channel", "stream", "socket", "polling"])
async def test_a_late_answer_is_said_by_another_device_if_the_one_that_asked_has_gone(
    device: Make, town: Town, person: Person, road: str
) -> None:
    asking, other = await device(), await device()
    await asking.open(road=road)
    await other.open()
    await person.script(says(ANSWER, gates={person.word: 0}))
    await asking.ask("Where is the boat?", patience=0.1)
    await other.until_heard("Where is the boat?")

    await asking.close()
    if road == "channel":
        await members(town, person, 1)
    await person.open(person.word)

    await other.until_said(ANSWER)
    assert await other.has("said") == [ANSWER]


async def test_a_late_answer_is_said_by_the_device_that_asked_while_it_is_there(
    device: Make, town: Town, person: Person
) -> None:
    asking, other = await device(), await device()
    await asking.open()
    await other.open()
    await members(town, person, 2)
    await person.script(says(ANSWER, gates={person.word: 0}))
    await asking.ask("Where is the boat?", patience=0.1)
    await other.until_heard("Where is the boat?")
    await person.open(person.word)

    await settled(asking, other, text=ANSWER)

    assert (await asking.has("said"), await other.has("said")) == ([ANSWER], [])


async def test_of_three_devices_exactly_one_says_what_nobody_asked_for(
    device: Make, town: Town, person: Person
) -> None:
    three = [await device() for _ in range(3)]
    for one, road in zip(three, ("channel", "stream", "socket"), strict=True):
        await one.open(road=road)

    assert (await tell(town, notice(person))).status_code == 200
    await settled(*three, text=TOLD)

    assert sorted([await one.has("said") for one in three]) == [[], [], [TOLD]]


async def test_if_a_device_closes_while_it_speaks_another_one_says_it_whole(
    device: Make, town: Town, person: Person
) -> None:
    first, other = await device(), await device()
    await first.open(voice=0)
    await other.open(voice=None)
    assert (await tell(town, notice(person))).status_code == 200
    await first.until_said(TOLD)
    await other.speak()

    await first.close()

    await other.until_said(TOLD)


async def test_after_both_devices_were_away_one_of_them_says_what_came_meanwhile(
    device: Make, town: Town, person: Person
) -> None:
    both = [await device(), await device()]
    for one in both:
        await one.open()
        await one.context.set_offline(True)
        await one.until("walk.state.connection === 'offline'")
    assert (await tell(town, notice(person))).status_code == 200
    assert [await one.has("said") for one in both] == [[], []]

    for one in both:
        await one.context.set_offline(False)
    await settled(*both, text=TOLD)

    assert sorted([await one.has("said") for one in both]) == [[], [TOLD]]
