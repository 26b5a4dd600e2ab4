"""How a text is answered beside the run that goes on: once, and without its brain's knowing."""

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.run.limits import Limits
from brain.run.messages import Heard, How, Message, Utterance
from brain.run.moves import (
    Admitted,
    AnsweredAside,
    Arrival,
    CommitKind,
    Duplicate,
    RateLimited,
    Stopped,
)
from tests.contracts.store.stage import SHORT, Stage, commit, draft, texts

pytestmark = pytest.mark.asyncio(loop_scope="package")

ANSWER = draft("I am at it.")


def question(stage: Stage, *, holder: str = "h2") -> Arrival:
    return stage.arrival("How far?", holder=holder, run="r2")


async def answered(stage: Stage) -> AnsweredAside:
    """A run with its first text, and a question beside it."""
    found = await stage.store().aside(question(stage), ANSWER)
    assert isinstance(found, AnsweredAside)
    return found


async def test_question_and_answer_are_in_the_log_at_once_in_a_run_of_their_own(
    stage: Stage,
) -> None:
    await stage.begin()
    found = await answered(stage)
    assert (found.run_id, found.seq) == ("r2", 2)
    assert (found.message.seq, found.message.answers_seq) == (3, 2)
    assert (found.message.run_id, found.message.done_after_this) == ("r2", True)
    page = await stage.store().read(stage.user, since=1, limit=10)
    assert page.entries == (stage.utterance("How far?", 2, run="r2"), found.message)
    status = await stage.store().status(stage.user)
    assert (status.state, status.run_id, status.last_seq) == ("running", "r1", 3)


@pytest.mark.parametrize("move", [CommitKind.GO_ON, CommitKind.FINISH])
async def test_the_runs_own_commits_find_no_new_text_in_it(stage: Stage, move: CommitKind) -> None:
    admitted = await stage.begin()
    await answered(stage)
    committed = await stage.store().commit(admitted.token, commit(0, move, "One."))
    assert committed.taken == ()
    assert committed.finished == (move is CommitKind.FINISH)
    assert [message.seq for message in committed.messages] == [4]
    assert await texts(stage) == ["Hi", "How far?", "I am at it.", "One."]


async def test_a_text_that_comes_after_it_is_taken_up_alone(stage: Stage) -> None:
    admitted = await stage.begin()
    await answered(stage)
    await stage.store().admit(stage.arrival("More", holder="h3"))
    committed = await stage.store().commit(admitted.token, commit(0, CommitKind.FINISH, "One."))
    assert not committed.finished
    assert [utterance.text for utterance in committed.taken] == ["More"]


async def test_the_next_run_is_shown_both(stage: Stage) -> None:
    admitted = await stage.begin()
    found = await answered(stage)
    await stage.last(admitted.token)
    following = await stage.store().admit(stage.arrival("Next", run="r3"))
    assert isinstance(following, Admitted)
    assert [type(entry) for entry in following.tail] == [Utterance, Utterance, Message, Message]
    assert following.tail[2] == found.message


async def test_what_is_sent_again_gives_the_same_answer_and_stands_there_once(
    stage: Stage,
) -> None:
    await stage.begin()
    first = await answered(stage)
    for holder in ("h2", "h9"):
        again = await stage.store().aside(question(stage, holder=holder), draft("Still at it."))
        assert isinstance(again, Duplicate)
        assert (again.run_id, again.seq, again.finished) == ("r2", 2, True)
        assert again.message == first.message
    assert await texts(stage) == ["Hi", "How far?", "I am at it."]


@pytest.mark.parametrize("is_over", [False, True])
async def test_sent_again_as_any_other_text_it_is_known(stage: Stage, is_over: bool) -> None:
    admitted = await stage.begin()
    first = await answered(stage)
    if is_over:
        await stage.last(admitted.token)
    again = await stage.store().admit(question(stage))
    assert isinstance(again, Duplicate)
    assert (again.finished, again.message) == (True, first.message)


async def test_a_text_that_the_run_has_taken_in_is_not_answered_beside_it(stage: Stage) -> None:
    await stage.begin()
    known = await stage.store().aside(stage.arrival("Hi", holder="h2", run="r2"), ANSWER)
    assert isinstance(known, Duplicate)
    assert (known.run_id, known.seq, known.message) == ("r1", 1, None)
    assert await texts(stage) == ["Hi"]


async def test_it_counts_as_a_text_in_the_users_rate(stage: Stage) -> None:
    store = stage.store(Limits(texts_per_minute=2))
    await stage.begin()
    assert isinstance(await store.aside(question(stage), ANSWER), AnsweredAside)
    other = replace(question(stage), message_id="another-id")
    refused = await store.aside(other, ANSWER)
    assert isinstance(refused, RateLimited)
    assert 0 < refused.retry_after_s <= 60
    assert await texts(stage) == ["Hi", "How far?", "I am at it."]
    assert isinstance(await store.admit(stage.arrival("More", holder="h3")), RateLimited)


async def test_while_no_brain_is_at_work_nothing_is_answered_or_recorded(stage: Stage) -> None:
    store = stage.store(SHORT)
    assert await store.aside(question(stage), ANSWER) is None
    admitted = await stage.begin(SHORT)
    await stage.run_out()
    assert await store.aside(question(stage), ANSWER) is None  # its brain is dead
    await store.commit(admitted.token, commit(0, CommitKind.END, "Bye."))
    assert await store.aside(question(stage), ANSWER) is None
    assert await texts(stage) == ["Hi", "Bye."]


async def test_between_two_invocations_the_run_goes_on_and_it_is_answered(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    await answered(stage)
    found = await stage.store().resume(stage.wake_call("handoff", fence=2), holder="h2")
    assert isinstance(found, Admitted)
    assert len(found.run.journal) == 1


async def test_a_stop_answers_what_was_said_to_the_run_and_not_what_was_said_beside_it(
    stage: Stage,
) -> None:
    await stage.begin()
    await answered(stage)
    stopped = await stage.store().stop(stage.stop())
    assert isinstance(stopped, Stopped)
    assert (stopped.message.seq, stopped.message.answers_seq) == (4, 1)


async def test_its_answer_can_be_heard_and_its_question_cannot(stage: Stage) -> None:
    await stage.begin()
    await answered(stage)
    heard = Heard(seq=3, how=How.CUT_OFF, chars=4)
    assert await stage.store().heard(stage.user, heard) == heard
    assert await stage.store().heard(stage.user, Heard(seq=2, how=How.PLAYED)) is None


async def test_what_it_leaves_in_the_store_has_a_time_to_live(stage: Stage) -> None:
    await stage.begin()
    await answered(stage)
    keys = Keys.of(stage.user)
    for name in ("run", "log", "id:message-How far?"):
        left = await stage.redis.execute(["PTTL", keys.key(name)], limit_s=4)
        assert int(left) > 0
