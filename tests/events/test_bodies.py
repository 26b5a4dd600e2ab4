"""Parsing the bodies that programs and the queue send to /api/eventToBrain."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.email.flow import check_event
from brain.email.http import Query
from brain.email.model import Address, EmailBrought, Folder, MailboxChanged
from brain.events.bodies import MAX_TEXT_CHARS, EventBody, OwnBody, word_of
from brain.events.model import Event
from brain.http.bodies import parse
from brain.http.edge import Problem
from brain.reminders.model import ReminderDue
from brain.reminders.rules import due_event
from tests.fakes.house import OWN_READERS, READERS

type Json = dict[str, Any]

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MAIL: Json = {
    "from": "Anna <anna@example.org>",
    "to": ["Me <me@brain.example>", "ben@example.org"],
    "subject": "Dinner",
    "text": "At seven?",
    "messageId": "<1@example.org>",
}


def word(type: str, data: Any = None, *, event_id: str = "evt_1", **more: Any) -> object:
    given = {"type": type, "userId": "anna", **({} if data is None else {"data": data}), **more}
    return word_of(parse(EventBody, given), event_id=event_id, now=NOW, readers=READERS)


def event(type: str, data: Any = None, **more: Any) -> Event:
    found = word(type, data, **more)
    assert isinstance(found, Event)
    return found


def brought(**changed: Any) -> EmailBrought:
    found = word("email.received", MAIL | changed)
    assert isinstance(found, EmailBrought)
    return found


def faults(type: str, data: Any = None, **more: Any) -> dict[str, str]:
    """The errors for an invalid body: field to message."""
    with pytest.raises(Problem) as problem:
        word(type, data, **more)
    assert (problem.value.status, problem.value.title) == (
        422, "Invalid request body.",
    )  # fmt: skip
    assert problem.value.errors
    return {error["field"]: error["message"] for error in problem.value.errors}


# ---- the four types


def test_a_reminder_of_a_programs_own_is_told_in_its_words() -> None:
    found = event("reminder.due", {"text": "The laundry"})
    assert (found.kind, found.text, found.at, found.urgent) == (
        "reminder", "The laundry", NOW, False,
    )  # fmt: skip


def test_a_document_is_told_by_its_title_who_has_changed_it_and_how() -> None:
    found = event("document.changed", {"title": "Shopping", "text": "milk", "by": "Ben"})
    assert (found.kind, found.subject, found.text, found.sender) == (
        "document", "Shopping", "milk", "Ben",
    )  # fmt: skip
    assert event("document.changed", {"title": "Shopping"}).text == ""


def test_anything_else_is_told_by_its_text_and_its_source() -> None:
    found = event(
        "event",
        {
            "text": "The door is open",
            "source": "Home",
            "urgent": True,
            "expiresAt": "2026-11-20T14:00:00+01:00",
        },
    )
    assert (found.kind, found.text, found.sender, found.urgent) == (
        "event", "The door is open", "Home", True,
    )  # fmt: skip
    assert found.expires_at == datetime(2026, 11, 20, 13, tzinfo=UTC)
    plain = event("event", {"text": "The door is open"})
    assert (plain.sender, plain.urgent, plain.expires_at) == (None, False, None)


def test_an_email_is_one_of_the_inbox() -> None:
    email = brought().email
    assert (email.folder, email.unread, email.at) == (Folder.INBOX, True, NOW)
    assert email.sender == Address(address="anna@example.org", name="Anna")
    assert email.to == (
        Address(address="me@brain.example", name="Me"), Address(address="ben@example.org"),
    )  # fmt: skip
    assert (email.subject, email.text) == ("Dinner", "At seven?")
    assert email.message_id == "<1@example.org>"


@pytest.mark.parametrize("data", [None, {}, {"from": None}, {"subject": "Dinner"}])
def test_an_email_without_a_sender_lies_in_the_mailbox(data: Any) -> None:
    assert word("email.received", data) == MailboxChanged()


def test_the_same_id_is_the_same_event() -> None:
    ids = {
        event("event", {"text": text}, event_id=id).id
        for text in ("a", "b")
        for id in ("evt_1", "evt_2", "evt_über")
    }
    assert len(ids) == 3
    nameless = MAIL | {"messageId": ""}
    same = [word("email.received", nameless, event_id=id) for id in ("e1", "e1", "e2")]
    assert len({one.email.id for one in same if isinstance(one, EmailBrought)}) == 2


@pytest.mark.parametrize("id", ["1@example.org", "<1@example.org>", " <1@example.org> "])
def test_a_message_id_is_known_with_and_without_its_brackets(id: str) -> None:
    assert brought(messageId=id).email.message_id == "<1@example.org>"


@pytest.mark.parametrize("id", ["", " ", "<>"])
def test_an_empty_message_id_is_ignored(id: str) -> None:
    assert brought(messageId=id).email.message_id == ""


def test_what_would_be_another_header_is_one_line() -> None:
    email = brought(
        subject="Hi\r\nBcc: eve@example.org\0",
        **{"from": "Anna\r\nX: y <anna@example.org>"},
        text="One\r\n\r\n\r\n\r\nTwo\0  ",
    ).email
    assert email.subject == "Hi Bcc: eve@example.org"
    assert "\n" not in str(email.sender)
    assert email.text == "One\n\nTwo"


def test_invalid_recipients_are_left_out() -> None:
    to = ["", "nobody", "(" * 900, "Ben <ben@example.org>, eve@example.org"]
    assert [person.address for person in brought(to=to).email.to] == [
        "ben@example.org", "eve@example.org",
    ]  # fmt: skip


# ---- when it happened


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        (None, NOW),
        ("2026-11-20T11:00:00Z", NOW - timedelta(hours=1)),
        ("2026-11-20T11:00:00.000+01:00", NOW - timedelta(hours=2)),
        (int(NOW.timestamp()) - 60, NOW - timedelta(minutes=1)),
        ("2026-11-20T13:00:00Z", NOW),  # a time in the future is replaced by now
    ],
)
def test_an_event_happened_when_it_says_or_now(timestamp: Any, at: datetime) -> None:
    found = event("event", {"text": "a"}, timestamp=timestamp)
    assert found.at == at
    assert found.at.tzinfo is UTC


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1979-12-31T00:00:00Z",
        0,
        "2026-11-20T11:00:00",  # of which zone?
        "yesterday",
        "inf",
        1e300,
        [],
    ],
)
def test_an_invalid_time_is_reported_with_its_field(moment: Any) -> None:
    assert list(faults("event", {"text": "a"}, timestamp=moment)) == ["timestamp"]
    assert list(faults("event", {"text": "a", "expiresAt": moment})) == ["data.expiresAt"]


# ---- what does not fit


@pytest.mark.parametrize(
    ("type", "data", "more", "fields"),
    [
        ("event", {}, {}, ["data.text"]),
        ("event", None, {}, ["data.text"]),
        ("event", {"text": ""}, {}, ["data.text"]),
        ("event", {"text": "\0"}, {}, ["data.text"]),
        ("event", {"text": "x" * (MAX_TEXT_CHARS + 1)}, {}, ["data.text"]),
        ("event", {"text": 7, "urgent": "yes"}, {}, ["data.text", "data.urgent"]),
        ("event", {"text": "a", "source": "x" * 999}, {}, ["data.source"]),
        ("reminder.due", {"text": "x" * 999}, {}, ["data.text"]),
        ("reminder.due", {"reminderId": "r"}, {}, ["data.text"]),
        ("document.changed", {"text": "milk"}, {}, ["data.title"]),
        ("email.received", {"from": "nobody"}, {}, ["data.from"]),
        ("email.received", {"from": "(" * 998}, {}, ["data.from"]),
        ("email.received", {"from": ""}, {}, ["data.from"]),
        ("email.received", {"from": 7}, {}, ["data.from"]),
        ("email.received", {**MAIL, "to": "me@brain.example"}, {}, ["data.to"]),
        ("email.received", {**MAIL, "to": ["a@b.c"] * 201}, {}, ["data.to"]),
        ("email.received", {**MAIL, "to": [7]}, {}, ["data.to.0"]),
        ("event", [], {}, ["data"]),
        ("event", {"text": "a"}, {"userId": ""}, ["userId"]),
        ("event", {"text": "a"}, {"userId": "a\0b"}, ["userId"]),
        ("event", {"text": "a"}, {"userId": "x" * 257}, ["userId"]),
        ("event", {"text": "a"}, {"userId": "\ud83d"}, ["userId"]),
        ("event", {"text": "a"}, {"userId": 7}, ["userId"]),
        ("mailbox.check", {}, {}, ["type"]),
        ("email.deleted", {}, {}, ["type"]),
    ],
)
def test_an_invalid_body_is_reported_by_its_fields(
    type: str, data: Any, more: Json, fields: list[str]
) -> None:
    assert list(faults(type, data, **more)) == fields


def test_fields_that_are_not_known_are_left_alone() -> None:
    assert event("event", {"text": "a", "color": "red"}, id="evt_1", version=2).text == "a"


ODD = st.text(st.sampled_from('a@.<>(,;:"\\=?\0\r\n \ud83d\udc31'), max_size=30)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ODD,
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=4,
)
DATA = st.dictionaries(
    st.sampled_from(
        ["from", "to", "subject", "text", "messageId", "title", "by", "source", "urgent"]
    ),
    ANY,
)


@settings(deadline=None, max_examples=300)  # a busy machine is slow
@given(st.sampled_from(["email.received", "reminder.due", "document.changed", "event"]), DATA, ANY)
def test_values_of_any_type_become_a_word_or_a_422(type: str, data: Json, timestamp: Any) -> None:
    try:
        found = word(type, data, timestamp=timestamp)
    except Problem:
        return
    if isinstance(found, EmailBrought):
        assert "@" in found.email.sender.address
        "".join([found.email.subject, found.email.text, str(found.email.sender)]).encode()


# ---- our own


@pytest.mark.parametrize(
    ("event", "word"),
    [
        (due_event("anna", "r1"), ReminderDue(id="r1")),
        (check_event("anna"), MailboxChanged()),
        ({"type": "reminder.due", "userId": "anna"}, ReminderDue(id="")),
    ],
)
def test_our_own_events_from_the_queue_are_parsed(event: Json, word: object) -> None:
    body = parse(OwnBody, event)
    assert (body.user_id, body.word(OWN_READERS)) == ("anna", word)
    assert parse(OwnBody, body.model_dump(by_alias=True)) == body


@pytest.mark.parametrize(
    "event",
    [
        {"type": "email.received", "userId": "anna"},
        {"type": "reminder.due"},
        {"type": "reminder.due", "userId": "anna", "data": {"reminderId": "x" * 65}},
    ],
)
def test_other_events_from_the_queue_are_rejected(event: Json) -> None:
    with pytest.raises(Problem):
        parse(OwnBody, event)


def test_a_vendors_address_may_name_the_user() -> None:
    assert parse(Query, {"userId": "ben", "v": "1"}).user_id == "ben"
    assert parse(Query, {}).user_id is None
    for odd in ("", "a\0", "x" * 257):
        with pytest.raises(Problem):
            parse(Query, {"userId": odd})


def test_a_zone_of_another_offset_is_no_other_time() -> None:
    here = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert event("event", {"text": "a"}, timestamp=here.isoformat()).at == NOW
