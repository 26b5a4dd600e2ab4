"""Taking back a text: by another text that takes its place, or by an order."""

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.errors import LeaseLost
from brain.run.journal import Answered, Joined, Returned, RunRecord, Started
from brain.run.limits import Limits
from brain.run.messages import CallTurn, Heard, How, Utterance
from brain.run.moves import (
    Admission,
    Admitted,
    Arrival,
    CommitKind,
    Duplicate,
    RateLimited,
    Recorded,
)
from brain.run.requests import Withdrawal
from brain.tools.spec import ToolCall
from tests.contracts.store.stage import SHORT, Stage, Twice, commit

pytestmark = pytest.mark.asyncio(loop_scope="package")

TURN = CallTurn(call="c-1", index=3)
LOOKED: tuple[RunRecord, ...] = (
    Answered(text="", calls=(ToolCall(id="c1", name="look", arguments="{}"),), tokens=1),
    Returned(tool_call_id="c1", text="Seen."),
)


def half(stage: Stage, text: str = "Book", *, holder: str = "h1", run: str = "r1") -> Arrival:
    return stage.arrival(text, holder=holder, run=run, turn=TURN)


def whole(
    stage: Stage,
    text: str = "Book a table",
    *,
    of: str = "message-Book",
    holder: str = "h2",
    run: str = "r2",
    turn: CallTurn = TURN,
    amends: bool = False,
) -> Arrival:
    arrival = stage.arrival(text, holder=holder, run=run, turn=turn, replaces=of)
    return replace(arrival, amends=amends)


async def seen(stage: Stage) -> list[tuple[int, str, bool]]:
    page = await stage.store().read(stage.user, since=0, limit=100)
    return [(entry.seq, entry.text, entry.withdrawn) for entry in page.entries]


def joined(admitted: Admission) -> list[str]:
    assert isinstance(admitted, Admitted)
    return [each.utterance.text for each in admitted.run.journal if isinstance(each, Joined)]


async def begun(stage: Stage, text: str = "Book") -> Admitted:
    admitted = await stage.store().admit(half(stage, text))
    assert isinstance(admitted, Admitted)
    return admitted


async def test_a_text_takes_the_place_of_the_runs_only_text_and_begins_at_once(
    stage: Stage,
) -> None:
    store = stage.store()
    first = await begun(stage)
    second = await store.admit(whole(stage))
    assert isinstance(second, Admitted)
    assert (second.run.run_id, second.seq, second.withdraws) == ("r2", 2, (1,))
    assert second.token.fence > first.token.fence
    assert joined(second) == ["Book a table"]
    assert not second.tail
    with pytest.raises(LeaseLost) as lost:
        await store.commit(first.token, commit(0, CommitKind.FINISH, "Booked."))
    assert lost.value.undone == {1}
    with pytest.raises(LeaseLost) as lost:
        await store.look(first.token)
    assert lost.value.undone == {1}
    assert await seen(stage) == [(1, "Book", True), (2, "Book a table", False)]


async def test_an_answer_that_nobody_heard_goes_with_its_text(stage: Stage) -> None:
    store = stage.store()
    first = await begun(stage)
    await store.commit(first.token, commit(0, CommitKind.FINISH, "Booked."))
    second = await store.admit(whole(stage))
    assert isinstance(second, Admitted)
    assert (second.withdraws, second.tail) == ((1, 2), ())
    page = await store.read(stage.user, since=0, limit=10)
    assert [entry.withdrawn for entry in page.entries] == [True, True, False]
    assert isinstance(page.entries[2], Utterance)
    assert page.entries[2].withdraws == (1, 2)
    with pytest.raises(LeaseLost):  # its last step, sent again
        await store.commit(first.token, commit(0, CommitKind.FINISH, "Booked."))


@pytest.mark.parametrize("how", [How.PLAYED, How.CUT_OFF, How.SHOWN])
async def test_a_text_whose_answer_was_heard_stands(stage: Stage, how: How) -> None:
    store = stage.store()
    first = await begun(stage)
    await store.commit(first.token, commit(0, CommitKind.FINISH, "Booked."))
    await store.heard(stage.user, Heard(seq=2, how=how, chars=3))
    second = await store.admit(whole(stage))
    assert isinstance(second, Admitted)
    assert second.withdraws == ()
    assert [entry.seq for entry in second.tail] == [1, 2]
    assert await store.withdraw(stage.withdraw("Book")) == Withdrawal(state="stands", seq=1)


@pytest.mark.parametrize("how", [How.UNSPOKEN, How.RETURNED])
async def test_an_answer_that_was_only_sent_does_not_bind(stage: Stage, how: How) -> None:
    store = stage.store()
    first = await begun(stage)
    await store.commit(first.token, commit(0, CommitKind.FINISH, "Booked."))
    await store.heard(stage.user, Heard(seq=2, how=how))
    second = await store.admit(whole(stage))
    assert isinstance(second, Admitted)
    assert second.withdraws == (1, 2)


