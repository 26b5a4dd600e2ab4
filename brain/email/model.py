"""What an email is: one that is there, one that is found, one that is to be sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from brain.codec import AS_TEXT, Named


class Folder(StrEnum):
    """Which of the account's folders, whatever the server calls it."""

    INBOX = "inbox"
    SENT = "sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Somebody's address; `name` is empty if none was given."""

    address: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


type Person = Annotated[Address, AS_TEXT]  # in a form: as it stands in an email


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """What came with an email and was not loaded. `size` in bytes, about."""

    name: str
    content_type: Annotated[str, Named("type")]
    size: Annotated[int, Named("bytes")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Email:
    """An email as it is kept.

    `id` is made from its Message-ID and its content, so that the same email is the same wherever it
    is met. `at` is when it was written, or when it arrived if its writer's clock cannot be
    believed.
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
    """An email that fits a search. `snippet` quotes the place that fits best."""

    id: str
    folder: Folder
    sender: Annotated[Person, Named("from")]
    subject: str
    at: datetime
    unread: bool
    snippet: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Synced:
    """What a sync found. `more`: there is older email still to be mirrored."""

    new: tuple[Email, ...]
    more: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """An email that is to be sent. Its writer is the account's own."""

    message_id: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    text: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """The server took it, for all recipients. `raw` is what went out."""

    raw: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Nothing went out, to nobody. `reason` is for the model, and holds no secret."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsure:
    """All of it was handed over, and the server's answer was lost: it went out, or it did not."""

    raw: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailBrought:
    """An email that came with the report of its arrival."""

    email: Email


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxChanged:
    """There is, or may be, new email in the mailbox."""
