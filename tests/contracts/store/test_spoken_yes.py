"""When a spoken yes counts: the store compares the time of admission with when the question reached
the user, by its own clock.
"""

from collections.abc import Sequence
from itertools import product

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.run.journal import Joined
from brain.run.limits import Limits
from brain.run.messages import Heard, How, Kind
from brain.run.moves import Admitted, Arrival, CommitKind, Duplicate
from brain.run.records import draft_to_log
from tests.contracts.store.stage import Stage, commit, draft

pytestmark = pytest.mark.asyncio(loop_scope="package")

ASKED_SEQ = 2
PLAYED, SHOWN, RETURNED = How.PLAYED, How.SHOWN, How.RETURNED
UNSPOKEN, CUT_OFF = How.UNSPOKEN, How.CUT_OFF

type Mark = tuple[How, float]  # and the seconds after it


async def ask(stage: Stage, *marks: Mark) -> None:
    """Ask the question q1 and report these marks of it."""
    admitted = await stage.begin()
    await stage.ask(admitted.token)
    for how, seconds in marks:
        await report(stage, how, after_s=seconds)


async def report(stage: Stage, how: How, *, seq: int = ASKED_SEQ, after_s: float = 0) -> None:
    chars = 4 if how is CUT_OFF else 0
    assert await stage.store().heard(stage.user, Heard(seq=seq, how=how, chars=chars)) is not None
    if after_s:
        await stage.pass_time(after_s)


def spoken(stage: Stage, *, manner: str = "firm", no: bool = False, id: str = "") -> Arrival:
    """A spoken yes, or no."""
    said = stage.decision("reject" if no else "approve")
    return replace(
        said,
        message_id=id or said.message_id,
        is_spoken=True,
        is_soft=manner != "firm",
        is_quoted=manner == "quoted",
    )


async def decides(stage: Stage, arrival: Arrival, limits: Limits | None = None) -> bool:
    """Whether the text decides the question. If not, it is an ordinary text, and the question stays
    open, which the run is told.
    """
    found = await stage.store(limits).admit(arrival)
    assert isinstance(found, Admitted)
    joined = found.run.journal[-1]
    assert isinstance(joined, Joined)
    assert joined.utterance.text == arrival.text
    asked = await stage.store().question(stage.user, "q1")
    assert asked is not None
    is_decided = joined.utterance.decision is not None
    assert asked.is_open is not is_decided
    assert any(mark.is_open for mark in found.heard) is not is_decided
    return is_decided


@pytest.mark.parametrize("mark", [PLAYED, SHOWN, RETURNED])
async def test_a_yes_counts_after_a_mark_and_not_at_once(stage: Stage, mark: How) -> None:
    await ask(stage, (mark, 0.3))
    assert not await decides(stage, spoken(stage))


@pytest.mark.parametrize(("mark", "seconds"), [(PLAYED, 1.1), (SHOWN, 1.1), (RETURNED, 2.1)])
async def test_a_yes_counts_soon_after_a_mark(stage: Stage, mark: How, seconds: float) -> None:
    await ask(stage, (mark, seconds))
    assert await decides(stage, spoken(stage))


EARLY: Sequence[tuple[Mark, ...]] = (
    (),
    ((PLAYED, 0.9),),
    ((SHOWN, 0.9),),
    ((RETURNED, 1.9),),
    ((UNSPOKEN, 60),),
    ((CUT_OFF, 60),),
)
LATE: Sequence[tuple[Mark, ...]] = tuple(((how, 180.5),) for how in (PLAYED, SHOWN, RETURNED))
TAKEN: Sequence[tuple[Mark, ...]] = tuple(
    ((first, 5), (second, 5))
    for first, second in product((PLAYED, SHOWN, RETURNED), (UNSPOKEN, CUT_OFF))
)
# The response's mark may be recorded after the report that it was not read out.
OVERTAKEN: Sequence[tuple[Mark, ...]] = tuple(
    ((how, 0.1), (RETURNED, 10)) for how in (UNSPOKEN, CUT_OFF)
)
NOT_YET = [*EARLY, *LATE, *TAKEN, *OVERTAKEN]
ANSWERED: Sequence[tuple[Mark, ...]] = (
    ((PLAYED, 1),),
    ((SHOWN, 1),),
    ((RETURNED, 2),),
    ((PLAYED, 180),),
    ((RETURNED, 180),),
    ((UNSPOKEN, 5), (SHOWN, 1)),
    ((CUT_OFF, 5), (PLAYED, 1)),
    ((RETURNED, 100), (PLAYED, 100)),
    ((PLAYED, 5), (PLAYED, 0.1)),  # reported again: it was heard long enough ago
    ((PLAYED, 100), (PLAYED, 100)),  # and not too long ago
    ((PLAYED, 5), (RETURNED, 0.1)),
)