async def test_a_text_whose_effect_has_begun_stands_even_after_other_runs(stage: Stage) -> None:
    store = stage.store()
    first = await begun(stage)
    act = replace(commit(0, CommitKind.RECORD, entries=(Started(tool_call_id="c1"),)), stands=True)
    await store.commit(first.token, act)
    joins = await store.admit(whole(stage))
    assert isinstance(joins, Recorded)
    assert joins.withdraws == ()
    await store.commit(first.token, commit(1, CommitKind.END, "Done."))
    await store.admit(stage.arrival("Other", holder="h3", run="r3"))
    assert await store.withdraw(stage.withdraw("Book")) == Withdrawal(state="stands", seq=1)
    assert not any(gone for _, _, gone in await seen(stage))


async def test_the_other_texts_of_the_run_stay_from_before_the_half_one_came_in(
    stage: Stage,
) -> None:
    store = stage.store()
    typed = await store.admit(stage.arrival("Typed"))
    assert isinstance(typed, Admitted)
    await store.admit(half(stage, holder="h2"))
    await store.commit(typed.token, commit(0, CommitKind.GO_ON, entries=LOOKED))
    later = (Answered(text="So", calls=(), tokens=1),)
    await store.commit(typed.token, commit(1, CommitKind.GO_ON, "Wait.", entries=later))
    third = await store.admit(whole(stage, holder="h3"))
    assert isinstance(third, Admitted)
    assert (third.run.run_id, third.withdraws) == ("r1", (2,))
    assert joined(third) == ["Typed", "Book a table"]
    assert [entry for entry in third.run.journal if not isinstance(entry, Joined)] == [*LOOKED]
    assert third.run.first_seq == 1
    assert third.run.spent.attempts == 0
    with pytest.raises(LeaseLost):
        await store.commit(typed.token, commit(2, CommitKind.FINISH, "Bye."))


async def test_a_text_that_has_not_joined_leaves_without_disturbing_the_brain(
    stage: Stage,
) -> None:
    store = stage.store()
    typed = await store.admit(stage.arrival("Typed"))
    assert isinstance(typed, Admitted)
    await store.admit(half(stage, holder="h2"))
    third = await store.admit(whole(stage, holder="h3"))
    assert isinstance(third, Recorded)
    assert third.withdraws == (2,)
    made = await store.commit(typed.token, commit(0, CommitKind.FINISH, "Bye."))
    assert [each.text for each in made.taken] == ["Book a table"]


async def test_a_run_that_has_ended_begins_again_for_the_texts_that_stay(stage: Stage) -> None:
    store = stage.store()
    typed = await store.admit(stage.arrival("Typed"))
    assert isinstance(typed, Admitted)
    await store.admit(half(stage, holder="h2"))
    await store.commit(typed.token, commit(0, CommitKind.GO_ON, entries=LOOKED))
    bye = commit(1, CommitKind.FINISH, "Bye.")
    bye = replace(bye, drafts=(replace(bye.drafts[0], answers_seq=2),))
    assert (await store.commit(typed.token, bye)).finished
    third = await store.admit(whole(stage, holder="h3"))
    assert isinstance(third, Admitted)
    assert (third.run.run_id, third.withdraws) == ("r1", (2, 3))
    assert joined(third) == ["Typed", "Book a table"]


async def test_the_id_of_a_withdrawn_text_is_free_again(stage: Stage) -> None:
    store = stage.store()
    await store.admit(half(stage, "Tom"))
    await store.admit(whole(stage, "Tomas", of="message-Tom"))
    back = whole(stage, "Tom", of="message-Tomas", holder="h3", run="r3")
    third = await store.admit(back)
    assert isinstance(third, Admitted)
    assert (third.seq, third.withdraws, joined(third)) == (3, (2,), ["Tom"])
    assert isinstance(await store.admit(replace(back, holder="h4")), Duplicate)


async def test_the_same_request_sent_again_finds_what_became_of_it(stage: Stage) -> None:
    twice = stage.store()
    twice._redis = Twice(stage.redis)
    await begun(stage)
    second = await twice.admit(whole(stage))
    assert isinstance(second, Admitted)
    assert (second.seq, second.withdraws) == (2, (1,))
    first = await stage.store().admit(half(stage))  # its own response was lost before
    assert isinstance(first, Duplicate)
    assert first.withdrawn
    back = await twice.withdraw(stage.withdraw("Book a table"))
    assert back is not None
    assert (back.state, back.seq) == ("withdrawn", 2)
    assert back.entry is not None
    assert (back.entry.seq, back.entry.kind, back.entry.withdraws) == (3, "withdrawal", (2,))
    assert await seen(stage) == [(1, "Book", True), (2, "Book a table", True), (3, "", False)]


async def test_a_text_that_replaces_a_replaced_one_takes_the_place_of_its_heir(
    stage: Stage,
) -> None:
    store = stage.store()
    await begun(stage)
    await store.admit(whole(stage))
    third = await store.admit(whole(stage, "Book two", holder="h3", run="r3"))
    assert isinstance(third, Admitted)
    assert third.withdraws == (2,)


