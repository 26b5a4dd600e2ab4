"""The user's settings, as values."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from brain.errors import EntryUnreadable
from brain.preferences.model import Preferences, Quiet
from brain.preferences.rules import (
    MAX_TRUSTED,
    Complaint,
    in_use,
    preferences_from_stored,
    preferences_from_wire,
    preferences_to_stored,
    preferences_to_wire,
    quiet_until,
    trusts,
    zone,
)

NIGHT = Quiet(start=time(22), until=time(7))
BERLIN = Preferences(quiet=NIGHT, zone="Europe/Berlin")

ADDRESSES = ("anna@example.org", "anna.o'neil+x@mail.example.co.uk", "@example.org", "a@localhost")
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# ---- the form


@settings(deadline=None)  # a busy machine is slow
@given(
    st.builds(
        Preferences,
        trusted=st.lists(st.sampled_from(ADDRESSES), unique=True).map(tuple),
        quiet=st.none()
        | st.tuples(st.integers(0, 1439), st.integers(0, 1439))
        .filter(lambda pair: pair[0] != pair[1])
        .map(
            lambda pair: Quiet(
                start=time(pair[0] // 60, pair[0] % 60), until=time(pair[1] // 60, pair[1] % 60)
            )
        ),
        zone=st.sampled_from(ZONES),
        emails=st.sampled_from(["all", "rules"]),
        language=st.sampled_from([None, "de", "en-GB", "zh-Hant-TW"]),
    )
)
def test_settings_that_are_sent_are_read_back_unchanged(preferences: Preferences) -> None:
    wire = json.loads(json.dumps(preferences_to_wire(preferences)))
    assert preferences_from_wire(wire) == preferences


def test_the_json_form_is_the_one_of_the_contract() -> None:
    assert preferences_to_wire(BERLIN) == {
        "trusted": [],
        "quiet": {"from": "22:00", "until": "07:00"},
        "zone": "Europe/Berlin",
        "emails": "all",
        "language": None,
        "unaskedTokens": 100_000,
    }


def test_missing_fields_have_defaults_and_unknown_fields_are_ignored() -> None:
    assert preferences_from_wire({}) == preferences_from_wire({"colour": 1}) == Preferences()


def test_addresses_are_kept_once_in_lower_case() -> None:
    read = preferences_from_wire({"trusted": ["Anna@Example.ORG", "anna@example.org", "@B.org"]})
    assert read == Preferences(trusted=("anna@example.org", "@b.org"))


def test_the_longest_list_of_the_longest_addresses_is_kept() -> None:
    longest = [f"{number:03}@{'b' * 250}" for number in range(MAX_TRUSTED)]
    assert preferences_from_wire({"trusted": longest}) == Preferences(trusted=tuple(longest))


@pytest.mark.parametrize(
    ("wire", "fields", "said"),
    [
        (None, ["body"], "an object"),
        ([], ["body"], "an object"),
        ({"trusted": None}, ["trusted"], "a list of at most 100"),
        ({"trusted": "anna@example.org"}, ["trusted"], "a list"),
        ({"trusted": ["a@b.org"] * (MAX_TRUSTED + 1)}, ["trusted"], "at most 100"),
        ({"trusted": ["a@b.org", "Anna"]}, ["trusted.1"], "anna@example.org"),
        ({"trusted": [1]}, ["trusted.0"], "an address"),
        ({"trusted": ["@"]}, ["trusted.0"], "an address"),
        ({"trusted": ["@-b.org"]}, ["trusted.0"], "an address"),
        ({"trusted": ["a@b.org, c@d.org"]}, ["trusted.0"], "an address"),
        ({"trusted": ["Anna <a@b.org>"]}, ["trusted.0"], "an address"),
        ({"trusted": ["a@b@c.org"]}, ["trusted.0"], "an address"),
        ({"trusted": ["a@b.org\n"]}, ["trusted.0"], "an address"),
        ({"trusted": ["a@" + "b" * 253]}, ["trusted.0"], "an address"),
        ({"quiet": "22:00"}, ["quiet"], "{from, until}, or null"),
        ({"quiet": {"from": "22:00"}}, ["quiet.until"], "HH:MM"),
        ({"quiet": {"from": "24:00", "until": 7}}, ["quiet.from", "quiet.until"], "HH:MM"),
        ({"quiet": {"from": "7:00", "until": "07:60"}}, ["quiet.from", "quiet.until"], "HH:MM"),
        ({"quiet": {"from": "22:00", "until": "22:00"}}, ["quiet.until"], "send null"),
        ({"zone": "Berlin"}, ["zone"], "such as Europe/Berlin"),
        ({"zone": ""}, ["zone"], "the name of a time zone"),
        ({"zone": "Etc/Unknown"}, ["zone"], "the name of a time zone"),
        ({"zone": "Factory"}, ["zone"], "the name of a time zone"),
        ({"zone": "localtime"}, ["zone"], "the name of a time zone"),
        ({"zone": "posixrules"}, ["zone"], "the name of a time zone"),
        ({"zone": "right/Europe/Berlin"}, ["zone"], "the name of a time zone"),
        ({"zone": "Europe/Berlin "}, ["zone"], "the name of a time zone"),
        ({"zone": "+05:30"}, ["zone"], "the name of a time zone"),
        ({"zone": "Europe"}, ["zone"], "the name of a time zone"),
        ({"zone": "../etc/passwd"}, ["zone"], "the name of a time zone"),
        ({"zone": "/etc/localtime"}, ["zone"], "the name of a time zone"),
        ({"zone": "a\0b"}, ["zone"], "the name of a time zone"),
        ({"zone": "x" * 65}, ["zone"], "the name of a time zone"),
        ({"zone": 2}, ["zone"], "the name of a time zone"),
        ({"emails": "none"}, ["emails"], "all or rules"),
        ({"language": ""}, ["language"], "such as de or en-GB"),
        ({"language": "de_AT"}, ["language"], "such as de or en-GB"),
        ({"language": 1}, ["language"], "such as de or en-GB"),
        ({"emails": None, "zone": False}, ["zone", "emails"], ""),
    ],
)
def test_each_invalid_field_has_its_own_complaint(wire: Any, fields: list[str], said: str) -> None:
    complaints = preferences_from_wire(wire)
    assert isinstance(complaints, tuple)
    assert all(isinstance(complaint, Complaint) for complaint in complaints)
    assert [complaint.field for complaint in complaints] == fields
    assert said in complaints[0].message


def test_stored_settings_are_read_back_unchanged() -> None:
    assert preferences_from_stored(preferences_to_stored(BERLIN)) == BERLIN
    german = replace(BERLIN, language="de-AT")
    assert preferences_from_stored(preferences_to_stored(german)) == german


def test_utc_counts_as_set_only_if_the_user_has_set_it() -> None:
    older = {"v": 1, "trusted": [], "quiet": None, "zone": "UTC", "emails": "all"}
    assert preferences_from_stored(older) == Preferences()
    utc = Preferences(zone="UTC")
    assert preferences_from_stored(preferences_to_stored(utc)) == utc
    assert preferences_to_stored(Preferences())["zone"] == "UTC"  # for older code


@pytest.mark.parametrize("name", ["Asia/Calcutta", "Europe/Kiev", "US/Pacific", "UTC", "Etc/GMT+5"])
def test_names_that_browsers_still_report_are_names(name: str) -> None:
    assert preferences_from_wire({"zone": name}) == Preferences(zone=name)


@pytest.mark.parametrize(
    ("zone", "language", "device", "used"),
    [
        (None, None, (None, None), ("UTC", "default", "de", "default")),
        (None, None, ("Asia/Kolkata", None), ("Asia/Kolkata", "device", "de", "default")),
        (None, "fr", ("Asia/Kolkata", "en-GB"), ("Asia/Kolkata", "device", "fr", "user")),
        ("Asia/Tokyo", None, ("Asia/Kolkata", "en"), ("Asia/Tokyo", "user", "en", "device")),
        ("UTC", None, ("Asia/Kolkata", None), ("UTC", "user", "de", "default")),
    ],
)
def test_what_the_user_has_set_wins_over_what_their_device_says(
    zone: str | None,
    language: str | None,
    device: tuple[str | None, str | None],
    used: tuple[str, str, str, str],
) -> None:
    preferences = Preferences(zone=zone, language=language)
    found = in_use(preferences, zone=device[0], language=device[1], default="de")
    assert (found.zone, found.zone_from, found.language, found.language_from) == used
    assert preferences_to_wire(preferences, found)["inUse"] == dict(
        zip(("zone", "zoneFrom", "language", "languageFrom"), used, strict=True)
    )


def test_settings_stored_without_a_language_can_be_read() -> None:
    stored = {"v": 1, "trusted": [], "quiet": None, "zone": "Europe/Berlin", "emails": "all"}
    assert preferences_from_stored(stored).language is None
    assert preferences_to_stored(preferences_from_stored(stored)) == stored


@pytest.mark.parametrize("stored", [None, {}, {"v": 2}, {"v": 1, "zone": "Mars"}, "text"])
def test_invalid_stored_settings_are_unreadable(stored: Any) -> None:
    with pytest.raises(EntryUnreadable):
        preferences_from_stored(stored)


# ---- who is trusted


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("anna@example.org", True),
        ("ANNA@Example.org", True),
        ("ben@firm.example", True),
        ("ben@sub.firm.example", False),
        ("ben@firm.example.evil.org", False),
        ("ben@notfirm.example", False),
        ("ben@example.org", False),
        ("@firm.example", False),
        ("", False),
        ("Anna <anna@example.org>", False),
        ("anna@example.org,evil@evil.org", False),
        ("evil@evil.org anna@example.org", False),
        ("evil@evil.org@firm.example", False),
        ("anna@example.org\n", False),
        (" anna@example.org", False),
        ("anna@\u017fite.org", False),
        ("\u212aarl@site.org", False),
    ],
)
def test_only_an_exactly_listed_recipient_is_trusted(address: str, trusted: bool) -> None:
    listed = ("anna@example.org", "@firm.example", "anna@site.org", "karl@site.org")
    assert trusts(Preferences(trusted=listed), address) is trusted


def test_by_default_nobody_is_trusted() -> None:
    assert not trusts(Preferences(), "anna@example.org")


# ---- quiet hours


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-01-31T20:59:59Z", None),
        ("2026-01-31T21:00:00Z", "2026-02-01T06:00:00Z"),
        ("2026-01-31T23:30:00Z", "2026-02-01T06:00:00Z"),
        ("2026-02-01T05:59:59.999Z", "2026-02-01T06:00:00Z"),
        ("2026-02-01T06:00:00Z", None),
        ("2026-07-31T20:00:00Z", "2026-08-01T05:00:00Z"),
        # The night in which the clock is set forward, and the one in which it is set back.
        ("2026-03-28T21:00:00Z", "2026-03-29T05:00:00Z"),
        ("2026-10-24T20:00:00Z", "2026-10-25T06:00:00Z"),
    ],
)
def test_quiet_hours_are_in_local_time(now: str, until: str | None) -> None:
    assert quiet_until(BERLIN, moment(now)) == (until and moment(until))


@pytest.mark.parametrize(
    ("start", "until", "now", "end"),
    [
        # At two the clock is set forward to three: half past two is half past three.
        ("01:00", "02:30", "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"),
        ("01:00", "02:30", "2026-03-29T01:10:00Z", "2026-03-29T01:30:00Z"),
        ("01:00", "02:30", "2026-03-29T01:30:00Z", None),
        ("02:30", "07:00", "2026-03-29T01:10:00Z", None),
        ("02:30", "07:00", "2026-03-29T01:30:00Z", "2026-03-29T05:00:00Z"),
        # At three it is set back to two: half past two comes twice, and the first counts.
        ("01:00", "02:30", "2026-10-25T00:20:00Z", "2026-10-25T00:30:00Z"),
        ("01:00", "02:30", "2026-10-25T00:40:00Z", None),
        ("01:00", "02:30", "2026-10-25T01:10:00Z", None),
        ("02:30", "04:00", "2026-10-25T00:40:00Z", "2026-10-25T03:00:00Z"),
        ("02:30", "04:00", "2026-10-25T01:10:00Z", "2026-10-25T03:00:00Z"),
        # By day, and until midnight.
        ("13:00", "15:00", "2026-01-31T12:30:00Z", "2026-01-31T14:00:00Z"),
        ("13:00", "15:00", "2026-01-31T14:00:00Z", None),
        ("22:00", "00:00", "2026-01-31T22:30:00Z", "2026-01-31T23:00:00Z"),
        ("22:00", "00:00", "2026-01-31T23:00:00Z", None),
    ],
)
def test_quiet_hours_end_correctly_when_the_clock_changes(
    start: str, until: str, now: str, end: str | None
) -> None:
    quiet = Quiet(start=time.fromisoformat(start), until=time.fromisoformat(until))
    preferences = Preferences(quiet=quiet, zone="Europe/Berlin")
    assert quiet_until(preferences, moment(now)) == (end and moment(end))


def test_without_quiet_hours_it_is_never_quiet() -> None:
    assert quiet_until(Preferences(), moment("2026-01-31T03:00:00Z")) is None


@settings(deadline=None)  # a busy machine is slow
@given(
    now=st.datetimes(
        datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        datetime(2027, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    start=st.integers(0, 1439),
    minutes=st.integers(1, 1439),
    name=st.sampled_from(ZONES),
)
def test_the_end_of_quiet_hours_is_within_the_next_day(
    now: datetime, start: int, minutes: int, name: str
) -> None:
    until = (start + minutes) % 1440
    quiet = Quiet(start=time(start // 60, start % 60), until=time(until // 60, until % 60))
    end = quiet_until(Preferences(quiet=quiet, zone=name), now)
    at = now.astimezone(ZoneInfo(name))
    passed = ((at.hour - start // 60) * 60 + at.minute - start % 60) % 1440
    near = {(now + timedelta(days=days)).astimezone(at.tzinfo).utcoffset() for days in (-1, 0, 1)}
    if len(near) == 1:  # the clock is not changed
        assert (end is not None) is (passed < minutes)
    if end is not None:
        assert now < end
        assert (end - now).total_seconds() <= (minutes + 60) * 60


def test_an_unknown_time_zone_counts_as_utc() -> None:
    assert zone(Preferences(zone="Mars/Olympus")) is UTC
    assert zone(BERLIN) == ZoneInfo("Europe/Berlin")
