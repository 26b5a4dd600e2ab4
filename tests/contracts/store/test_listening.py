"""What the user hears: whether somebody listens, and how much of a message was heard."""

import pytest

from brain.cloud.redis.moves.here import HERE_KEEP_MS
from brain.cloud.redis.scripts import Keys
from brain.run.messages import Heard, How
from brain.run.moves import Admitted, CommitKind
from brain.run.store import Here
from tests.contracts.store.stage import Stage, commit

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def said(stage: Stage) -> None:
    """An utterance at 1, a message at 2."""
    admitted = await stage.begin()
    await stage.last(admitted.token)


async def test_nobody_listens_at_first_and_a_page_that_asks_does_from_then_on(
    stage: Stage,
) -> None:
    store = stage.store()
    assert not (await store.status(stage.user)).is_listening
    assert not (await store.status(stage.user, is_here=True)).is_listening
    assert (await store.status(stage.user)).is_listening


async def test_a_stream_listens_and_learns_how_far_the_log_reaches(stage: Stage) -> None:
    assert await stage.store().here(stage.user) == Here(last_seq=0, held=0)
    await said(stage)
    assert await stage.store().here(stage.user) == Here(last_seq=2, held=0)
    assert (await stage.store().status(stage.user)).is_listening
    left = await stage.redis.execute(["PTTL", Keys.of(stage.user).key("here")], limit_s=4)
    assert 0 < int(left) <= HERE_KEEP_MS


async def test_the_newest_word_of_the_channel_counts(stage: Stage) -> None:
    store, digest = stage.store(), Keys.of(stage.user).user
    assert (await store.note_presence(digest, is_occupied=True, at_ms=2_000)).is_new
    assert (await store.status(stage.user)).is_listening
    assert not (await store.note_presence(digest, is_occupied=False, at_ms=1_000)).is_new
    assert (await store.status(stage.user)).is_listening
    assert (await store.note_presence(digest, is_occupied=False, at_ms=3_000)).is_new
    assert not (await store.status(stage.user)).is_listening


async def test_of_two_words_of_one_instant_the_later_one_counts(stage: Stage) -> None:
    store, digest = stage.store(), Keys.of(stage.user).user
    for is_occupied in (True, False, True):
        assert await store.note_presence(digest, is_occupied=is_occupied, at_ms=2_000)
        assert (await store.status(stage.user)).is_subscribed == is_occupied


async def test_a_word_of_the_channel_is_of_one_user_and_is_kept_for_a_time(stage: Stage) -> None:
    store, keys = stage.store(), Keys.of(stage.user)
    await store.note_presence(keys.user, is_occupied=True, at_ms=2_000)
    assert not (await store.status(f"{stage.user}-other")).is_subscribed
    assert int(await stage.redis.execute(["PTTL", keys.key("run")], limit_s=4)) > 0
    status = await store.status(stage.user)
    assert (status.state, status.run_id, status.last_seq) == ("idle", None, 0)


async def test_listeners_do_not_affect_a_new_run(stage: Stage) -> None:
    store, keys = stage.store(), Keys.of(stage.user)
    await store.note_presence(keys.user, is_occupied=True, at_ms=2_000)
    admitted = await stage.begin()
    assert (admitted.seq, admitted.token.fence) == (1, 1)
    await stage.last(admitted.token)
    assert (await store.status(stage.user)).is_subscribed


@pytest.mark.parametrize(
    "heard",
    [
        Heard(seq=2, how=How.PLAYED),
        Heard(seq=2, how=How.CUT_OFF, chars=7),
        Heard(seq=2, how=How.UNSPOKEN),
    ],
)
async def test_what_was_heard_of_a_message_is_known_to_the_next_run(
    stage: Stage, heard: Heard
) -> None:
    await said(stage)
    for _ in range(2):
        assert await stage.store().heard(stage.user, heard) == heard
    following = await stage.store().admit(stage.arrival("Next", run="r2"))
    assert isinstance(following, Admitted)
    assert following.heard == (heard,)


async def test_the_largest_heard_mark_counts(stage: Stage) -> None:
    store = stage.store()
    await said(stage)
    more, most = Heard(seq=2, how=How.CUT_OFF, chars=9), Heard(seq=2, how=How.PLAYED)
    await store.heard(stage.user, more)
    for less in (Heard(seq=2, how=How.UNSPOKEN), Heard(seq=2, how=How.CUT_OFF, chars=8)):
        assert await store.heard(stage.user, less) == more
    assert await store.heard(stage.user, most) == most
    assert await store.heard(stage.user, more) == most


async def test_a_text_of_the_users_and_a_message_that_is_not_there_cannot_be_heard(
    stage: Stage,
) -> None:
    await said(stage)
    for seq in (1, 3):
        assert await stage.store().heard(stage.user, Heard(seq=seq, how=How.PLAYED)) is None


async def test_nobody_marks_what_another_has_heard(stage: Stage) -> None:
    await said(stage)
    heard = Heard(seq=2, how=How.PLAYED)
    assert await stage.store().heard(f"{stage.user}-other", heard) is None


async def test_only_the_newest_marks_are_kept(stage: Stage) -> None:
    store = stage.store()
    admitted = await stage.begin()
    for step in range(45):
        await store.commit(admitted.token, commit(step, CommitKind.RECORD, f"Step {step}"))
        await store.heard(stage.user, Heard(seq=step + 2, how=How.PLAYED))
    await store.commit(admitted.token, commit(45, CommitKind.END, "Done."))
    following = await store.admit(stage.arrival("Next", run="r2"))
    assert isinstance(following, Admitted)
    assert [mark.seq for mark in following.heard] == list(range(7, 47))
