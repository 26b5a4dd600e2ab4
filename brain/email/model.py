"""The values of the email feature: stored emails, search results, outgoing emails, outcomes."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from brain.codec import AS_TEXT, Named


class Folder(StrEnum):
    """One of the account's folders, independent of its name on the server."""

    INBOX = "inbox"
    SENT = "sent"


class Address(Struct, frozen=True, kw_only=True):
    """An email address; `name` is empty if none was given. A sender may have a name alone: then
    `address` is empty, and nobody can reply.
    """

    address: str
    name: str = ""

    def __str__(self) -> str:
        return (
            f"{self.name} <{self.address}>"
            if self.name and self.address
            else self.name or self.address
        )


type Person = Annotated[Address, AS_TEXT]  # encoded as in an email's header


class Attachment(Struct, frozen=True, kw_only=True):
    """An attachment of an email. Its content is not stored. `size` is in bytes, approximately."""

    name: str
    content_type: Annotated[str, Named("type")]
    size: Annotated[int, Named("bytes")]


class Email(Struct, frozen=True, kw_only=True):
    """An email as it is stored.

    `id` is derived from its Message-ID and its content, so that the same email has the same id in
    the mailbox and in a webhook. `at` is when it was written, or when it arrived if the date of
    writing is not plausible.
    """

    id: str
    folder: Folder
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    sender: Annotated[Person, Named("from")]
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    reply_to: tuple[Person, ...]
    subject: str
    at: datetime
    attachments: tuple[Attachment, ...]
    text: Annotated[str, Named("body")]
    unread: bool


class EmailFound(Struct, frozen=True, kw_only=True):
    """An email that matches a search. `snippet` quotes the passage that matches best."""

    id: str
    folder: Folder
    sender: Annotated[Person, Named("from")]
    subject: str
    at: datetime
    unread: bool
    snippet: str


class Synced(Struct, frozen=True, kw_only=True):
    """The result of a sync. `more` means that older email remains to be mirrored."""

    new: tuple[Email, ...]
    more: bool


class Outgoing(Struct, frozen=True, kw_only=True):
    """An email to send from the account."""

    message_id: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    text: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()


class Accepted(Struct, frozen=True, kw_only=True):
    """The server accepted the email for all recipients. `raw` is the email as it was sent."""

    raw: bytes


class Refused(Struct, frozen=True, kw_only=True):
    """The email was sent to no recipient. `reason` is for the model and contains no secret.

    `foreign`: the reason quotes the mail server, and servers quote what they refuse.
    """

    reason: str
    foreign: bool = False


class Unsure(Struct, frozen=True, kw_only=True):
    """The email was transmitted, but the server's answer was lost: it may have been sent or not."""

    raw: bytes


class EmailBrought(Struct, frozen=True, kw_only=True):
    """The report of an email that includes the email."""

    email: Email


class MailboxChanged(Struct, frozen=True, kw_only=True):
    """The report that the mailbox may contain new email."""
