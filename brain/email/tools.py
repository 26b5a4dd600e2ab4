"""The tools by which the model searches, reads and sends the user's email."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from brain.codec import Json
from brain.email import outgoing as letters
from brain.email.model import Email, Outgoing
from brain.email.ports import Emails, Mailbox, Post
from brain.email.sending import (
    MAX_ADDRESS_CHARS,
    NO_ACCOUNT,
    Account,
    Letter,
    People,
    names,
    recipients,
    sending_tool,
)
from brain.email.wire import email_to_wire, found_to_wire
from brain.errors import ToolFault
from brain.says.texts import Texts
from brain.tools.arguments import About, Arguments
from brain.tools.invocations import Tool, ToolInvocation
from brain.tools.typed import tool

SLICE_CHARS = 8_000  # of one reading: about 2,000 tokens, and far below what a tool result may have
MAX_OFFSET = 1_000_000
FOUND = 8  # emails of a search unless asked otherwise: about 800 tokens
MAX_FOUND = 20
MAX_QUERY_CHARS = 1_000
MAX_ID_CHARS = 64
MAX_DAY_CHARS = 40

NOT_FOUND = "The user has no email of this id. searchEmail gives the ids there are."
AWAY = "The emails cannot be reached now. Tell the user, or try again later."

EmailId = Annotated[str, About("an email's id as searchEmail gave it", 1, MAX_ID_CHARS)]
Day = Annotated[str, About("not older than this, such as 2026-01-31", most=MAX_DAY_CHARS)]
Body = Annotated[
    str, About("the whole text, plain, with greeting and signature", 1, letters.MAX_BODY_CHARS)
]


class SearchEmail(Arguments):
    """Find the user's emails, received and sent: by what they say, by who wrote them, by when. All
    filters are optional; without a query the newest that pass come first. Returns for each its id,
    sender, subject, time, whether it is unread, and the best passage; an empty list means that none
    fits: try other words or fewer filters.
    """

    query: Annotated[
        str, About("a question, or the words that the email would use", most=MAX_QUERY_CHARS)
    ] = ""
    from_: Annotated[
        str | None,
        About("who wrote it: a name, a part of one, or an address", most=MAX_ADDRESS_CHARS),
    ] = None
    since: Day | None = None
    before: Annotated[Day | None, About("older than this, such as 2026-02-28")] = None
    unread: Annotated[bool | None, About("true: only those not yet read")] = None
    limit: Annotated[int, About(f"how many at most; {FOUND} if left out", 1, MAX_FOUND)] = FOUND


class ReadEmail(Arguments):
    """Read an email whole. A long one comes in slices: charactersLeft says how much follows,
    nextOffset where to read on. Attachments are named; they cannot be opened.
    """

    id: EmailId
    offset: Annotated[int, About("the character to begin at; 0 if left out", 0, MAX_OFFSET)] = 0


class SendEmail(Arguments):
    """Send an email in the user's name. They are asked first, with its whole text. Use replyToEmail
    to answer one.
    """

    to: People
    subject: Annotated[str, About("one line", 1, letters.MAX_SUBJECT_CHARS)]
    body: Body
    cc: Annotated[People, About("addresses that get a copy", least=0)] = ()


class ReplyToEmail(Arguments):
    """Answer an email in the user's name: to its sender, or with `all` also to everybody who got
    it. They are asked first, with its whole text.
    """

    id: EmailId
    body: Body
    all: Annotated[bool, About("true: to everybody; false if left out")] = False


def email_tools(emails: Emails, mailbox: Mailbox, post: Post, *, owner: str) -> tuple[Tool, ...]:
    """All tools of email, for the user `owner`; nobody else has an account."""
    account = Account(emails=emails, mailbox=mailbox, post=post, owner=owner)
    do = _Writing(account)
    return (
        *reading_tools(emails, owner=owner),
        sending_tool(SendEmail, account, do.letter),
        sending_tool(ReplyToEmail, account, do.answer),
    )


def reading_tools(emails: Emails, *, owner: str | None = None) -> tuple[Tool, ...]:
    """The tools that send nothing: all there are where emails only come in, by a webhook. `owner`
    is the only user who has emails, if there is one.
    """
    do = _Reading(emails, owner)
    return (
        tool(SearchEmail, do.search, foreign=True, away=AWAY),
        tool(ReadEmail, do.read, foreign=True, away=AWAY),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the tools do that look into the mirror."""

    emails: Emails
    owner: str | None

    async def search(self, asked: SearchEmail, invocation: ToolInvocation) -> Json:
        self._check(invocation)
        found = await self.emails.search(
            invocation.user_id,
            query=asked.query,
            sender=asked.from_,
            since=_moment("since", asked.since),
            before=_moment("before", asked.before),
            unread=asked.unread,
            limit=asked.limit,
        )
        return {"emails": [found_to_wire(email) for email in found]}

    async def read(self, asked: ReadEmail, invocation: ToolInvocation) -> Json:
        self._check(invocation)
        email = await _known(self.emails, invocation.user_id, asked.id)
        piece = email.text[asked.offset : asked.offset + SLICE_CHARS]
        left = max(0, len(email.text) - asked.offset - len(piece))
        shown = {**email_to_wire(email), "body": piece, "charactersLeft": left}
        return {**shown, "nextOffset": asked.offset + len(piece)} if left else shown

    def _check(self, invocation: ToolInvocation) -> None:
        if self.owner not in (None, invocation.user_id):
            raise ToolFault(NO_ACCOUNT)


@dataclass(frozen=True, slots=True)
class _Writing:
    """How the emails are composed that the tools send."""

    account: Account

    async def letter(self, asked: SendEmail, invocation: ToolInvocation) -> Letter:
        outgoing = Outgoing(
            message_id="",
            to=recipients(asked.to),
            cc=recipients(asked.cc),
            subject=asked.subject,
            text=asked.body,
        )
        return Letter(outgoing=outgoing, question=_question(outgoing, invocation.texts))

    async def answer(self, asked: ReplyToEmail, invocation: ToolInvocation) -> Letter:
        email = await _known(self.account.emails, invocation.user_id, asked.id)
        me = self.account.post.sender
        outgoing = letters.reply(email, asked.body, me=me, everybody=asked.all)
        return Letter(
            outgoing=outgoing, question=_question(outgoing, invocation.texts), foreign=True
        )


async def _known(emails: Emails, user_id: str, id: str) -> Email:
    email = await emails.read(user_id, id)
    if email is None:
        raise ToolFault(NOT_FOUND)
    return email


def _moment(name: str, text: str | None) -> datetime | None:
    """Raises ToolFault."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ToolFault(f"{name} must be a date such as 2026-01-31.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _question(outgoing: Outgoing, texts: Texts) -> str:
    """All that will go out, and to whom: what is not read back is not agreed to."""
    to, copies = names(outgoing.to), names(outgoing.cc)
    return texts.ask_send_email(to, copies, outgoing.subject, outgoing.text)
