"""Emails as they are written and as they were sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.policy import SMTP as POLICY
from email.utils import format_datetime, make_msgid, parseaddr

ENVELOPE = "X-Envelope-To"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A sent email: its recipients in the SMTP envelope, and its content."""

    recipients: tuple[str, ...]
    to: str
    subject: str
    text: str
    message_id: str
    raw: bytes


def written(*, sender: str, to: str, subject: str, body: str) -> EmailMessage:
    """Return a plain email, as a mail program writes it."""
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    domain = parseaddr(sender)[1].rpartition("@")[2] or "brain.example"
    message["Message-ID"] = make_msgid(domain=domain)
    message.set_content(f"{body}\n")
    return message


def envelope_line(recipients: tuple[str, ...]) -> bytes:
    """Return the line put before an email in the outbox; it lists the recipients of the
    envelope.
    """
    return f"{ENVELOPE}: {', '.join(recipients)}\r\n".encode()


def read_sent(raw: bytes) -> Sent:
    """Read an email from the outbox, where a line of ours precedes it."""
    message = BytesParser(policy=POLICY).parsebytes(raw)
    body = message.get_body(("plain",))
    own = raw.partition(b"\r\n")[2]  # without the line that we added
    return Sent(
        recipients=tuple(str(message[ENVELOPE]).split(", ")),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=str(body.get_content()) if body is not None else "",
        message_id=str(BytesHeaderParser(policy=POLICY).parsebytes(own)["Message-ID"]),
        raw=own,
    )
