"""A notice is said: once, and beside a brain at work. On both Redis."""

from typing import Any

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import KEEP_MS
from brain.notices.model import Unheard
from brain.notices.redis import RedisNoticeBoard
from brain.run.messages import Kind
from brain.run.moves import CommitKind
from tests.contracts.store.board.stage import DAY_MS, N1, N2, board, ids, keep, say
from tests.contracts.store.stage import SHORT, Stage, Twice, commit, texts

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_what_is_said_leaves_the_board_and_gets_its_place_in_the_log(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.last(admitted.token)
    await board(stage).keep(stage.user, N1)
    held = await board(stage).keep(stage.user, N2)
    message = await say(stage, held, N1)
    assert message is not None
    assert (message.seq, message.kind, message.done_after_this) == (3, Kind.NOTIFICATION, False)
    page = await stage.store().read(stage.user, since=2, limit=10)
    assert page.entries == (message,)
    after = await board(stage).pending(stage.user)
    assert ids(after) == ["n2"]
    assert after.unheard == Unheard(message_id=message.id, notices=(N1,))
    assert (await stage.store().status(stage.user)).held == 1


async def test_it_is_said_to_somebody_who_has_never_said_anything(stage: Stage) -> None:
    held = await board(stage).keep(stage.user, N1)
    message = await say(stage, held, N1)
    assert message is not None
    assert message.seq == 1
    assert await texts(stage) == ["News."]
    assert await keep(stage, "log") > KEEP_MS - DAY_MS


async def test_of_two_concurrent_announcers_only_one_speaks(stage: Stage) -> None:
    held = await board(stage).keep(stage.user, N1)
    assert await say(stage, held, N1, text="First.")
    assert await say(stage, held, N1, text="Second.") is None
    assert await texts(stage) == ["First."]


async def test_an_announcement_that_was_just_made_is_not_repeated(stage: Stage) -> None:
    early = await board(stage).keep(stage.user, N1)
    late = await board(stage).keep(stage.user, N2)
    assert await say(stage, early, N1, text="One.")
    assert await say(stage, late, N1, N2, text="One and two.") is None
    assert await texts(stage) == ["One."]
    assert ids(await board(stage).pending(stage.user)) == ["n2"]  # for the next reader


async def test_what_is_too_late_only_leaves(stage: Stage) -> None:
    await board(stage).keep(stage.user, N1)
    held = await board(stage).keep(stage.user, N2)
    forms = [held.forms["n1"], "a form that is gone"]
    assert await board(stage).announce(stage.user, None, forms=forms) is None
    assert await texts(stage) == []
    assert ids(await board(stage).pending(stage.user)) == ["n2"]
    assert (await stage.store().status(stage.user)).held == 1


# ---- beside a brain


async def test_nothing_is_said_while_a_brain_is_at_work_nor_taken_off(stage: Stage) -> None:
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    assert held.running
    assert await say(stage, held, N1) is None
    assert await board(stage).announce(stage.user, None, forms=[held.forms["n1"]]) is None
    await stage.store().commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    held = await board(stage).pending(stage.user)
    assert (held.running, ids(held)) == (True, ["n1"])
    assert await say(stage, held, N1) is None
    assert await texts(stage) == ["Hi"]


async def test_the_brain_itself_says_it_between_two_of_its_sentences(stage: Stage) -> None:
    store = stage.store()
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    committed = await store.commit(admitted.token, commit(0, CommitKind.GO_ON, "I look."))
    assert committed.held == 1
    message = await say(stage, held, N1, token=admitted.token)
    assert message is not None
    assert message.seq == 3
    committed = await store.commit(admitted.token, commit(1, CommitKind.FINISH, "Here."))
    assert (committed.held, [one.seq for one in committed.messages]) == (0, [4])
    assert await texts(stage) == ["Hi", "I look.", "News.", "Here."]
    assert not (await board(stage).pending(stage.user)).running


@pytest.mark.parametrize("change", [{"run_id": "r0"}, {"fence": 7}])
async def test_a_brain_that_lost_its_lease_announces_nothing(
    stage: Stage, change: dict[str, Any]
) -> None:
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    assert await say(stage, held, N1, token=replace(admitted.token, **change)) is None
    assert await texts(stage) == ["Hi"]


async def test_a_brain_that_has_handed_over_says_nothing(stage: Stage) -> None:
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    handed = await stage.store().commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    for fence in (admitted.token.fence, handed.fence):
        assert await say(stage, held, N1, token=replace(admitted.token, fence=fence)) is None


async def test_a_brain_whose_run_has_ended_says_nothing_more_as_one(stage: Stage) -> None:
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    await stage.last(admitted.token)
    assert await say(stage, held, N1, token=admitted.token) is None
    assert await say(stage, held, N1) is not None


async def test_an_expired_lease_does_not_block_announcements(stage: Stage) -> None:
    await stage.begin(SHORT)
    assert (await board(stage).keep(stage.user, N1)).running
    await stage.run_out()
    held = await board(stage).pending(stage.user)
    assert not held.running
    assert await say(stage, held, N1) is not None
    assert await texts(stage) == ["Hi", "News."]


async def test_a_message_in_between_does_not_disturb_a_commit_that_is_sent_again(
    stage: Stage,
) -> None:
    store = stage.store()
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    first = await store.commit(admitted.token, commit(0, CommitKind.GO_ON, "I look."))
    await say(stage, held, N1, token=admitted.token)
    again = await store.commit(admitted.token, commit(0, CommitKind.GO_ON, "I look."))
    assert again.messages == first.messages
    assert await texts(stage) == ["Hi", "I look.", "News."]


# ---- sent twice


async def test_every_script_that_is_sent_again_gives_the_first_ones_answer(stage: Stage) -> None:
    twice = RedisNoticeBoard(Twice(stage.redis))
    held = await twice.keep(stage.user, N1)
    assert ids(held) == ["n1"]
    assert ids(await twice.pending(stage.user)) == ["n1"]
    message = await say(stage, held, N1, redis=Twice(stage.redis))
    assert message is not None
    assert message.seq == 1
    assert await texts(stage) == ["News."]
    held = await twice.keep(stage.user, N2)
    assert await twice.announce(stage.user, None, forms=[held.forms["n2"]]) is None
    assert ids(await twice.pending(stage.user)) == []


async def test_a_say_of_a_brain_that_is_sent_again_is_said_once(stage: Stage) -> None:
    admitted = await stage.begin()
    held = await board(stage).keep(stage.user, N1)
    message = await say(stage, held, N1, token=admitted.token, redis=Twice(stage.redis))
    assert message is not None
    assert await texts(stage) == ["Hi", "News."]
