"""The ports for email: the searchable mirror, the mailbox that it mirrors, and sending."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from brain.codec.places import ListPage, ListPlace
from brain.email.model import (
    Accepted,
    Address,
    Email,
    EmailFound,
    Outgoing,
    Refused,
    Synced,
    Unsure,
)


class Emails(Protocol):
    """The mirror of a user's mailbox. A user cannot access emails of other users.

    All methods raise DatabaseUnreachable.
    """

    async def search(
        self,
        user_id: str,
        *,
        query: str,
        sender: str | None = None,
        since: datetime | None = None,
        before: datetime | None = None,
        unread: bool | None = None,
        limit: int,
    ) -> Sequence[EmailFound]:
        """Return the emails that pass the filters and match the query, best first.

        With an empty query all that pass the filters, newest first. `sender` is part of a name or
        an address; `since` is inclusive, `before` is exclusive.
        """

    async def read(self, user_id: str, email_id: str) -> Email | None:
        """Return the email, or None if this user has none with that id."""

    async def newest(self, user_id: str, *, limit: int) -> Sequence[EmailFound]:
        """Return the latest emails of the inbox, newest first; the snippet is the beginning."""

    async def listed(
        self, user_id: str, *, query: str, limit: int, after: ListPlace | None
    ) -> ListPage[EmailFound]:
        """Return a page of the inbox, newest first, or of all emails that match the query, best
        first. `after` is the place at which the page before ended.
        """

    async def mark_read(self, user_id: str, email_id: str) -> bool:
        """Note that the user has read the email. False if this user has none with that id."""

    async def known(self, user_id: str, people: Sequence[Address]) -> Collection[Address]:
        """Return those of these people whom an email of the user names so, with this address, as
        its sender or as a recipient. The case of letters does not matter.
        """

    async def contacts(self, user_id: str, *, limit: int) -> Sequence[str]:
        """Return the names of people whom the user has written to, the latest first, each once."""

    async def store(self, user_id: str, emails: Sequence[Email]) -> Sequence[Email]:
        """Store emails that did not come from the mailbox, for example from a webhook.

        Returns those that were not known before. The caller must announce them, because a later
        sync finds them in the mailbox, recognizes them and does not report them.
        """

    async def mark_told(self, user_id: str, email_ids: Sequence[str]) -> None:
        """Note that the caller has saved what a sync reported, so that no sync reports it again."""


class Mailbox(Protocol):
    """The account's mailbox. Methods raise MailboxUnreachable; `sync` also DatabaseUnreachable."""

    async def sync(self, user_id: str, *, limit_s: float) -> Synced:
        """Update the mirror for at most `limit_s` seconds: new email first, then changes, then
        older email.

        `new` is the email that arrived in the inbox after the first sync, oldest first; the first
        sync reports nothing. Only one sync reports an email, even if two run at once. If
        `Emails.mark_told` does not follow within a minute, the caller counts as crashed, and a
        later sync reports the email again.
        """

    async def mark_read(self, user_id: str, email_id: str) -> None:
        """Mark the email as read, if it is in the inbox."""

    async def find_sent(self, message_id: str) -> bool:
        """Whether the folder of sent email contains an email with this Message-ID."""

    async def keep_sent(self, message_id: str, raw: bytes) -> None:
        """Store a copy in the folder of sent email, unless the server already did."""


class Post(Protocol):
    """Sends emails. It never retries."""

    @property
    def sender(self) -> Address:
        """The address that emails are sent from."""

    async def send(self, outgoing: Outgoing) -> Accepted | Refused | Unsure:
        """Send the email to all of its recipients or to none."""
