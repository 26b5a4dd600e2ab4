"""A user who is erased while they talk: the session ends at its vendor, now or by the queue."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from brain.cloud.redis.scripts import Keys
from brain.cloud.redis.upstash import Upstash
from brain.errors import VendorUnreachable
from brain.voice.sessions.flow import VENDORS_LIMIT_S
from brain.voice.sessions.model import VendorCall
from tests.routes.stage import Deployment, deployed
from tests.voice.session_stage import USER, VENDOR, Town
from tests.voice.test_session_routes import Stage, staged
from tests.voice.vendor_stage import failing, vendors

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def erase(stage: Stage) -> int:
    """Erase the user. Return how many messages of the queue were cancelled."""
    body = {"scope": "all", "confirm": stage.user.id}
    answer = await stage.http.post("/api/erase", json=body, headers=stage.user.headers)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["counts"]["queued"])


def queued(deployment: Deployment, stage: Stage) -> list[str]:
    waiting = deployment.queue.store.pending()
    return [message.id for message in waiting if stage.user.id.encode() in message.body]


async def keys(deployment: Deployment, stage: Stage) -> list[str]:
    """The keys that the store has of the user."""
    async with aclosing(Upstash(deployment.env["UPSTASH_REDIS_REST_URL"], "redis-token")) as store:
        every = await store.execute(["KEYS", "*"], limit_s=5)
    return [key for key in every if Keys.of(stage.user.id).user in key]


def now_s(town: Town) -> int:
    return int(town.time.utc().timestamp())


async def test_an_open_session_is_ended_at_the_vendor_first(deployment: Deployment) -> None:
    async with staged(deployment) as stage:
        assert (await stage.begin()).status_code == 201
        assert queued(deployment, stage)
        assert await erase(stage) == 1
        assert stage.vendors.hung_up == ["live_1"]
        assert queued(deployment, stage) == await keys(deployment, stage) == []
        assert (await stage.begin()).status_code == 201


async def test_a_session_that_its_vendor_ends_is_only_forgotten(deployment: Deployment) -> None:
    async with staged(deployment) as stage:
        assert (await stage.begin("gemini-live")).status_code == 201
        assert await erase(stage) == 1
        assert queued(deployment, stage) == await keys(deployment, stage) == []


async def test_while_the_vendor_is_away_the_queue_hangs_up_later(tmp_path: Path) -> None:
    async with vendors() as (made, env), deployed(tmp_path, **env) as deployment:
        stage = Stage(deployment.http, made, deployment.user())
        assert (await stage.begin()).status_code == 201
        made.fails = failing(500)
        assert await erase(stage) == 0
        assert len(queued(deployment, stage)) == 1
        assert await keys(deployment, stage) == made.hung_up == []

        made.fails = None
        deployment.queue.deliver_now()
        async with asyncio.timeout(20):
            await made.has_hung_up.wait()
        assert made.hung_up == ["live_1"]
        assert await keys(deployment, stage) == []


async def test_a_hang_up_of_an_erased_user_is_tried_until_the_vendor_has_ended_it() -> None:
    town = Town()
    await town.begin()
    [call] = town.vendor.calls.values()
    known = VendorCall(vendor=VENDOR, id=call.id, begun_s=now_s(town))
    await town.redis.execute(["DEL", *Keys.of(USER).keys("voice")], limit_s=1)
    town.vendor.is_away = True
    with pytest.raises(VendorUnreachable):
        await town.process().end(USER, "vs_SESSION0001", known)
    town.vendor.is_away = False
    assert await town.process().end(USER, "vs_SESSION0001", known) == "unknown"
    assert call.ended is not None

    town.vendor.is_away = True
    long_ago_s = now_s(town) - int(VENDORS_LIMIT_S)
    gone = VendorCall(vendor=VENDOR, id=call.id, begun_s=long_ago_s)
    assert await town.process().end(USER, "vs_SESSION0001", gone) == "unknown"


async def test_a_session_that_the_book_knows_as_ended_is_left_alone() -> None:
    town = Town()
    begun = await town.begin()
    await town.process().end(USER, begun.id)
    [call] = town.vendor.calls.values()
    known = VendorCall(vendor=VENDOR, id=call.id, begun_s=now_s(town))
    assert await town.process().end(USER, begun.id, known) == "ended"
    assert await town.process().end_current(USER)
    assert town.vendor.asked == 1