@pytest.mark.parametrize("marks", NOT_YET)
async def test_a_yes_to_what_was_not_just_heard_or_seen_is_a_text(
    patient: Stage, marks: Sequence[Mark]
) -> None:
    await ask(patient, *marks)
    assert not await decides(patient, spoken(patient))


@pytest.mark.parametrize("marks", ANSWERED)
async def test_a_yes_to_what_was_just_heard_or_seen_decides(
    patient: Stage, marks: Sequence[Mark]
) -> None:
    await ask(patient, *marks)
    assert await decides(patient, spoken(patient))


@pytest.mark.parametrize("marks", [*NOT_YET, *ANSWERED])
async def test_a_no_decides_whatever_was_heard(patient: Stage, marks: Sequence[Mark]) -> None:
    await ask(patient, *marks)
    assert await decides(patient, spoken(patient, no=True))


@pytest.mark.parametrize("marks", [*NOT_YET, *ANSWERED])
async def test_a_button_decides_whatever_was_heard(patient: Stage, marks: Sequence[Mark]) -> None:
    await ask(patient, *marks)
    assert await decides(patient, patient.decision())


@pytest.mark.parametrize(
    ("marks", "manner", "counts"),
    [
        (((RETURNED, 3),), "soft", False),
        (((RETURNED, 3),), "quoted", True),
        (((RETURNED, 30.5),), "quoted", False),
        (((PLAYED, 3),), "soft", True),
        (((SHOWN, 30),), "soft", True),
        (((PLAYED, 30.5),), "soft", False),
        (((PLAYED, 0.9),), "soft", False),
        (((RETURNED, 60), (PLAYED, 2)), "soft", True),
        (((PLAYED, 2), (UNSPOKEN, 2)), "soft", False),
        (((UNSPOKEN, 2), (RETURNED, 3)), "quoted", False),
        ((), "quoted", False),
    ],
)
async def test_soft_words_count_only_after_a_mark_and_for_half_a_minute(
    patient: Stage, marks: Sequence[Mark], manner: str, counts: bool
) -> None:
    await ask(patient, *marks)
    assert await decides(patient, spoken(patient, manner=manner)) is counts


@pytest.mark.parametrize(
    ("limit_s", "seconds", "manner", "counts"),
    [(6, 6, "firm", True), (6, 6.1, "firm", False), (6, 6.1, "soft", False), (0, 1, "firm", False)],
)
async def test_the_time_for_a_yes_is_a_setting(
    patient: Stage, limit_s: float, seconds: float, manner: str, counts: bool
) -> None:
    await ask(patient, (PLAYED, seconds))
    limits = Limits(spoken_yes_s=limit_s)
    assert await decides(patient, spoken(patient, manner=manner), limits) is counts


async def test_marks_of_other_messages_count_for_nothing(patient: Stage) -> None:
    store = patient.store()
    first = await patient.begin()
    await store.commit(first.token, commit(0, CommitKind.END, "Hello."))
    other = await store.admit(patient.arrival("Write", run="r9"))
    assert isinstance(other, Admitted)
    await patient.ask(other.token)
    await report(patient, PLAYED, seq=2, after_s=5)
    assert not await decides(patient, spoken(patient))


