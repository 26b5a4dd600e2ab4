"""When a notice is said, as values."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from brain.notices.deciding import (
    AWAY,
    FRESH,
    PRESENT,
    Announcement,
    Plan,
    Situation,
    is_present,
)
from brain.notices.model import Notice, Unheard
from brain.run.messages import Speak
from tests.notices.deciding_stage import BUSY, GONE, HERE, MORNING, NIGHT, NOON, mail, plan


def says(text: str, *notices: str, speak: Speak = Speak.WHEN_IDLE, at: datetime = NOON) -> Plan:
    said = Announcement(
        text=text, speak=speak, expires_at=at + FRESH, supersedes=None, notices=notices,
        foreign=True,
    )  # fmt: skip
    return Plan(now=(said,))


ONE = "An email from Anna has just arrived: Letter a."
BOTH = "Meanwhile: 2 emails from Anna, the last about Letter b."
A, B = mail("a"), mail("b")
U = mail("u", urgent=True)
OLD = mail("o", expires_at=NOON)


@pytest.mark.parametrize(
    ("notices", "situation", "now", "planned"),
    [
        # Nothing to say.
        ([], HERE, NOON, Plan()),
        # Idle and there: at once, several as one.
        ([A], HERE, NOON, says(ONE, "a")),
        ([A, B], HERE, NOON, says(BOTH, "a", "b")),
        ([A, A], HERE, NOON, says(ONE, "a")),
        # While a run goes on: held, however urgent.
        ([A], BUSY, NOON, Plan(held=("a",))),
        ([A, U], BUSY, NOON, Plan(held=("a", "u"))),
        # Nobody there: held.
        ([A], GONE, NOON, Plan(held=("a",))),
        ([U], GONE, NOON, Plan(held=("u",))),
        # At night: held until the morning, whoever is there; what is urgent is said.
        ([A], HERE, NIGHT, Plan(held=("a",), until=MORNING)),
        ([A], BUSY, NIGHT, Plan(held=("a",), until=MORNING)),
        ([A], GONE, NIGHT, Plan(held=("a",), until=MORNING)),
        ([U], GONE, NIGHT, Plan(held=("u",))),
        (
            [U],
            HERE,
            NIGHT,
            says("An email from Anna has arrived: Letter u.", "u", speak=Speak.NOW, at=NIGHT),
        ),
        # The morning: said.
        (
            [A],
            replace(HERE, last_contact=MORNING),
            MORNING,
            says("An email from Anna has arrived: Letter a.", "a", at=MORNING),
        ),
        # Expired: dropped, whatever else is.
        ([OLD], HERE, NOON, Plan(dropped=("o",))),
        ([OLD], BUSY, NOON, Plan(dropped=("o",))),
        ([OLD], GONE, NIGHT, Plan(dropped=("o",))),
        ([OLD, A], GONE, NOON, Plan(held=("a",), dropped=("o",))),
        ([OLD, A], HERE, NOON, replace(says(ONE, "a"), dropped=("o",))),
    ],
)
def test_each_notice_is_said_held_or_dropped(
    notices: list[Notice], situation: Situation, now: datetime, planned: Plan
) -> None:
    here = replace(situation, last_contact=NOON) if situation is HERE else situation
    assert plan(*notices, situation=here if now is NOON else situation, now=now) == planned


def test_what_is_urgent_is_a_message_of_its_own_and_comes_first() -> None:
    situation = replace(HERE, last_contact=NOON)
    urgent, others = plan(A, U, B, situation=situation).now
    assert (urgent.speak, urgent.notices) == (Speak.NOW, ("u",))
    assert (others.speak, others.notices, others.text) == (Speak.WHEN_IDLE, ("a", "b"), BOTH)


def test_at_night_what_is_urgent_is_said_and_the_rest_waits_for_the_morning() -> None:
    planned = plan(A, U, now=NIGHT)
    assert [said.notices for said in planned.now] == [("u",)]
    assert (planned.held, planned.until) == (("a",), MORNING)


def test_what_comes_after_a_time_away_is_one_digest_in_the_order_of_events() -> None:
    hour = timedelta(hours=1)
    mails = [mail(f"{n}", at=NOON + n * timedelta(minutes=5)) for n in range(9)]
    bens = [mail(f"b{n}", sender="Ben", subject="Rent", at=NOON + hour) for n in range(3)]
    bank = mail(
        "r", kind="reminder", text="call the bank", at=NOON + hour, expires_at=None, foreign=False
    )
    [said] = plan(
        *reversed([*mails, *bens]), bank,
        situation=replace(HERE, last_contact=NOON - hour), now=NOON + hour,
    ).now  # fmt: skip
    assert said.text == (
        "While you were away: 12 emails, 9 of them from Anna, the last from Ben about Rent; "
        "and a reminder: call the bank."
    )
    assert said.notices[:9] == tuple(f"{n}" for n in range(9))


@pytest.mark.parametrize(
    ("contact", "opening"),
    [
        (None, "While you were away: "),
        (NOON - AWAY, "While you were away: "),
        (NOON - AWAY + timedelta(seconds=1), "Meanwhile: "),
        (NOON, "Meanwhile: "),
    ],
)
def test_who_was_there_all_the_time_was_not_away(contact: datetime | None, opening: str) -> None:
    [said] = plan(A, B, situation=replace(HERE, last_contact=contact)).now
    assert said.text.startswith(opening)


@pytest.mark.parametrize(
    ("listening", "contact", "present"),
    [
        (True, None, True),
        (False, None, False),
        (False, NOON - PRESENT, False),
        (False, NOON - PRESENT + timedelta(seconds=1), True),
    ],
)
def test_somebody_is_there_who_listens_or_has_just_been_heard_of(
    listening: bool, contact: datetime | None, present: bool
) -> None:
    situation = Situation(running=False, listening=listening, last_contact=contact)
    assert is_present(situation, NOON) is present
    assert bool(plan(A, situation=situation).now) is present


# ---- what nobody has heard yet


def heard_not(*notices: Notice) -> Situation:
    return replace(HERE, last_contact=NOON, unheard=Unheard(message_id="m", notices=notices))


def test_a_message_takes_the_place_of_one_that_nobody_has_heard() -> None:
    [said] = plan(B, situation=heard_not(A)).now
    assert (said.text, said.supersedes, said.notices) == (BOTH, "m", ("a", "b"))


def test_what_has_expired_meanwhile_is_not_told_again() -> None:
    [said] = plan(B, situation=heard_not(OLD)).now
    assert (said.supersedes, said.notices) == (None, ("b",))


def test_a_notice_that_comes_again_is_told_once() -> None:
    [said] = plan(A, B, situation=heard_not(A)).now
    assert (said.notices, said.supersedes) == (("a", "b"), "m")
    [same] = plan(A, situation=heard_not(A)).now
    assert (same.notices, same.supersedes) == (("a",), "m")


def test_what_is_urgent_and_what_is_not_do_not_supersede_each_other() -> None:
    urgent, others = plan(B, mail("v", urgent=True), situation=heard_not(A)).now
    assert (urgent.supersedes, urgent.notices) == (None, ("v",))
    assert (others.supersedes, others.notices) == ("m", ("a", "b"))
    urgent, others = plan(B, mail("v", urgent=True), situation=heard_not(U)).now
    assert (urgent.supersedes, urgent.notices) == ("m", ("u", "v"))
    assert (others.supersedes, others.notices) == (None, ("b",))


# ---- until when it is worth reading out


@pytest.mark.parametrize(
    ("notices", "expiry"),
    [
        ([A], NOON + FRESH),
        ([mail(expires_at=None)], NOON + FRESH),
        ([mail(expires_at=NOON + timedelta(minutes=1))], NOON + timedelta(minutes=1)),
        ([mail(expires_at=NOON + timedelta(minutes=1)), B], NOON + FRESH),
        ([mail(kind="reminder", expires_at=NOON + timedelta(days=1))], NOON + timedelta(days=1)),
        ([mail(kind="reminder", expires_at=None)], None),
        ([mail(kind="reminder", expires_at=None), B], None),
    ],
)
def test_a_message_is_read_out_as_long_as_one_of_its_notices_is_worth_it(
    notices: list[Notice], expiry: datetime | None
) -> None:
    [said] = plan(*notices).now
    assert said.expires_at == expiry
