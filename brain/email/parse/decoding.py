"""Decodes an email from its bytes."""

import logging
from collections.abc import Mapping
from datetime import datetime
from email.message import Message

from brain.email.incoming import NOBODY, credible, email_id
from brain.email.model import Email, Folder
from brain.email.parse import headers, mime
from brain.email.parse.attached import attachments
from brain.email.parse.mime import Content
from brain.email.parse.parts import Leaf, Node, charset_of, parsed

log = logging.getLogger(__name__)


def decode(
    raw: bytes, *, folder: Folder, unread: bool, arrived_at: datetime, is_cut: bool = False
) -> Email:
    """Decode a raw message, or the beginning of one that was cut off. Never raises."""
    message = parsed(raw)
    last = next(reversed(message.content), None)
    content = {
        leaf: Content(data=message.content[leaf], is_cut=is_cut and leaf == last)
        for leaf in mime.readable(message.tree)
    }
    return assemble(
        message.head, message.tree, content, folder=folder, unread=unread, arrived_at=arrived_at
    )


def assemble(
    message: Message,
    tree: Node,
    content: Mapping[Leaf, Content],
    *,
    folder: Folder,
    unread: bool,
    arrived_at: datetime,
) -> Email:
    """Build an email from its headers, its parts, and the content of the parts that were read."""
    letter = mime.letter(tree, content)
    otherwise = charset_of(tree)
    sender = headers.sender(message, otherwise=otherwise) or NOBODY
    written_at = headers.moment(message, "date")
    message_id = (headers.ids(message, "message-id") or ("",))[0]
    subject = headers.text(message, "subject", otherwise=otherwise)
    if letter.broken or letter.is_guess:
        log.info("email: not read for certain, broken=%d guess=%s", letter.broken, letter.is_guess)
    return Email(
        id=email_id(
            message_id or arrived_at.isoformat(), sender, subject, written_at, letter.words
        ),
        folder=folder,
        message_id=message_id,
        in_reply_to=(headers.ids(message, "in-reply-to") or ("",))[0],
        references=headers.ids(message, "references"),
        sender=sender,
        to=headers.addresses(message, "to", otherwise=otherwise),
        cc=headers.addresses(message, "cc", otherwise=otherwise),
        reply_to=headers.addresses(message, "reply-to", otherwise=otherwise),
        subject=headers.shown(subject),
        at=credible(written_at, arrived_at),
        text=letter.text,
        attachments=attachments(tree, letter),
        unread=unread,
    )
