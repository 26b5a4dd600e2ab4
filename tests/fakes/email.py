"""In-memory `Emails`, `Mailbox` and `Post`."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec.structs import replace

from brain.codec.places import ListPage, ListPlace, page_of_next
from brain.email.model import (
    Accepted,
    Address,
    Email,
    EmailFound,
    Folder,
    Outgoing,
    Refused,
    Synced,
    Unsure,
)
from brain.email.outgoing import compose, objection
from brain.errors import MailboxUnreachable
from brain.texts.words import asked_words, kept_words, passages

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLAIM_S = 60.0  # seconds to mark a new email as announced; then it is offered again


def an_email(id: str = "email1", **changes: object) -> Email:
    """Return an email with default values, except for the given changes."""
    email = Email(
        id=id,
        folder=Folder.INBOX,
        message_id=f"<{id}@example.org>",
        in_reply_to="",
        references=(),
        sender=Address(name="Anna", address="anna@example.org"),
        to=(Address(address="me@brain.example"),),
        cc=(),
        reply_to=(),
        subject="Dinner",
        at=NOW,
        text="Dinner at seven?",
        attachments=(),
        unread=True,
    )
    return replace(email, **changes)


class FakeEmails:
    """Passes the contract of the real emails; its ranking counts words and ignores their
    language.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Email] = {}
        self.told: set[tuple[str, str]] = set()

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
        """Return the emails that contain most of the words."""
        asked = asked_words(query).split()
        if query.strip() and not asked:
            return []
        passing = [
            email
            for email in self._of(user_id)
            if (not sender or _has_all(str(email.sender), sender))
            and (since is None or email.at >= since)
            and (before is None or email.at < before)
            and (unread is None or email.unread is unread)
        ]
        if not asked:
            return [_found(email, email.text) for email in passing[:limit]]
        scored = [(_score(f"{_people(email)} {email.text}", asked), email) for email in passing]
        best = sorted(scored, key=lambda pair: pair[0], reverse=True)
        return [_found(email, _best(email.text, asked)) for score, email in best if score][:limit]

    async def read(self, user_id: str, email_id: str) -> Email | None:
        """Look the email up."""
        return self.kept.get((user_id, email_id))

    async def newest(self, user_id: str, *, limit: int) -> Sequence[EmailFound]:
        """Return the newest emails of the inbox."""
        inbox = [email for email in self._of(user_id) if email.folder is Folder.INBOX]
        return [_found(email, email.text) for email in inbox[:limit]]

    async def listed(
        self, user_id: str, *, query: str, limit: int, after: ListPlace | None
    ) -> ListPage[EmailFound]:
        """Return what follows the last one that was shown."""
        most = len(self.kept)
        found = (
            await self.search(user_id, query=query, limit=most)
            if query
            else await self.newest(user_id, limit=most)
        )
        shown = [email.id for email in found]
        rest = found[shown.index(after.id) + 1 :] if after is not None else found
        return page_of_next(
            rest, lambda one: ListPlace(at=one.at, id=one.id), limit=limit, total=len(found)
        )

    async def known(self, user_id: str, people: Sequence[Address]) -> Sequence[Address]:
        """Compare with the people of each email."""
        emails = self._of(user_id)
        named = {_folded(one) for each in emails for one in (each.sender, *each.to, *each.cc)}
        return [person for person in people if _folded(person) in named]

    async def contacts(self, user_id: str, *, limit: int) -> Sequence[str]:
        """Collect the recipients of the sent emails."""
        sent = [email for email in self._of(user_id) if email.folder is Folder.SENT]
        people = (one for email in sent for one in (*email.to, *email.cc))
        return list(dict.fromkeys(one.name for one in people if one.name.strip()))[:limit]

    async def store(self, user_id: str, emails: Sequence[Email]) -> Sequence[Email]:
        """Store the emails; returns those that are new."""
        new = [email for email in emails if (user_id, email.id) not in self.kept]
        self.kept |= {(user_id, email.id): email for email in new}
        self.told |= {(user_id, email.id) for email in new}
        return new

    async def mark_read(self, user_id: str, email_id: str) -> bool:
        """Note that the email was read."""
        email = self.kept.get((user_id, email_id))
        if email is not None:
            self.kept[user_id, email_id] = replace(email, unread=False)
        return email is not None

    async def mark_told(self, user_id: str, email_ids: Sequence[str]) -> None:
        """Mark these emails as announced, permanently."""
        self.told |= {(user_id, id) for id in email_ids}

    def _of(self, user_id: str) -> list[Email]:
        mine = [email for (owner, _), email in self.kept.items() if owner == user_id]
        return sorted(mine, key=lambda email: email.at, reverse=True)


