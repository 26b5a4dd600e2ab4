"""The language that a user's device says: what keeps it, and who is given it. On both Redis."""

import pytest

from brain.cloud.redis.scripts import KEEP_MS, Keys
from brain.notices.redis import RedisNoticeBoard
from brain.run.limits import Limits
from brain.run.moves import Admitted, AnsweredAside, CommitKind, Duplicate, RateLimited, Recorded
from tests.contracts.store.stage import SHORT, Stage, commit, draft

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def kept(stage: Stage) -> str | None:
    """What everybody who asks without a request of their own is given."""
    by_status = (await stage.store().status(stage.user)).language
    assert (await RedisNoticeBoard(stage.redis).pending(stage.user)).language == by_status
    return by_status


async def life_ms(stage: Stage) -> int:
    left = await stage.redis.execute(["PTTL", Keys.of(stage.user).key("run")], limit_s=4)
    return int(left)


async def test_nobody_has_said_one_and_a_look_leaves_nothing_behind(stage: Stage) -> None:
    assert (await stage.store().status(stage.user)).language is None
    run = Keys.of(stage.user).key("run")
    assert await stage.redis.execute(["EXISTS", run], limit_s=4) == 0


async def test_a_session_before_the_first_text_keeps_it_for_as_long_as_a_text(
    stage: Stage,
) -> None:
    assert (await stage.store().status(stage.user, language="de")).language == "de"
    assert KEEP_MS - 60_000 < await life_ms(stage) <= KEEP_MS
    assert (await stage.store().status(stage.user)).language == "de"
    assert await kept(stage) == "de"
    assert (await stage.begin()).language == "de"


async def test_the_newest_session_or_text_counts(stage: Stage) -> None:
    store = stage.store()
    assert isinstance(await store.admit(stage.arrival("One", language="de")), Admitted)
    assert await kept(stage) == "de"
    await store.status(stage.user, language="en-GB")
    assert await kept(stage) == "en-GB"
    beside = await store.admit(stage.arrival("Two", holder="h2", language="fr"))
    assert isinstance(beside, Recorded)
    assert await kept(stage) == "fr"
    aside = stage.arrival("How far?", holder="h3", run="r2", language="de-AT")
    assert isinstance(await store.aside(aside, draft("I am at it.")), AnsweredAside)
    assert await kept(stage) == "de-AT"


async def test_what_says_none_leaves_what_is_there(stage: Stage) -> None:
    store = stage.store()
    await store.admit(stage.arrival("One", language="de"))
    await store.status(stage.user, is_here=True)
    await store.admit(stage.arrival("Two", holder="h2"))
    await store.aside(stage.arrival("How far?", holder="h3", run="r2"), draft("I am at it."))
    assert await kept(stage) == "de"


async def test_a_text_that_is_refused_or_known_changes_nothing(stage: Stage) -> None:
    store = stage.store(Limits(texts_per_minute=1))
    await store.admit(stage.arrival("One", language="de"))
    refused = await store.admit(stage.arrival("Two", holder="h2", language="fr"))
    assert isinstance(refused, RateLimited)
    known = await store.admit(stage.arrival("One", holder="h2", language="fr"))
    assert isinstance(known, Duplicate)
    assert await kept(stage) == "de"


async def test_the_text_that_takes_a_run_over_brings_its_own(stage: Stage) -> None:
    await stage.store(SHORT).admit(stage.arrival("One", language="de"))
    await stage.run_out()
    found = await stage.store(SHORT).admit(stage.arrival("Two", holder="h2", language="fr"))
    assert isinstance(found, Admitted)
    assert found.language == "fr"


async def test_a_wake_up_is_given_it(stage: Stage) -> None:
    await stage.store(SHORT).admit(stage.arrival("One", language="de"))
    await stage.run_out()
    found = await stage.store(SHORT).resume(stage.wake_call("wakeup", wake=1), holder="h2")
    assert isinstance(found, Admitted)
    assert found.language == "de"


async def test_a_hand_over_is_given_it(stage: Stage) -> None:
    admitted = await stage.store().admit(stage.arrival("One", language="de"))
    assert isinstance(admitted, Admitted)
    await stage.store().commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    found = await stage.store().resume(stage.wake_call("handoff", fence=2), holder="h2")
    assert isinstance(found, Admitted)
    assert found.language == "de"


async def test_a_question_is_read_with_it(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.ask(admitted.token)
    asked = await stage.store().question(stage.user, "q1")
    assert asked is not None
    assert asked.language is None
    await stage.store().status(stage.user, language="de")
    asked = await stage.store().question(stage.user, None)
    assert asked is not None
    assert asked.language == "de"


async def test_it_outlives_the_run(stage: Stage) -> None:
    admitted = await stage.store().admit(stage.arrival("One", language="de"))
    assert isinstance(admitted, Admitted)
    await stage.last(admitted.token)
    found = await stage.store().admit(stage.arrival("Two", run="r2"))
    assert isinstance(found, Admitted)
    assert found.language == "de"


async def test_it_is_one_users_own(stage: Stage) -> None:
    await stage.store().status(stage.user, language="de")
    assert (await stage.store().status(f"{stage.user}-other")).language is None
