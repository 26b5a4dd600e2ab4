"""Names, versions, frames and limits of the channel protocol, tested with values."""

from __future__ import annotations

import json

import pytest

from local.pusher.protocol import (
    INVALID_VERSION,
    NO_PROTOCOL,
    UNSUPPORTED_PROTOCOL,
    Close,
    FrameRefused,
    Member,
    RateWindow,
    error_frame,
    event_frame,
    is_channel,
    parse_frame,
    parse_member,
    refused_version,
    size_of,
    unknown_app,
)


@pytest.mark.parametrize("name", ["a", "private-user-1", "a_b=c@d,e.f;g-H", "x" * 164])
def test_a_channel_name_may_contain_the_vendors_characters(name: str) -> None:
    assert is_channel(name)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ü", "a\n", "x" * 165, "#other-1"])
def test_a_channel_name_may_not_contain_other_characters(name: str) -> None:
    assert not is_channel(name)


@pytest.mark.parametrize(
    ("query", "close"),
    [
        ({"protocol": "7", "client": "js", "version": "8.6.0"}, None),
        ({"protocol": "5"}, None),
        ({"protocol": "7", "version": "8.4.0-rc2"}, None),
        ({}, NO_PROTOCOL),
        ({"protocol": "seven"}, INVALID_VERSION),
        ({"protocol": "7", "version": "new!"}, INVALID_VERSION),
        ({"protocol": "4"}, UNSUPPORTED_PROTOCOL),
        ({"protocol": "8"}, UNSUPPORTED_PROTOCOL),
    ],
)
def test_the_version_of_a_client_decides_whether_it_is_accepted(
    query: dict[str, str], close: Close | None
) -> None:
    assert refused_version(query) == close


def test_a_reason_fits_into_a_close_frame_even_with_a_long_key() -> None:
    assert size_of(unknown_app("ü" * 500).reason) <= 123


def test_the_data_of_an_event_is_a_string_and_that_of_an_error_an_object() -> None:
    event = json.loads(event_frame("e", '{"a":1}', channel="c", user_id="anna"))
    error = json.loads(error_frame(FrameRefused("too fast", 4301)))

    assert event == {"event": "e", "data": '{"a":1}', "channel": "c", "user_id": "anna"}
    assert error == {"event": "pusher:error", "data": {"code": 4301, "message": "too fast"}}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"data": 1}', '{"event": 1}', "[" * 100_000, '{"event":"e","data":NaN}'],
)
def test_an_invalid_frame_is_refused(text: str) -> None:
    with pytest.raises(FrameRefused):
        parse_frame(text)


@pytest.mark.parametrize(
    "channel_data",
    [
        "no json",
        "[]",
        "{}",
        '{"user_id": ""}',
        '{"user_id": true}',
        json.dumps({"user_id": "x" * 129}),
        json.dumps({"user_id": "anna", "user_info": "x" * 1023}),
    ],
)
def test_a_member_without_id_or_beyond_the_limits_is_refused(channel_data: str) -> None:
    with pytest.raises(FrameRefused):
        parse_member(channel_data)


def test_a_number_as_member_id_becomes_its_digits() -> None:
    assert parse_member('{"user_id": 7}') == Member(user_id="7")


def test_ten_client_events_pass_in_any_second_and_no_more() -> None:
    window = RateWindow()

    assert [window.allows(0.5) for _ in range(11)] == [True] * 10 + [False]
    assert not window.allows(1.4)
    assert window.allows(1.5)
