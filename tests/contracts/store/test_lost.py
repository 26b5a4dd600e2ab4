"""Keys that are lost while others remain: the next text is answered, and the sequence goes on."""

import logging

import pytest
from msgspec.structs import replace

from brain.cloud.redis.numbering import Outlasting
from brain.cloud.redis.scripts import KEEP_MS, Keys
from brain.cloud.redis.store import RedisStore
from brain.errors import DatabaseUnreachable, LeaseLost
from brain.memory.redis import RedisShownBlock, stored
from brain.preferences.model import Preferences
from brain.run.journal import Answered, Joined
from brain.run.limits import Limits
from brain.run.moves import Admitted, Closed, CommitKind, Duplicate, Recorded
from tests.contracts.store.stage import RECORDED, SHORT, Stage, commit

pytestmark = pytest.mark.asyncio(loop_scope="package")

KINDS = ("run", "log", "journal", "id:message-Hi", "id:message-Next", "memory", "questions", "here")


async def lose(stage: Stage, *names: str) -> None:
    for name in names:
        await stage.redis.execute(["DEL", Keys.of(stage.user).key(name)], limit_s=1)


async def two_turns(stage: Stage) -> None:
    await stage.last((await stage.begin()).token)
    second = await stage.store().admit(stage.arrival("Next", run="r2"))
    assert isinstance(second, Admitted)
    await stage.last(second.token, "Bye again.")
    await stage.store().here(stage.user)


async def say(stage: Stage, text: str = "Lost?", run: str = "r3") -> Admitted:
    admitted = await stage.store().admit(stage.arrival(text, holder="h3", run=run))
    assert isinstance(admitted, Admitted)
    return admitted


async def seqs(stage: Stage) -> list[int]:
    return [e.seq for e in (await stage.store().read(stage.user, since=0, limit=99)).entries]


@pytest.mark.parametrize("name", KINDS)
async def test_any_one_key_may_be_lost_between_two_texts(stage: Stage, name: str) -> None:
    await two_turns(stage)
    await lose(stage, name)
    admitted = await say(stage)
    assert admitted.seq == 5
    assert admitted.run.journal == (Joined(utterance=stage.utterance("Lost?", 5, run="r3")),)
    ended = await stage.last(admitted.token, "Here.")
    assert [message.seq for message in ended.messages] == [6]
    assert await seqs(stage) == ([5, 6] if name == "log" else [1, 2, 3, 4, 5, 6])
    assert (await stage.store().read(stage.user, since=0, limit=1)).last_seq == 6


