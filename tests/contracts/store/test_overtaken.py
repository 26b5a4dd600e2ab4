"""Texts of a turn that come late or again, and what is known of a run whose text was taken back."""

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.run.messages import CallTurn
from brain.run.moves import Admitted, Arrival, CommitKind, Duplicate, Recorded
from brain.run.requests import Withdrawal
from tests.contracts.store.stage import Stage, commit, texts

pytestmark = pytest.mark.asyncio(loop_scope="package")

TURN = CallTurn(call="c-1", index=3)


def said(stage: Stage, text: str, *, holder: str, of: str | None = None) -> Arrival:
    replaces = of and f"message-{of}"
    run = f"run-{holder}"
    return stage.arrival(text, holder=holder, run=run, turn=TURN, replaces=replaces)


async def admitted(stage: Stage, text: str, *, holder: str, of: str | None = None) -> Admitted:
    found = await stage.store().admit(said(stage, text, holder=holder, of=of))
    assert isinstance(found, Admitted)
    return found


async def typed_and_half(stage: Stage) -> Admitted:
    """A run with a text that was typed, in which half a sentence waits."""
    typed = await stage.store().admit(stage.arrival("Typed"))
    assert isinstance(typed, Admitted)
    assert isinstance(await stage.store().admit(said(stage, "Book", holder="h2")), Recorded)
    return typed


async def test_a_text_that_comes_again_after_another_has_taken_its_place_is_no_new_one(
    stage: Stage,
) -> None:
    await admitted(stage, "Book", holder="h1")
    await admitted(stage, "Book a table", holder="h2", of="Book")
    again = await stage.store().admit(said(stage, "Book", holder="h3"))
    assert isinstance(again, Duplicate)
    assert (again.withdrawn, again.seq) == (True, 1)
    assert await texts(stage) == ["Book", "Book a table"]


async def test_a_text_that_comes_after_the_one_that_takes_its_place_is_not_recorded(
    stage: Stage,
) -> None:
    whole = await admitted(stage, "Book a table", holder="h2", of="Book")
    late = await stage.store().admit(said(stage, "Book", holder="h1"))
    assert isinstance(late, Duplicate)
    assert (late.withdrawn, late.run_id) == (True, whole.run.run_id)
    assert await texts(stage) == ["Book a table"]
    await stage.store().look(whole.token)


async def test_a_step_sent_again_counts_although_a_text_has_left_the_inbox(stage: Stage) -> None:
    typed = await typed_and_half(stage)
    step = commit(0, CommitKind.RECORD, "Wait.")
    made = await stage.store().commit(typed.token, step)
    await stage.store().admit(said(stage, "Book a table", holder="h3", of="Book"))
    assert await stage.store().commit(typed.token, step) == made
    assert await texts(stage) == ["Typed", "Book", "Wait.", "Book a table"]


async def test_a_run_that_begins_again_has_a_wake_up_of_its_own(stage: Stage) -> None:
    typed = await typed_and_half(stage)
    await stage.store().commit(typed.token, commit(0, CommitKind.GO_ON))
    bye = commit(1, CommitKind.FINISH, "Bye.")
    bye = replace(bye, drafts=(replace(bye.drafts[0], answers_seq=2),))
    assert (await stage.store().commit(typed.token, bye)).finished
    again = await admitted(stage, "Book a table", holder="h3", of="Book")
    assert again.run.run_id == typed.run.run_id
    assert again.wake > typed.wake


async def test_what_joins_a_run_that_was_to_end_is_not_bound_by_its_last_step(
    stage: Stage,
) -> None:
    typed = await typed_and_half(stage)
    last = replace(commit(0, CommitKind.FINISH, "Bye."), stands=True)
    assert not (await stage.store().commit(typed.token, last)).finished
    third = await admitted(stage, "Book a table", holder="h3", of="Book")
    assert third.withdraws == (2,)


async def test_of_the_callers_of_a_run_the_last_that_has_gone_counts(stage: Stage) -> None:
    typed = await typed_and_half(stage)
    await stage.store().commit(typed.token, replace(commit(0, CommitKind.GO_ON), left_ms=5))
    again = await admitted(stage, "Book a table", holder="h3", of="Book")
    assert again.left_ms == 5
    gone = replace(commit(again.run.step, CommitKind.HAND_OVER), left_ms=9)
    handed = await stage.store().commit(again.token, gone)
    call = stage.wake_call("handoff", fence=handed.fence)
    found = await stage.store().resume(call, holder="h4")
    assert isinstance(found, Admitted)
    assert found.left_ms == 9


@pytest.mark.parametrize("index", [3, 4])
async def test_a_late_text_is_not_recorded_although_what_it_changes_has_not_arrived(
    stage: Stage, index: int
) -> None:
    whole = await admitted(stage, "Book a table", holder="h2", of="Book")
    if index > TURN.index:
        later = replace(said(stage, "Thanks", holder="h5"), turn=CallTurn(call="c-1", index=index))
        await stage.store().admit(later)
    late = replace(said(stage, "Book", holder="h1", of="lost"), amends=True)
    found = await stage.store().admit(late)
    assert isinstance(found, Duplicate)
    assert (found.withdrawn, found.seq) == (True, whole.seq)


async def test_a_text_that_comes_again_is_no_new_one_although_what_it_changes_is_lost(
    stage: Stage,
) -> None:
    first = replace(said(stage, "Book", holder="h1", of="lost"), amends=True)
    await stage.store().admit(first)
    await admitted(stage, "Book a table", holder="h2", of="Book")
    again = await stage.store().admit(replace(first, holder="h3"))
    assert isinstance(again, Duplicate)
    assert again.withdrawn


async def test_a_text_is_said_again_although_the_one_between_is_lost(stage: Stage) -> None:
    await admitted(stage, "Tom", holder="h1")
    await admitted(stage, "Tomas", holder="h2", of="Tom")
    back = replace(said(stage, "Tom", holder="h3", of="lost"), amends=True)
    found = await stage.store().admit(back)
    assert isinstance(found, Admitted)
    assert found.withdraws == (2,)


async def test_the_first_text_of_a_turn_stands_beside_one_that_names_another(stage: Stage) -> None:
    await admitted(stage, "Book a table", holder="h2", of="Book a")
    found = await stage.store().admit(said(stage, "Book", holder="h1"))
    assert isinstance(found, Recorded)
    assert found.withdraws == ()


async def test_without_the_marks_nobody_knows_what_has_come_of_a_text(stage: Stage) -> None:
    await admitted(stage, "Book", holder="h1")
    await admitted(stage, "Book a table", holder="h2", of="Book")
    await stage.redis.execute(["DEL", Keys.of(stage.user).key("withdrawn")], limit_s=4)
    order = stage.withdraw("Book a table")
    assert await stage.store().withdraw(order) == Withdrawal(state="stands", seq=2)


async def test_what_was_taken_back_stays_so_when_the_run_is_lost(stage: Stage) -> None:
    await admitted(stage, "Book", holder="h1")
    await admitted(stage, "Book a table", holder="h2", of="Book")
    await stage.redis.execute(["DEL", Keys.of(stage.user).key("run")], limit_s=4)
    page = await stage.store().read(stage.user, since=0, limit=10)
    assert [entry.withdrawn for entry in page.entries] == [True, False]
