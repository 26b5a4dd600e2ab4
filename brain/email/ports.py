"""The user's email: the mirror that is searched, the account it is a mirror of, and the way out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

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
    """The mirror of a user's mailbox. Nobody sees another user's. All methods raise
    DatabaseUnreachable.
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
        """The emails that fit best, of those that pass the filters; all that pass them, newest
        first, if the query is empty.

        `sender` is part of a name or an address; `since` is included, `before` is not.
        """

    async def read(self, user_id: str, email_id: str) -> Email | None:
        """The email, or None if this user has none of that id."""

    async def newest(self, user_id: str, *, limit: int) -> Sequence[EmailFound]:
        """The last that arrived, newest first; the snippet is the beginning."""

    async def store(self, user_id: str, emails: Sequence[Email]) -> Sequence[Email]:
        """Keep emails that came by another way than the mailbox's, a webhook say.

        Gives back those that were not known. They are for the caller to tell of: a sync does not
        report them. It finds them in the mailbox later, and knows them.
        """

    async def mark_told(self, user_id: str, email_ids: Sequence[str]) -> None:
        """What a sync reported is safely in the caller's hands: no sync reports it again."""


class Mailbox(Protocol):
    """The account itself. All methods raise MailboxUnreachable, `sync` DatabaseUnreachable too."""

    async def sync(self, user_id: str, *, limit_s: float) -> Synced:
        """Bring the mirror closer to the mailbox for at most `limit_s` seconds: new email first,
        then what changed, then ever older email.

        `new` is what arrived in the inbox since the account was first seen, oldest first: nothing
        at the first sync, whatever the mailbox holds. Each is reported by one sync, also when two
        run at once, until `Emails.mark_told`; if that does not come within a minute, whoever asked
        is taken for dead, and a later sync reports it again.
        """

    async def find_sent(self, message_id: str) -> bool:
        """Whether the folder of sent email holds the one of this Message-ID."""

    async def keep_sent(self, message_id: str, raw: bytes) -> None:
        """Put a copy into the folder of sent email, unless the server has kept one itself."""


class Post(Protocol):
    """The way out. It never tries twice."""

    @property
    def sender(self) -> Address:
        """Who writes."""

    async def send(self, outgoing: Outgoing) -> Accepted | Refused | Unsure:
        """Hand the email over, to all of its recipients or to none."""
