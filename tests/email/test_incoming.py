"""Incoming emails: their ids and their times."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.email.incoming import CLOCK_ERROR, brought, credible, email_id
from brain.email.model import Address, Attachment, Email, Folder

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ANNA = Address(address="anna@example.org", name="Anna")
SECOND = timedelta(seconds=1)


def an_email(**given: Any) -> Email:
    plain: dict[str, Any] = {
        "name": "n", "sender": ANNA, "to": (), "subject": "Dinner", "text": "At seven?",
        "arrived_at": NOW, "message_id": "<1@example.org>",
    }  # fmt: skip
    return brought(**{**plain, **given})


def test_an_incoming_email_is_unread_and_in_the_inbox() -> None:
    email = an_email(
        to=[ANNA], cc=[ANNA], reply_to=[ANNA], references=["<0@example.org>"],
        in_reply_to="<0@example.org>",
        attachments=[Attachment(name="a.pdf", content_type="application/pdf", size=1)],
    )  # fmt: skip
    assert (email.folder, email.unread) == (Folder.INBOX, True)
    assert (email.to, email.cc, email.reply_to) == ((ANNA,), (ANNA,), (ANNA,))
    assert (email.in_reply_to, email.references) == ("<0@example.org>", ("<0@example.org>",))
    assert [each.name for each in email.attachments] == ["a.pdf"]
    assert email.at == NOW


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": "<2@example.org>"},
        {"sender": Address(address="eve@example.org")},
        {"subject": "Lunch"},
        {"text": "At eight?"},
        {"written_at": NOW},
    ],
)
def test_reusing_a_message_id_does_not_hide_the_other_email(
    change: dict[str, Any],
) -> None:
    assert an_email(**change).id != an_email().id


@pytest.mark.parametrize(
    "change",
    [
        {"text": " At\r\nseven? "},
        {"name": "another"},
        {"sender": Address(address="anna@example.org", name="A. Smith")},
        {"arrived_at": NOW + timedelta(days=1)},
        {"to": (ANNA,)},
    ],
)
def test_an_email_has_the_same_id_from_mailbox_and_webhook(change: dict[str, Any]) -> None:
    assert an_email(**change).id == an_email().id


def test_an_email_without_a_message_id_is_identified_by_its_name() -> None:
    assert an_email(message_id="", name="a").id != an_email(message_id="", name="b").id
    assert an_email(message_id="", name="a").id == an_email(message_id="", name="a").id


@pytest.mark.parametrize(
    ("written_at", "at"),
    [
        (None, NOW),
        (NOW - timedelta(days=3000), NOW - timedelta(days=3000)),
        (NOW + CLOCK_ERROR, NOW + CLOCK_ERROR),
        (NOW + CLOCK_ERROR + SECOND, NOW),
        (datetime(1980, 1, 1, tzinfo=UTC), datetime(1980, 1, 1, tzinfo=UTC)),
        (datetime(1979, 12, 31, tzinfo=UTC), NOW),
        (datetime(1, 1, 1, tzinfo=UTC), NOW),
    ],
)
def test_a_writers_clock_is_believed_within_reason(
    written_at: datetime | None, at: datetime
) -> None:
    assert credible(written_at, NOW) == at


def test_the_arrival_time_is_in_utc() -> None:
    here = NOW.astimezone(timezone(timedelta(hours=2)))
    assert credible(None, here).tzinfo is UTC


ANY = st.text(st.sampled_from("a猫\0\ud83d\udc31 \n"), max_size=20)


@settings(deadline=None)  # a busy machine is slow
@given(ANY, ANY, ANY, ANY)
def test_an_id_is_sixteen_characters_that_a_model_copies_whatever_the_email_holds(
    message_id: str, sender: str, subject: str, text: str
) -> None:
    id = email_id(message_id, Address(address=sender), subject, None, text)
    assert re.fullmatch("[a-z2-7]{16}", id)