async def test_a_run_that_is_lost_at_rest_is_rebuilt_with_a_fence_above_all_others(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await two_turns(stage)
    await lose(stage, "run")
    assert (await stage.store().read(stage.user, since=0, limit=1)).last_seq == 4
    admitted = await say(stage)
    assert admitted.token.fence > admitted.now_ms - 60_000
    assert [entry.seq for entry in admitted.tail] == [1, 2, 3, 4]
    assert "store: repaired, keys=run script=admit" in caplog.text
    assert "Lost?" not in caplog.text


async def test_a_run_that_is_lost_under_way_continues_from_log_and_journal(stage: Stage) -> None:
    first = await stage.begin()
    step = commit(0, CommitKind.GO_ON, "Wait.", entries=RECORDED)
    await stage.store().commit(first.token, step)
    await lose(stage, "run")
    with pytest.raises(LeaseLost):
        await stage.store().commit(first.token, commit(1, CommitKind.FINISH, "Too late."))
    found = await stage.store().resume(stage.wake_call("wakeup", wake=1), holder="h2")
    assert isinstance(found, Admitted)
    assert (found.token.run_id, found.run.first_seq, found.run.poisoned) == ("r1", 1, False)
    assert found.run.journal == (Joined(utterance=stage.utterance("Hi", 1)), *RECORDED)
    assert found.run.spent.loops == 1
    ended = await stage.last(found.token, step=found.run.step)
    assert [message.seq for message in ended.messages] == [3]


async def test_a_text_of_a_lost_run_that_is_sent_again_continues_it(stage: Stage) -> None:
    await stage.begin()
    await lose(stage, "run")
    found = await stage.store().admit(stage.arrival(holder="h2", run="r2"))
    assert isinstance(found, Admitted)
    assert (found.token.run_id, found.seq, found.run.poisoned) == ("r1", 1, False)
    assert await seqs(stage) == [1]


async def test_a_text_that_waited_in_a_lost_run_joins_it_with_the_next_step(stage: Stage) -> None:
    await stage.begin()
    recorded = await stage.store().admit(stage.arrival("More", holder="h2", run="r2"))
    assert isinstance(recorded, Recorded)
    await lose(stage, "run")
    found = await say(stage, "And more")
    assert found.token.run_id == "r1"
    made = await stage.store().commit(found.token, commit(found.run.step, CommitKind.GO_ON))
    assert [entry.text for entry in made.taken] == ["More", "And more"]


async def test_a_run_whose_journal_is_lost_too_cannot_go_on_and_says_so(stage: Stage) -> None:
    await stage.begin()
    await lose(stage, "run", "journal")
    found = await say(stage)
    assert (found.token.run_id, found.run.poisoned, found.run.journal) == ("r1", True, ())


async def test_a_journal_that_is_lost_before_the_first_step_is_written_again(stage: Stage) -> None:
    await stage.begin(SHORT)
    await lose(stage, "journal")
    await stage.run_out()
    found = await stage.store().resume(stage.wake_call("wakeup", wake=1), holder="h2")
    assert isinstance(found, Admitted)
    assert (found.run.journal, found.run.poisoned) == (
        (Joined(utterance=stage.utterance("Hi", 1)),),
        False,
    )
    ended = await stage.last(found.token)
    assert ended.finished


@pytest.mark.parametrize("more", [(), (commit(1, CommitKind.RECORD, entries=RECORDED[:1]),)])
async def test_a_journal_that_is_lost_later_ends_the_run_at_its_next_invocation(
    stage: Stage, more: tuple[object, ...]
) -> None:
    first = await stage.begin(SHORT)
    store = stage.store(SHORT)
    await store.commit(first.token, commit(0, CommitKind.GO_ON, entries=RECORDED[:1]))
    await lose(stage, "journal")
    for step in more:
        await store.commit(first.token, step)  # type: ignore[arg-type]
    await stage.run_out()
    found = await stage.store().resume(stage.wake_call("wakeup", wake=1), holder="h2")
    assert isinstance(found, Admitted)
    assert (found.run.journal, found.run.poisoned) == ((), True)


async def test_a_brain_whose_journal_is_lost_goes_on(stage: Stage) -> None:
    first = await stage.begin()
    await lose(stage, "journal")
    answered = Answered(text="So", calls=(), tokens=1)
    step = replace(commit(0, CommitKind.FINISH, "Bye."), entries=(answered,))
    assert (await stage.store().commit(first.token, step)).finished
    left = await stage.redis.execute(["PTTL", Keys.of(stage.user).key("journal")], limit_s=1)
    assert left > 0


async def test_a_log_that_is_lost_during_a_run_goes_on_from_the_counter(stage: Stage) -> None:
    first = await stage.begin()
    await lose(stage, "log")
    ended = await stage.last(first.token)
    assert [message.seq for message in ended.messages] == [2]
    assert await seqs(stage) == [2]
    left = await stage.redis.execute(["PTTL", Keys.of(stage.user).key("log")], limit_s=1)
    assert left > 0


@pytest.mark.parametrize("counter", ["1", "0", ""])
async def test_a_counter_behind_the_log_gives_way_to_it(stage: Stage, counter: str) -> None:
    await two_turns(stage)
    key = Keys.of(stage.user).key("run")
    await stage.redis.execute(["HSET", key, "seq", counter], limit_s=1)
    admitted = await say(stage)
    assert admitted.seq == 5
    ended = await stage.last(admitted.token, "Here.")
    assert [message.seq for message in ended.messages] == [6]
    assert (await stage.store().read(stage.user, since=0, limit=1)).last_seq == 6


async def test_a_commit_counts_on_from_the_log_if_the_counter_is_behind(stage: Stage) -> None:
    await two_turns(stage)
    admitted = await say(stage)
    await stage.redis.execute(["HSET", Keys.of(stage.user).key("run"), "seq", "2"], limit_s=1)
    step = commit(0, CommitKind.END, "One.", "Two.")
    made = await stage.store().commit(admitted.token, step)
    again = await stage.store().commit(admitted.token, step)
    assert [message.seq for message in made.messages] == [6, 7]
    assert again == made
    assert await seqs(stage) == [1, 2, 3, 4, 5, 6, 7]


class Archived:
    """An archive that knows the last seq, or cannot be reached."""

    def __init__(self, last: int | None) -> None:
        self.last = last
        self.asked = 0

    async def __call__(self, user_id: str) -> Outlasting:
        self.asked += 1
        if self.last is None:
            raise DatabaseUnreachable("away")
        return Outlasting(last_seq=self.last)


@pytest.mark.parametrize(("last", "seq"), [(0, 1), (7, 8), (None, 1)])
async def test_the_archive_says_where_a_log_goes_on_that_is_lost_with_its_counter(
    stage: Stage, last: int | None, seq: int
) -> None:
    await two_turns(stage)
    await lose(stage, "run", "log")
    archived = Archived(last)
    store = RedisStore(stage.redis, Limits(), ask=archived)
    admitted = await store.admit(stage.arrival("Lost?", run="r3"))
    assert isinstance(admitted, Admitted)
    ended = await stage.last(admitted.token)
    assert (admitted.seq, [m.seq for m in ended.messages]) == (seq, [seq + 1])
    assert isinstance(await store.admit(stage.arrival("Again", run="r4")), Admitted)
    assert archived.asked == 1


async def test_a_text_whose_run_and_log_are_lost_is_taken_as_new(stage: Stage) -> None:
    await stage.begin()
    await lose(stage, "run", "log", "journal")
    found = await stage.store().admit(stage.arrival(holder="h2", run="r2"))
    assert isinstance(found, Admitted)
    assert (found.token.run_id, found.seq) == ("r2", 1)


async def test_a_question_whose_resting_run_is_lost_is_dropped(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.ask((await stage.begin()).token)
    await lose(stage, "rest:q1")
    found = await stage.store().admit(stage.decision())
    assert found == Closed(state="unknown")
    assert await stage.store().question(stage.user, None) is None
    assert "store: repaired, keys=rest script=admit" in caplog.text
    assert (await stage.store().status(stage.user)).question_id is None
    assert (await say(stage)).seq == 3


async def test_nobody_waits_for_a_question_that_is_lost(stage: Stage) -> None:
    await stage.ask((await stage.begin()).token)
    await lose(stage, "questions")
    assert await stage.store().question(stage.user, None) is None
    assert (await stage.store().status(stage.user)).question_id is None


@pytest.mark.parametrize("name", ["run", "log", "journal", "questions", "memory"])
async def test_a_key_of_the_wrong_type_is_replaced_and_named_in_the_log(
    stage: Stage, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    await two_turns(stage)
    await lose(stage, name)
    command = ["SET", Keys.of(stage.user).key(name), "private words", "PX", "100000"]
    await stage.redis.execute(command, limit_s=1)
    decided = await stage.store().admit(stage.decision())
    assert decided == Closed(state="unknown")
    admitted = await say(stage)
    assert (await stage.last(admitted.token)).finished
    if name != "journal":  # a new run replaces it unread
        assert "store: repaired, keys=" in caplog.text
        assert name in " ".join(line for line in caplog.messages if "repaired" in line)
    assert "private" not in caplog.text


async def test_an_id_of_the_wrong_type_or_form_is_forgotten(stage: Stage) -> None:
    key = Keys.of(stage.user).key("id:message-Hi")
    await stage.redis.execute(["HSET", key, "a", "b"], limit_s=1)
    await stage.last((await stage.begin()).token)
    await stage.redis.execute(["SET", key, "of newer code", "PX", "100000"], limit_s=1)
    assert isinstance(await stage.store().admit(stage.arrival(run="r2")), Admitted)


async def test_nothing_is_repaired_where_nothing_is_lost(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        await two_turns(stage)
        again = await stage.store().admit(stage.arrival(holder="h9", run="r9"))
    assert isinstance(again, Duplicate)
    assert "repaired" not in caplog.text


# ---- what comes from the database with the first text of a user whom the store does not know

CHOSEN = Preferences(language="de", zone="Europe/Berlin")


async def first_turn(stage: Stage, *memory: str) -> Admitted:
    async def ask(user_id: str) -> Outlasting:
        return Outlasting(memory=memory)

    store = RedisStore(stage.redis, Limits(), ask=ask)
    admitted = await store.admit(stage.arrival())
    assert isinstance(admitted, Admitted)
    return admitted


async def test_what_the_model_is_shown_comes_along_and_is_kept(stage: Stage) -> None:
    admitted = await first_turn(stage, *stored("Facts.", CHOSEN))
    assert (admitted.memory, admitted.language, admitted.zone) == ("Facts.", "de", "Europe/Berlin")
    left = await stage.redis.execute(["PTTL", Keys.of(stage.user).key("memory")], limit_s=4)
    assert KEEP_MS - 60_000 < int(left) <= KEEP_MS


async def test_an_empty_block_is_known_too(stage: Stage) -> None:
    admitted = await first_turn(stage, *stored("", Preferences()))
    assert (admitted.memory, admitted.language, admitted.zone) == ("", None, "UTC")


async def test_what_is_not_known_is_left_to_the_run(stage: Stage) -> None:
    assert (await first_turn(stage)).memory is None


async def test_memory_that_is_left_is_not_replaced(stage: Stage) -> None:
    await RedisShownBlock(stage.redis).keep_block(stage.user, "Newer.")
    assert (await first_turn(stage, *stored("Facts.", CHOSEN))).memory == "Newer."
