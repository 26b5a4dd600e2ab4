"""The values of the email feature: stored emails, search results, outgoing emails, outcomes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from brain.codec import AS_TEXT, Named


class Folder(StrEnum):
    """One of the account's folders, independent of its name on the server."""

    INBOX = "inbox"
    SENT = "sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """An attachment of an email. Its content is not stored. `size` is in bytes, approximately."""

    name: str
    content_type: Annotated[str, Named("type")]
    size: Annotated[int, Named("bytes")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Email:
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


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailFound:
    """An email that matches a search. `snippet` quotes the passage that matches best."""

    id: str
    folder: Folder
    sender: Annotated[Person, Named("from")]
    subject: str
    at: datetime
    unread: bool
    snippet: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Synced:
    """The result of a sync. `more` means that older email remains to be mirrored."""

    new: tuple[Email, ...]
    more: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """An email to send from the account."""

    message_id: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    text: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """The server accepted the email for all recipients. `raw` is the email as it was sent."""

    raw: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """The email was sent to no recipient. `reason` is for the model and contains no secret.

    `foreign`: the reason quotes the mail server, and servers quote what they refuse.
    """

    reason: str
    foreign: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsure:
    """The email was transmitted, but the server's answer was lost: it may have been sent or not."""

    raw: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailBrought:
    """The report of an email that includes the email."""

    email: Email


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxChanged:
    """The report that the mailbox may contain new email."""
