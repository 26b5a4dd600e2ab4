"""Times that a model writes and is shown: in the user's time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.texts.moments import local, moment

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-02-01T18:00", datetime(2026, 2, 1, 17, tzinfo=UTC)),
        ("2026-07-01T18:00", datetime(2026, 7, 1, 16, tzinfo=UTC)),
        ("2026-02-01T18:00:00+05:30", datetime(2026, 2, 1, 12, 30, tzinfo=UTC)),
        ("2026-02-01T18:00Z", datetime(2026, 2, 1, 18, tzinfo=UTC)),
        ("2026-02-01", datetime(2026, 1, 31, 23, tzinfo=UTC)),
        ("2026-03-29T02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # an hour that is left out
        ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # the first of two
        ("0001-01-01T00:00", None),  # in UTC it is before all years
        ("9999-12-31T23:59-14:00", None),
        (" 2026-01-31T18:30:00Z ", datetime(2026, 1, 31, 18, 30, tzinfo=UTC)),
        ("", None),
        ("\0", None),
        ("tomorrow", None),
        ("2026-02-30T18:00", None),
        ("2026-02-01T18:00\ud83d", None),
    ],
)
def test_a_time_without_an_offset_is_in_the_users_time_zone(text: str, at: datetime | None) -> None:
    found = moment(text, BERLIN)
    assert found == at
    assert found is None or found.tzinfo is UTC


@settings(deadline=None)  # a busy machine is slow
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_can_be_parsed_as_a_time(text: str) -> None:
    found = moment(text, BERLIN)
    assert found is None or found.tzinfo is UTC


def test_a_time_is_shown_with_the_users_offset() -> None:
    assert local(datetime(2026, 7, 1, 16, tzinfo=UTC), BERLIN) == "2026-07-01T18:00+02:00"
    assert local(datetime(2026, 2, 1, 17, tzinfo=UTC), BERLIN) == "2026-02-01T18:00+01:00"
