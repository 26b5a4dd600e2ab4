"""Builds an incoming email, no matter whether it came from the mailbox or from a webhook."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from brain.email.model import Address, Attachment, Email, Folder
from brain.texts.plain import plain_text

NOBODY = Address(address="unknown")  # the sender of an email that names none
CLOCK_ERROR = timedelta(days=1)  # how far in the future a writer's date may be to be believed


def brought(
    *,
    name: str,
    sender: Address,
    to: Sequence[Address],
    subject: str,
    text: str,
    arrived_at: datetime,
    message_id: str = "",
    in_reply_to: str = "",
    references: Sequence[str] = (),
    cc: Sequence[Address] = (),
    reply_to: Sequence[Address] = (),
    written_at: datetime | None = None,
    attachments: Sequence[Attachment] = (),
    words: str | None = None,
) -> Email:
    """Build an unread email of the inbox. `name` identifies it if it has no Message-ID. `words` is
    its text as far as it identifies the email, if that differs.
    """
    return Email(
        id=email_id(
            message_id or name, sender, subject, written_at, text if words is None else words
        ),
        folder=Folder.INBOX,
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=tuple(references),
        sender=sender,
        to=tuple(to),
        cc=tuple(cc),
        reply_to=tuple(reply_to),
        subject=" ".join(plain_text(subject).split()),
        at=credible(written_at, arrived_at),
        text=text,
        attachments=tuple(attachments),
        unread=True,
    )


def credible(written_at: datetime | None, arrived_at: datetime) -> datetime:
    """Return when it was written, or when it arrived if the date of writing is not plausible."""
    if written_at is None or written_at > arrived_at + CLOCK_ERROR or written_at.year < 1980:
        return arrived_at.astimezone(UTC)
    return written_at


def email_id(
    message_id: str, sender: Address, subject: str, written_at: datetime | None, words: str
) -> str:
    """Return an id of 16 characters, which a model copies without mistakes: 80 bits of a hash.

    The hash includes the content. With the Message-ID alone, a sender could hide another email by
    reusing its Message-ID.
    """
    written = written_at.isoformat() if written_at else ""
    address = "" if sender == NOBODY else sender.address
    content = [message_id, address, subject, written, " ".join(words.split())]
    digest = hashlib.sha256("\0".join(content).encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest[:10]).decode().lower()