async def test_marks_of_an_older_question_count_for_nothing(patient: Stage) -> None:
    await ask(patient, (PLAYED, 5))
    other = await patient.store().admit(patient.arrival("Another", run="r9"))
    assert isinstance(other, Admitted)
    await patient.ask(other.token, "q2")
    await report(patient, PLAYED, after_s=5)
    said = replace(spoken(patient), decision=patient.decision(of="q2").decision)
    found = await patient.store().admit(said)
    assert isinstance(found, Admitted)
    assert (await patient.store().question(patient.user, "q2")).is_open  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kinds", "counts"),
    [
        ((Kind.BREADCRUMB,), True),
        ((Kind.BREADCRUMB,) * 16, True),
        ((Kind.BREADCRUMB,) * 17, False),
        ((Kind.SAY,), False),
        ((Kind.NOTIFICATION,), False),
        ((Kind.BREADCRUMB, Kind.ERROR, Kind.BREADCRUMB), False),
    ],
)
async def test_only_breadcrumbs_may_stand_between(
    stage: Stage, kinds: Sequence[Kind], counts: bool
) -> None:
    await ask(stage, (PLAYED, 0))
    for seq, kind in enumerate(kinds, ASKED_SEQ + 1):
        text = 'Do you mean "kind":"breadcrumb"?'
        await log(stage, seq, "m", draft_to_log(replace(draft(text), kind=kind)))
    await stage.pass_time(1.1)
    assert await decides(stage, spoken(stage)) is counts


async def test_what_is_missing_from_the_log_may_have_been_anything(stage: Stage) -> None:
    await ask(stage, (PLAYED, 0))
    await log(stage, 4, "m", draft_to_log(replace(draft("A step."), kind=Kind.BREADCRUMB)))
    await stage.pass_time(1.1)
    assert not await decides(stage, spoken(stage))


async def log(stage: Stage, seq: int, kind: str, form: str) -> None:
    """Write an entry after the question. No run of the engine does so without a text before it."""
    keys = Keys.of(stage.user)
    add = ["XADD", keys.key("log"), "MAXLEN", "~", "100", f"{seq}-0", kind, form, "r", "r8"]
    await stage.redis.execute(add, limit_s=4)
    await stage.redis.execute(["HSET", keys.key("run"), "seq", str(seq)], limit_s=4)


async def test_the_same_text_sent_again_later_decides_nothing(patient: Stage) -> None:
    await ask(patient, (PLAYED, 0.5))
    early = spoken(patient, id="a-yes-in-haste")
    assert not await decides(patient, early)
    await patient.pass_time(2)
    again = await patient.store().admit(replace(early, holder="h9"))
    assert not isinstance(again, Admitted) or again.seq == 3
    asked = await patient.store().question(patient.user, "q1")
    assert asked is not None
    assert asked.is_open


async def test_a_yes_is_decided_once_if_its_answer_is_lost(stage: Stage) -> None:
    await ask(stage, (PLAYED, 1.1))
    said = spoken(stage)
    assert await decides(stage, said)
    again = await stage.store().admit(said)
    assert isinstance(again, Admitted | Duplicate)
    page = await stage.store().read(stage.user, since=0, limit=10)
    assert [entry.text for entry in page.entries] == ["Hi", "Shall I?", "Yes."]


async def test_a_question_from_before_these_marks_is_decided_by_button_or_no(
    patient: Stage,
) -> None:
    await ask(patient)
    run = Keys.of(patient.user).key("run")
    await patient.redis.execute(["HSET", run, "presented", ""], limit_s=4)
    await report(patient, PLAYED, after_s=5)
    found = await patient.store().admit(spoken(patient))
    assert isinstance(found, Admitted)
    asked = await patient.store().question(patient.user, "q1")
    assert asked is not None
    assert asked.is_open
    again = await patient.store().admit(patient.decision())
    assert not isinstance(again, Duplicate)


async def test_shown_is_the_whole_text_and_less_than_played(stage: Stage) -> None:
    await ask(stage, (CUT_OFF, 0), (SHOWN, 0), (UNSPOKEN, 0), (RETURNED, 0))
    store = stage.store()
    for told, known in ((CUT_OFF, SHOWN), (PLAYED, PLAYED), (SHOWN, PLAYED)):
        mark = await store.heard(stage.user, Heard(seq=ASKED_SEQ, how=told, chars=3))
        assert mark == Heard(seq=ASKED_SEQ, how=known)
    assert await store.heard(stage.user, Heard(seq=1, how=RETURNED)) is None  # the user's own
