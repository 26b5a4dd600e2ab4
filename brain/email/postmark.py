"""Reads Postmark's inbound webhook: an email as JSON.

The fields are documented in "Inbound webhook" of Postmark's documentation. Postmark does not sign
its requests. Instead, the webhook's URL contains a user and a password (HTTP basic authentication).
Status 403 stops Postmark's retries; any other status than 200 makes it retry up to ten times.
"""

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import Message
from typing import Any

from msgspec.structs import replace

from brain.codec import clean
from brain.email.incoming import NOBODY, brought, email_id
from brain.email.model import Address, Attachment, Email, Folder
from brain.email.parse import headers, mime
from brain.email.parse.decoding import decode
from brain.email.parse.mime import Content, EmailText
from brain.email.parse.parts import HTML, PLAIN, REPORTS, Branch, Leaf, content_id
from brain.email.parse.reports import CALENDAR
from brain.email.parse.transfer import unencoded
from brain.errors import SignatureRefused, WebhookUnreadable

USER = "postmark"
MAX_RECIPIENTS = 200
MAX_ATTACHMENTS = 100
MAX_SIZE = 2**53  # bytes; a larger value is not a real size


class PostmarkReader:
    """Checks the password of Postmark's requests and reads their emails."""

    def __init__(self, passwords: Sequence[str]) -> None:
        """While the password is replaced there are two, and either is correct."""
        self._expected = [base64.b64encode(f"{USER}:{one}".encode()) for one in passwords]

    def check(self, authorization: str | None) -> None:
        """Raise SignatureRefused unless the user and the password are correct."""
        scheme, _, given = (authorization or "").partition(" ")
        sent = given.strip().encode("utf-8", "replace")
        # All are compared, so that the time does not tell which one was nearly right.
        is_same = [hmac.compare_digest(sent, expected) for expected in self._expected]
        if scheme.lower() != "basic" or not any(is_same):
            raise SignatureRefused("the user or the password is incorrect")

    def read(self, body: bytes, *, now: datetime) -> Email:
        """Parse the email. Raises WebhookUnreadable for a body with an unexpected structure."""
        given = _object(body)
        if raw := _text(given, "RawEmail"):  # optional in Postmark's settings, and complete
            return _whole(raw, name=_text(given, "MessageID"), now=now)
        sender = _sender(given.get("FromFull"))
        message, letter = _headers(given), _letter(given)
        return brought(
            name=_text(given, "MessageID"),
            sender=sender,
            to=_addresses(given, "ToFull"),
            cc=_addresses(given, "CcFull"),
            reply_to=headers.addresses(message, "reply-to"),
            subject=headers.plain(_text(given, "Subject")),
            text=letter.text,
            words=letter.words,
            arrived_at=now,
            message_id=(headers.ids(message, "message-id") or ("",))[0],
            in_reply_to=(headers.ids(message, "in-reply-to") or ("",))[0],
            references=headers.ids(message, "references"),
            written_at=headers.moment(message, "date"),
            attachments=_attachments(given, letter),
        )


def _whole(raw: str, *, name: str, now: datetime) -> Email:
    """Decode an email from its raw text. If it has no Message-ID, Postmark's id replaces it, so
    that the email has the same id when Postmark sends it again.
    """
    email = decode(raw.encode(), folder=Folder.INBOX, unread=True, arrived_at=now)
    if email.message_id:
        return email
    return replace(email, id=email_id(name, email.sender, email.subject, None, email.text))


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise WebhookUnreadable("the body is not valid JSON") from None
    if not isinstance(given, dict):
        raise WebhookUnreadable("the body is not an object")
    return given


def _headers(given: Mapping[str, Any]) -> Message:
    """Return those of the email's own headers that the webhook contains."""
    message = Message()
    for name in ("Date", "ReplyTo"):
        message["reply-to" if name == "ReplyTo" else name] = _line(given.get(name))
    for header in _list(given, "Headers"):
        name = _line(header.get("Name")).lower()
        if name in ("message-id", "in-reply-to", "references"):
            message[name] = _line(header.get("Value"))
    return message


def _letter(given: Mapping[str, Any]) -> EmailText:
    """Return the text. The two bodies are alternatives; if both are empty, what the attachments
    say that are written for programs, such as an invitation.
    """
    leaves: dict[Leaf, Content] = {}
    for section, kind, name in (("1", PLAIN, "TextBody"), ("2", HTML, "HtmlBody")):
        leaf = Leaf(section=section, content_type=kind, charset="utf-8")
        leaves[leaf] = Content(data=_text(given, name).encode())
    for number, each in enumerate(_list(given, "Attachments")[:MAX_ATTACHMENTS], 3):
        kind = _line(each.get("ContentType")).partition(";")[0].strip().lower()
        if kind in (CALENDAR, *REPORTS):
            leaf = Leaf(section=str(number), content_type=kind)
            leaves[leaf] = Content(data=unencoded(_text(each, "Content").encode(), "base64"))
    return mime.letter(Branch(kind="alternative", parts=tuple(leaves)), leaves)


def _addresses(given: Mapping[str, Any], name: str) -> list[Address]:
    found = [_address(person) for person in _list(given, name)[:MAX_RECIPIENTS]]
    return [address for address in found if address is not None]


def _address(person: Any) -> Address | None:
    if not isinstance(person, dict):
        return None
    found = headers.people(_line(person.get("Email")))
    name = headers.shown(headers.plain(_line(person.get("Name"))))
    return Address(address=found[0].address, name=name) if found else None


def _sender(person: Any) -> Address:
    """Return the sender; the address may be missing. Raises WebhookUnreadable without a sender."""
    if not isinstance(person, dict) or not isinstance(person.get("Email"), str):
        raise WebhookUnreadable("FromFull has no Email")
    named = headers.somebody(_line(person.get("Name")), _line(person["Email"]))
    return _address(person) or named or NOBODY


def _attachments(given: Mapping[str, Any], letter: EmailText) -> list[Attachment]:
    """Return the attachments' names, types and sizes, without the pictures that the HTML shows.
    Their content is not stored.
    """
    return [
        Attachment(
            name=headers.shown(headers.plain(_line(each.get("Name")))),
            content_type=headers.plain(_line(each.get("ContentType"))),
            size=_size(each.get("ContentLength")),
        )
        for each in _list(given, "Attachments")[:MAX_ATTACHMENTS]
        if content_id(_line(each.get("ContentID")).removeprefix("cid:"))
        not in letter.shown_pictures
    ]


def _size(value: Any) -> int:
    return value if type(value) is int and 0 <= value <= MAX_SIZE else 0


def _list(given: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = given.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return clean(value) if isinstance(value, str) else ""


def _line(value: Any) -> str:
    """Return the text as one line: a line break would start another header."""
    return " ".join(clean(value).split()) if isinstance(value, str) else ""