async def test_whatever_stands_of_the_turn_can_be_replaced(stage: Stage) -> None:
    store = stage.store()
    await begun(stage)
    second = await store.admit(whole(stage, of="message-lost", amends=True))
    assert isinstance(second, Admitted)
    assert second.withdraws == (1,)
    next_turn = CallTurn(call="c-1", index=4)
    other = whole(stage, "Next", of="message-lost", turn=next_turn, amends=True, holder="h3")
    assert isinstance(recorded := await store.admit(other), Recorded)
    assert recorded.withdraws == ()


@pytest.mark.parametrize(
    ("of", "turn"),
    [
        ("unknown-text", TURN),
        ("message-Book", CallTurn(call="c-2", index=3)),
        ("message-Book", CallTurn(call="c-1", index=2)),
    ],
)
async def test_an_unknown_text_or_one_of_another_turn_is_not_replaced(
    stage: Stage, of: str, turn: CallTurn
) -> None:
    await begun(stage)
    second = await stage.store().admit(whole(stage, of=of, turn=turn))
    assert isinstance(second, Recorded)
    assert second.withdraws == ()


async def test_withdrawn_texts_do_not_count_towards_the_rate(stage: Stage) -> None:
    store = stage.store(Limits(texts_per_minute=3))
    await store.admit(half(stage, "0"))
    for i in range(1, 6):
        again = whole(stage, f"{i}", of=f"message-{i - 1}", holder=f"h{i}", run=f"r{i}")
        assert isinstance(await store.admit(again), Admitted)
    assert isinstance(await store.admit(stage.arrival("A", holder="ha")), Recorded)
    assert isinstance(await store.admit(stage.arrival("B", holder="hb")), Recorded)
    assert isinstance(await store.admit(stage.arrival("C", holder="hc")), RateLimited)


async def test_an_order_takes_back_a_text_and_the_run_ends(stage: Stage) -> None:
    store = stage.store()
    first = await begun(stage)
    back = await store.withdraw(stage.withdraw("Book"))
    assert back is not None
    assert (back.state, back.seq, back.successor) == ("withdrawn", 1, None)
    assert (await store.status(stage.user)).state == "idle"
    with pytest.raises(LeaseLost) as lost:
        await store.renew(first.token)
    assert lost.value.undone == {1}
    assert await store.withdraw(stage.withdraw("Book")) == back
    assert await store.withdraw(stage.withdraw("Nothing")) is None


async def test_an_order_leaves_a_run_with_other_texts_to_the_queue(stage: Stage) -> None:
    store = stage.store(SHORT)
    typed = await store.admit(stage.arrival("Typed"))
    assert isinstance(typed, Admitted)
    await store.admit(half(stage, holder="h2"))
    await store.commit(typed.token, commit(0, CommitKind.GO_ON))
    back = await store.withdraw(stage.withdraw("Book"))
    assert back is not None
    assert back.successor is not None
    call = stage.wake_call("handoff", fence=back.successor.fence)
    resumed = await store.resume(call, holder="h3")
    assert isinstance(resumed, Admitted)
    assert joined(resumed) == ["Typed"]


async def test_a_question_goes_with_the_text_that_led_to_it(stage: Stage) -> None:
    store = stage.store()
    first = await begun(stage)
    await stage.ask(first.token)
    second = await store.admit(whole(stage))
    assert isinstance(second, Admitted)
    assert second.withdraws == (1, 2)
    asked = await store.question(stage.user, "q1")
    assert asked is not None
    assert not asked.is_open
    assert (await store.status(stage.user)).question_id is None


async def test_a_decision_stands_and_so_does_what_led_to_its_question(stage: Stage) -> None:
    store = stage.store()
    first = await begun(stage)
    await stage.ask(first.token)
    decided = await store.admit(replace(stage.decision(), turn=TURN, speculative=True))
    assert isinstance(decided, Admitted)
    for text in ("Book", "Yes."):
        order = stage.withdraw(text)
        entry = replace(
            order.entry, message_id="approve-q1-anna" if text == "Yes." else "message-Book"
        )
        back = await store.withdraw(replace(order, entry=entry))
        assert back is not None
        assert back.state == "stands"


async def test_marks_that_are_lost_are_restored_from_the_log(stage: Stage) -> None:
    store = stage.store()
    await begun(stage)
    await store.admit(whole(stage))
    before = await seen(stage)
    await stage.redis.execute(["DEL", Keys.of(stage.user).key("withdrawn")], limit_s=4)
    assert await seen(stage) == before


async def test_a_text_that_was_taken_back_corrects_no_text_of_its_turn(stage: Stage) -> None:
    store = stage.store()
    first = await begun(stage, "Book a table")
    await store.admit(half(stage, "Book", holder="h2"))
    assert await store.withdraw(stage.withdraw("Book")) is not None
    sight = await store.look(first.token)
    last = sight.turn_of(TURN.call)
    assert last is not None
    assert last.index == TURN.index
    assert last.seq <= (first.seq or 0)
