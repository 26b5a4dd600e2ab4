"""The inbound webhook of Postmark: an email as JSON.

The fields are those of "Inbound webhook" in Postmark's documentation. It does not sign: whoever
sets it up puts a user and a password into the address it calls (HTTP basic authentication). A
refusal with 403 ends its tries, anything else but 200 lets it try ten times.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from email.message import Message
from typing import Any

from brain.adapters.decoding import decode
from brain.adapters.markup import text_of
from brain.core import headers, mime
from brain.core.incoming import brought
from brain.domain.email import Address, Attachment, Email, Folder
from brain.domain.errors import SignatureRefused, WebhookUnreadable

USER = "postmark"
MAX_RECIPIENTS = 200
MAX_ATTACHMENTS = 100


class PostmarkReader:
    """Reads what Postmark posts with our password."""

    def __init__(self, password: str) -> None:
        expected = base64.b64encode(f"{USER}:{password}".encode()).decode()
        self._expected = f"Basic {expected}".encode()

    def check(self, authorization: str | None) -> None:
        """Raise SignatureRefused unless user and password are the right ones."""
        given = (authorization or "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._expected):
            raise SignatureRefused("not Postmark's password")

    def read(self, body: bytes, *, now: datetime) -> Email:
        """The email. Raises WebhookUnreadable for a body of another shape."""
        given = _object(body)
        raw = given.get("RawEmail")
        if isinstance(raw, str) and raw:  # it has to be asked for, and is then the whole truth
            return decode(
                raw.encode("utf-8", "replace"), folder=Folder.INBOX, unread=True, arrived_at=now
            )
        sender = _address(given.get("FromFull"))
        if sender is None:
            raise WebhookUnreadable("FromFull has no Email")
        message = _headers(given)
        return brought(
            name=_text(given, "MessageID"),
            sender=sender,
            to=_addresses(given, "ToFull"),
            cc=_addresses(given, "CcFull"),
            reply_to=headers.addresses(message, "reply-to"),
            subject=headers.plain(_text(given, "Subject")),
            text=_body(given),
            arrived_at=now,
            message_id=(headers.ids(message, "message-id") or ("",))[0],
            in_reply_to=(headers.ids(message, "in-reply-to") or ("",))[0],
            references=headers.ids(message, "references"),
            written_at=headers.moment(message, "date"),
            attachments=_attachments(given),
        )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise WebhookUnreadable("the body is not JSON") from None
    if not isinstance(given, dict):
        raise WebhookUnreadable("the body is no object")
    return given


def _headers(given: Mapping[str, Any]) -> Message:
    """The email's own headers, as far as they were passed on."""
    message = Message()
    for name in ("Date", "ReplyTo"):
        message["reply-to" if name == "ReplyTo" else name] = _line(given.get(name))
    for header in _list(given, "Headers"):
        name = _line(header.get("Name")).lower()
        if name in ("message-id", "in-reply-to", "references"):
            message[name] = _line(header.get("Value"))
    return message


def _body(given: Mapping[str, Any]) -> str:
    plain, html = mime.tidied(_text(given, "TextBody")), _text(given, "HtmlBody")
    return plain if not html or mime.is_enough(plain) else mime.tidied(text_of(html)) or plain


def _addresses(given: Mapping[str, Any], name: str) -> list[Address]:
    found = [_address(person) for person in _list(given, name)[:MAX_RECIPIENTS]]
    return [address for address in found if address is not None]


def _address(person: Any) -> Address | None:
    if not isinstance(person, dict) or "@" not in (address := _line(person.get("Email"))):
        return None
    return Address(address=address, name=headers.plain(_line(person.get("Name"))))


def _attachments(given: Mapping[str, Any]) -> list[Attachment]:
    """Their names; what is in them is not kept."""
    return [
        Attachment(
            name=headers.plain(_line(each.get("Name"))),
            content_type=_line(each.get("ContentType")),
            size=size if isinstance(size := each.get("ContentLength"), int) else 0,
        )
        for each in _list(given, "Attachments")[:MAX_ATTACHMENTS]
    ]


def _list(given: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = given.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""


def _line(value: Any) -> str:
    """One line, whatever was sent: a header of two would be two headers."""
    return " ".join(value.split()) if isinstance(value, str) else ""