@dataclass
class FakeMailbox:
    """A mailbox in memory.

    `inbox` is what the server has, `sent` its folder of sent email, by Message-ID. `is_away`: it
    does not answer. `older_s` is how many seconds of syncs are left for older email, and `look_s`
    the most that one sync does; `began` are the times at which a sync began.
    """

    emails: FakeEmails
    inbox: list[Email] = field(default_factory=list)
    sent: dict[str, bytes] = field(default_factory=dict)
    is_away: bool = False
    look_s: float = 1_000
    older_s: float = 0
    began: list[float] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _claimed: dict[tuple[str, str], float] = field(default_factory=dict)

    async def sync(self, user_id: str, *, limit_s: float) -> Synced:
        """Sync new email at once, then older email as far as the time allows."""
        self._answer()
        now = asyncio.get_running_loop().time()
        self.began.append(now)
        is_first = user_id not in self._seen
        self._seen.add(user_id)
        for email in self.inbox:
            key = (user_id, email.id)
            if key not in self.emails.kept:
                self.emails.kept[key] = email
                if is_first:
                    self.emails.told.add(key)
        spent_s = min(self.older_s, self.look_s, limit_s)
        self.older_s -= spent_s
        await asyncio.sleep(spent_s)
        claimed = {key for key, at in self._claimed.items() if now - at < CLAIM_S}
        new = [
            email
            for email in self.inbox
            if not {(user_id, email.id)} & (self.emails.told | claimed)
        ]
        self._claimed |= {(user_id, email.id): now for email in new}
        return Synced(new=tuple(new), more=self.older_s > 0)

    async def mark_read(self, user_id: str, email_id: str) -> None:
        """Mark the email as read."""
        self._answer()
        self.inbox = [replace(e, unread=e.unread and e.id != email_id) for e in self.inbox]

    async def find_sent(self, message_id: str) -> bool:
        """Look the email up by its Message-ID."""
        self._answer()
        return message_id in self.sent

    async def keep_sent(self, message_id: str, raw: bytes) -> None:
        """Keep the email; the first copy stays."""
        self._answer()
        self.sent.setdefault(message_id, raw)

    def _answer(self) -> None:
        if self.is_away:
            raise MailboxUnreachable("away")


type Outcome = Callable[[bytes], Accepted | Refused | Unsure]


class FakePost:
    """Keeps what it sends. `outcome` decides the result."""

    def __init__(self, outcome: Outcome = lambda raw: Accepted(raw=raw)) -> None:
        self.sender = Address(name="Me", address="me@brain.example")
        self.sent: list[Outgoing] = []
        self.outcome = outcome

    async def send(self, outgoing: Outgoing) -> Accepted | Refused | Unsure:
        """Send the email, and keep it unless it is refused."""
        if reason := objection(outgoing):
            return Refused(reason=reason)
        ended = self.outcome(compose(outgoing, sender=self.sender, at=NOW))
        if not isinstance(ended, Refused):
            self.sent.append(outgoing)
        return ended


def _found(email: Email, snippet: str) -> EmailFound:
    return EmailFound(
        id=email.id,
        folder=email.folder,
        sender=email.sender,
        subject=email.subject,
        at=email.at,
        unread=email.unread,
        snippet=passages(snippet)[0],
    )


def _folded(person: Address) -> tuple[str, str]:
    return person.address.lower(), person.name.lower()


def _people(email: Email) -> str:
    people = " ".join(str(person) for person in (email.sender, *email.to, *email.cc))
    return f"{email.subject} {people}"


def _best(text: str, asked: Sequence[str]) -> str:
    return max(passages(text), key=lambda passage: _score(passage, asked))


def _score(text: str, asked: Sequence[str]) -> int:
    words = kept_words(text).split()
    return sum(
        any(word == one or (len(one) >= 3 and word.startswith(one)) for word in words)
        for one in asked
    )


def _has_all(text: str, asked: str) -> bool:
    words, wanted = kept_words(text).split(), asked_words(asked).split()
    return bool(wanted) and all(any(word.startswith(one) for word in words) for one in wanted)
