"""Recording a step. Every branch of the script, on both Redis."""

import pytest
from msgspec.structs import replace

from brain.errors import LeaseLost
from brain.run.journal import Joined, Overheard, Spent
from brain.run.moves import Admitted, CommitKind, Committed, Duplicate
from tests.contracts.store.stage import CONTEXT, RECORDED, Stage, commit, texts

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_recording_leaves_new_texts_where_they_are(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().admit(stage.arrival("More", holder="h2"))
    done = await stage.store().commit(
        admitted.token, commit(0, CommitKind.RECORD, entries=RECORDED)
    )
    assert done == Committed(messages=(), taken=(), finished=False, fence=1)
    after = await stage.store().commit(admitted.token, commit(1, CommitKind.GO_ON))
    assert after.taken == (stage.utterance("More", 2),)


async def test_going_on_takes_up_new_texts_once_and_before_the_new_messages(
    stage: Stage,
) -> None:
    admitted = await stage.begin()
    for text in ("More", "And more"):
        await stage.store().admit(stage.arrival(text, holder="h2"))
    done = await stage.store().commit(admitted.token, commit(0, CommitKind.GO_ON, "One.", "Two."))
    assert done.taken == (stage.utterance("More", 2), stage.utterance("And more", 3))
    assert [(m.seq, m.text, m.done_after_this) for m in done.messages] == [
        (4, "One.", False),
        (5, "Two.", False),
    ]
    after = await stage.store().commit(admitted.token, commit(1, CommitKind.GO_ON))
    assert after.taken == ()
    assert await texts(stage) == ["Hi", "More", "And more", "One.", "Two."]


async def test_texts_that_were_taken_up_are_in_the_journal(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().admit(stage.arrival("More", holder="h2", context=CONTEXT))
    await stage.store().commit(admitted.token, commit(0, CommitKind.GO_ON, entries=RECORDED[:1]))
    await stage.store().release(admitted.token)
    found = await stage.store().resume(stage.wake_call("wakeup", wake=1), holder="h3")
    assert isinstance(found, Admitted)
    assert found.run.journal[1:] == (
        Overheard(seq=2, remarks=CONTEXT),
        RECORDED[0],
        Joined(utterance=stage.utterance("More", 2)),
    )


async def test_finishing_with_nothing_new_ends_the_run(stage: Stage) -> None:
    admitted = await stage.begin()
    done = await stage.store().commit(admitted.token, commit(0, CommitKind.FINISH, "Wait.", "Bye."))
    assert done.finished
    assert [(m.text, m.done_after_this) for m in done.messages] == [
        ("Wait.", False),
        ("Bye.", True),
    ]
    page = await stage.store().read(stage.user, since=1, limit=10)
    assert page.entries == done.messages
    with pytest.raises(LeaseLost):
        await stage.store().commit(admitted.token, commit(1, CommitKind.RECORD))


async def test_finishing_with_something_new_takes_it_up_and_goes_on(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().admit(stage.arrival("More", holder="h2"))
    done = await stage.store().commit(admitted.token, commit(0, CommitKind.FINISH, "Bye."))
    assert not done.finished
    assert done.taken == (stage.utterance("More", 2),)
    assert [(m.seq, m.done_after_this) for m in done.messages] == [(3, False)]
    after = await stage.store().commit(admitted.token, commit(1, CommitKind.FINISH, "Both."))
    assert after.finished


async def test_the_end_comes_whatever_is_new_and_answers_it(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().admit(stage.arrival("More", holder="h2"))
    done = await stage.last(admitted.token, "Enough.")
    assert (done.finished, done.taken) == (True, ())
    found = await stage.store().admit(stage.arrival("More", holder="h3"))
    assert isinstance(found, Duplicate)
    assert found.message == done.messages[0]
    following = await stage.store().admit(stage.arrival("Next", run="r2"))
    assert isinstance(following, Admitted)
    assert following.run.journal == (Joined(utterance=stage.utterance("Next", 4, run="r2")),)


@pytest.mark.parametrize("move", list(CommitKind))
@pytest.mark.parametrize("is_new", [False, True])
async def test_a_step_that_is_sent_again_changes_nothing_and_gives_the_same_answer(
    stage: Stage, move: CommitKind, is_new: bool
) -> None:
    admitted = await stage.begin()
    if is_new:
        await stage.store().admit(stage.arrival("More", holder="h2"))
    step = commit(0, move, "Bye.", entries=RECORDED)
    first = await stage.store().commit(admitted.token, step)
    said = await texts(stage)
    # Where the step has ended the run, this begins another.
    await stage.store().admit(stage.arrival("Between", holder="h3", run="r2"))

    assert await stage.store().commit(admitted.token, step) == first
    assert await texts(stage) == [*said, "Between"]


async def test_a_step_that_is_sent_again_after_the_next_is_lost(stage: Stage) -> None:
    admitted = await stage.begin()
    for step in (0, 1):
        await stage.store().commit(admitted.token, commit(step, CommitKind.RECORD))
    with pytest.raises(LeaseLost):
        await stage.store().commit(admitted.token, commit(0, CommitKind.RECORD))


async def test_a_step_out_of_turn_is_refused(stage: Stage) -> None:
    admitted = await stage.begin()
    for token, step in (
        (admitted.token, 1),
        (replace(admitted.token, fence=2), 0),
        (replace(admitted.token, run_id="r0"), 0),
    ):
        with pytest.raises(LeaseLost):
            await stage.store().commit(token, commit(step, CommitKind.RECORD, "Never."))
    assert await texts(stage) == ["Hi"]


async def test_what_a_run_has_spent_is_kept(stage: Stage) -> None:
    admitted = await stage.begin()
    spent = Spent(started_ms=1, loops=2, tokens=300, handoffs=4, attempts=5, pace_ms=600)
    await stage.store().commit(
        admitted.token, replace(commit(0, CommitKind.HAND_OVER), spent=spent)
    )
    found = await stage.store().resume(stage.wake_call("handoff", fence=2), holder="h2")
    assert isinstance(found, Admitted)
    assert found.run.spent == replace(spent, started_ms=admitted.run.spent.started_ms)


async def test_the_pace_outlives_the_run_and_nothing_else_does(stage: Stage) -> None:
    admitted = await stage.begin()
    spent = Spent(started_ms=1, loops=2, tokens=300, handoffs=4, attempts=5, pace_ms=600)
    await stage.store().commit(
        admitted.token, replace(commit(0, CommitKind.END, "Bye."), spent=spent)
    )
    following = await stage.store().admit(stage.arrival("Next", run="r2"))
    assert isinstance(following, Admitted)
    assert following.run.spent == Spent(started_ms=following.now_ms, pace_ms=600)
