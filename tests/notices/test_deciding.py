"""When a notice is said, as values."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.events.model import EVENT_KINDS, Event
from brain.notices.deciding import (
    AWAY,
    FRESH,
    KEPT_CHARS,
    LIFE,
    PRESENT,
    Announcement,
    Plan,
    Situation,
    is_present,
    notice_of,
    what_now,
)
from brain.notices.model import Notice, Unheard
from brain.notices.spoken import REMINDER_CHARS
from brain.preferences.model import Preferences, Quiet
from brain.run.messages import Speak
from brain.says import en

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)  # one o'clock in Berlin
NIGHT = datetime(2026, 1, 31, 23, tzinfo=UTC)  # midnight there
MORNING = datetime(2026, 2, 1, 6, tzinfo=UTC)  # seven there, when the quiet hours end
BERLIN = Preferences(quiet=Quiet(start=time(22), until=time(7)), zone="Europe/Berlin")

HERE = Situation(running=False, listening=True, last_contact=NIGHT)
BUSY = replace(HERE, running=True)
GONE = Situation(running=False, listening=False, last_contact=NOON - timedelta(hours=8))


def mail(id: str = "a", *, urgent: bool = False, **given: Any) -> Notice:
    plain: dict[str, Any] = {
        "id": id, "kind": "email", "text": "", "urgent": urgent, "at": NOON, "sender": "Anna",
        "subject": f"Letter {id}", "expires_at": NOON + timedelta(days=3),
    }  # fmt: skip
    return Notice(**{**plain, **given})


def plan(
    *notices: Notice,
    situation: Situation = HERE,
    now: datetime = NOON,
    preferences: Preferences = BERLIN,
) -> Plan:
    return what_now(notices, situation=situation, preferences=preferences, now=now, texts=en)


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
    bank = mail("r", kind="reminder", text="call the bank", at=NOON + hour, expires_at=None)
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


# ---- what holds always

MOMENTS = st.integers(0, 10 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
NOTICES = st.builds(
    Notice,
    id=st.sampled_from("abcdefghij"),
    kind=st.sampled_from(EVENT_KINDS),
    text=st.text(max_size=20),
    urgent=st.booleans(),
    at=MOMENTS,
    expires_at=st.none() | MOMENTS,
    sender=st.none() | st.text(max_size=10),
    subject=st.none() | st.text(max_size=10),
)
LISTS = st.lists(NOTICES, max_size=10, unique_by=lambda one: one.id)
SITUATIONS = st.builds(
    Situation,
    running=st.booleans(),
    listening=st.booleans(),
    last_contact=st.none() | MOMENTS,
    unheard=st.none()
    | st.builds(Unheard, message_id=st.just("m"), notices=LISTS.map(tuple)),
)  # fmt: skip
SETTINGS = st.builds(
    Preferences,
    quiet=st.none() | st.just(BERLIN.quiet) | st.just(Quiet(start=time(13), until=time(15))),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo"]),
)


@settings(deadline=None)  # a busy machine is slow
@given(LISTS, SITUATIONS, SETTINGS, MOMENTS)
def test_every_notice_is_in_exactly_one_part_of_the_plan(
    notices: list[Notice], situation: Situation, preferences: Preferences, now: datetime
) -> None:
    planned = what_now(notices, situation=situation, preferences=preferences, now=now, texts=en)
    ids = {notice.id for notice in notices}
    said = [id for one in planned.now for id in one.notices if id in ids]
    assert sorted([*said, *planned.held, *planned.dropped]) == sorted(ids)


@settings(deadline=None)  # a busy machine is slow
@given(LISTS, SITUATIONS, SETTINGS, MOMENTS)
def test_what_is_dropped_had_expired_and_what_had_not_is_not_lost(
    notices: list[Notice], situation: Situation, preferences: Preferences, now: datetime
) -> None:
    planned = what_now(notices, situation=situation, preferences=preferences, now=now, texts=en)
    over = {one.id for one in notices if one.expires_at is not None and one.expires_at <= now}
    assert set(planned.dropped) == over


@settings(deadline=None)  # a busy machine is slow
@given(LISTS, SITUATIONS, SETTINGS, MOMENTS)
def test_nothing_is_said_into_a_run_to_nobody_or_into_the_quiet_unless_it_is_urgent(
    notices: list[Notice], situation: Situation, preferences: Preferences, now: datetime
) -> None:
    planned = what_now(notices, situation=situation, preferences=preferences, now=now, texts=en)
    unheard = situation.unheard.notices if situation.unheard else ()
    urgent = {id for id, one in {one.id: one for one in (*unheard, *notices)}.items() if one.urgent}
    quiet, wall = preferences.quiet, now.astimezone(ZoneInfo(preferences.zone)).time()
    is_quiet = quiet is not None and (
        quiet.start <= wall < quiet.until
        if quiet.start < quiet.until
        else wall >= quiet.start or wall < quiet.until
    )
    for said in planned.now:
        assert not situation.running
        assert is_present(situation, now)
        assert not is_quiet or set(said.notices) <= urgent
        assert (said.speak is Speak.NOW) is (said.notices[0] in urgent)


@settings(deadline=None)  # a busy machine is slow
@given(LISTS, SITUATIONS, SETTINGS, MOMENTS)
def test_what_waits_for_the_quiet_hours_end_is_said_then(
    notices: list[Notice], situation: Situation, preferences: Preferences, now: datetime
) -> None:
    planned = what_now(notices, situation=situation, preferences=preferences, now=now, texts=en)
    if planned.until is None:
        return
    assert planned.until > now
    later = what_now(
        notices,
        situation=replace(situation, running=False, listening=True),
        preferences=preferences,
        now=planned.until,
        texts=en,
    )
    assert (later.held, later.until) == ((), None)


@settings(deadline=None)  # a busy machine is slow
@given(LISTS, SITUATIONS, SETTINGS, MOMENTS)
def test_nothing_of_a_message_is_lost_when_it_is_superseded(
    notices: list[Notice], situation: Situation, preferences: Preferences, now: datetime
) -> None:
    planned = what_now(notices, situation=situation, preferences=preferences, now=now, texts=en)
    unheard = situation.unheard.notices if situation.unheard else ()
    alive = {one.id for one in unheard if one.expires_at is None or one.expires_at > now}
    for said in planned.now:
        assert said.supersedes in (None, "m")
        assert said.supersedes is None or alive <= set(said.notices)
    told = [id for one in planned.now for id in one.notices]
    assert len(told) == len(set(told))


@settings(deadline=None)  # a busy machine is slow
@given(LISTS, SITUATIONS, SETTINGS, MOMENTS)
def test_there_are_at_most_two_messages_one_of_them_urgent(
    notices: list[Notice], situation: Situation, preferences: Preferences, now: datetime
) -> None:
    planned = what_now(notices, situation=situation, preferences=preferences, now=now, texts=en)
    assert [said.speak for said in planned.now] in (
        [], [Speak.NOW], [Speak.WHEN_IDLE], [Speak.NOW, Speak.WHEN_IDLE],
    )  # fmt: skip
    assert all(said.expires_at is None or said.expires_at > now for said in planned.now)


# ---- from an event to its notice

EVENT = Event(
    id="e", kind="email", at=NOON, text="Dear user", sender="Anna", address="anna@example.org",
    subject="Lunch",
)  # fmt: skip


def test_an_email_is_told_by_who_and_what_alone() -> None:
    assert notice_of(EVENT) == Notice(
        id="e", kind="email", text="", urgent=False, at=NOON, sender="Anna", subject="Lunch",
        expires_at=NOON + LIFE["email"],
    )  # fmt: skip
    assert notice_of(replace(EVENT, sender=None)).sender == "anna@example.org"


def test_what_only_the_user_has_written_is_no_foreign_text_and_together_with_others_it_is() -> None:
    mine = notice_of(replace(EVENT, id="r", kind="reminder", text="The oven", foreign=False))
    theirs = replace(mine, id="t", foreign=True)
    assert [said.foreign for said in plan(mine).now] == [False]
    assert [said.foreign for said in plan(mine, theirs).now] == [True]
    again = replace(HERE, unheard=Unheard(message_id="m", notices=(theirs,)))
    assert [said.foreign for said in plan(mine, situation=again).now] == [True]


def test_of_a_document_it_is_told_how_it_has_changed() -> None:
    changed = notice_of(replace(EVENT, kind="document", text="Ben added milk"))
    assert (changed.text, changed.subject) == ("Ben added milk", "Lunch")


def test_of_a_long_text_no_more_is_kept_than_can_be_spoken() -> None:
    kept = notice_of(replace(EVENT, kind="event", text="x" * 100_000)).text
    assert REMINDER_CHARS < len(kept) == KEPT_CHARS


def test_words_chosen_by_judgement_are_told_instead() -> None:
    assert notice_of(EVENT, words="Anna cannot come.").text == "Anna cannot come."
    door = replace(EVENT, kind="event", text="door open")
    assert (notice_of(door).text, notice_of(door, words="w").text) == ("door open", "w")


@pytest.mark.parametrize(
    ("kind", "event_urgent", "asked", "urgent"),
    [
        ("email", False, False, False),
        ("email", True, False, True),
        ("email", False, True, True),
        ("document", False, False, False),
        ("reminder", False, False, True),
    ],
)
def test_a_reminder_is_urgent_and_else_who_says_so(
    kind: Any, event_urgent: bool, asked: bool, urgent: bool
) -> None:
    event = replace(EVENT, kind=kind, urgent=event_urgent)
    assert notice_of(event, urgent=asked).urgent is urgent


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_an_event_that_does_not_say_when_it_expires_lives_as_long_as_its_kind(kind: Any) -> None:
    event = replace(EVENT, kind=kind)
    assert notice_of(event).expires_at == NOON + LIFE[event.kind]
    assert notice_of(replace(event, expires_at=MORNING)).expires_at == MORNING
