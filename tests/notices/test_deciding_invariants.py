"""What holds for every plan of what is said when."""

from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from brain.events.model import EVENT_KINDS
from brain.notices.deciding import (
    Situation,
    is_present,
    what_now,
)
from brain.notices.model import Notice, Unheard
from brain.preferences.model import Preferences, Quiet
from brain.preferences.rules import quiet_until
from brain.run.messages import Speak
from brain.says import en
from tests.notices.deciding_stage import (
    BERLIN,
    NOON,
)

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
    is_quiet = quiet_until(preferences, now) is not None
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
