"""Tools for the model to search, read and send the user's email."""

from datetime import datetime, tzinfo
from typing import Annotated

from msgspec import Struct

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
    told_length,
    with_known_names,
)
from brain.email.wire import email_to_wire, found_to_wire
from brain.errors import ToolFault
from brain.says.texts import Texts
from brain.texts.moments import ZoneOf, local, moment, none_set, zone_named
from brain.tools.arguments import About, Arguments
from brain.tools.invocations import Tool, ToolInvocation
from brain.tools.typed import tool

SLICE_CHARS = 8_000  # per call: about 2,000 tokens, far below the limit of a tool result
MAX_OFFSET = 1_000_000
FOUND = 8  # emails per search by default: about 800 tokens
MAX_FOUND = 20
MAX_QUERY_CHARS = 1_000
MAX_ID_CHARS = 64
MAX_DAY_CHARS = 40

NOT_FOUND = "The user has no email with this id. Use searchEmail to find the id."
AWAY = "The emails cannot be reached now. Tell the user, or try again later."

EmailId = Annotated[str, About("from searchEmail", 1, MAX_ID_CHARS)]
Day = Annotated[str, About("as 2026-01-31", most=MAX_DAY_CHARS)]
Body = Annotated[
    str,
    About("plain, with greeting and signature", 1, letters.MAX_BODY_CHARS, plain="text"),
]


class SearchEmail(Arguments):
    """Find the user's emails, received and sent. All filters are optional; without a query the
    newest come first. If nothing is found, try other words or fewer filters.
    """

    query: Annotated[str, About("a question, or some words", most=MAX_QUERY_CHARS)] = ""
    from_: Annotated[
        str | None,
        About("a name or address", most=MAX_ADDRESS_CHARS),
    ] = None
    since: Day | None = None
    before: Annotated[Day | None, About("before this")] = None
    unread: Annotated[bool | None, About("only unread emails")] = None
    limit: Annotated[int, About(f"{FOUND} by default", 1, MAX_FOUND)] = FOUND


class ReadEmail(Arguments):
    """Read an email; a long one in slices: nextOffset says where to continue. Attachments cannot be
    opened.
    """

    id: EmailId
    offset: Annotated[int, About("start", 0, MAX_OFFSET)] = 0


class SendEmail(Arguments):
    """Send an email. First the user is asked. To answer one, use replyToEmail."""

    to: People
    subject: Annotated[str, About("one line", 1, letters.MAX_SUBJECT_CHARS, plain="line")]
    body: Body
    cc: Annotated[People, About("copies to", least=0)] = ()


class ReplyToEmail(Arguments):
    """Answer an email: to its sender, or with `all` to all who got it. First the user is asked."""

    id: EmailId
    body: Body
    all: Annotated[bool, About("to everybody")] = False


def email_tools(
    emails: Emails, mailbox: Mailbox, post: Post, *, owner: str, zone_of: ZoneOf = none_set
) -> tuple[Tool, ...]:
    """Return all email tools, for the user `owner`. No other user has an account."""
    account = Account(emails=emails, mailbox=mailbox, post=post, owner=owner)
    do = _Writing(account)
    return (
        *reading_tools(emails, owner=owner, zone_of=zone_of),
        sending_tool(SendEmail, account, do.letter),
        sending_tool(ReplyToEmail, account, do.answer),
    )


def reading_tools(
    emails: Emails, *, owner: str | None = None, zone_of: ZoneOf = none_set
) -> tuple[Tool, ...]:
    """Return the tools that only read. A deployment that receives emails by webhook has no others.

    If `owner` is set, no other user has emails.
    """
    do = _Reading(emails, owner, zone_of)
    return (
        tool(SearchEmail, do.search, foreign=True, away=AWAY),
        tool(ReadEmail, do.read, foreign=True, away=AWAY),
    )


class _Reading(Struct, frozen=True):
    """The tools that read the mirror of the mailbox."""

    emails: Emails
    owner: str | None
    zone_of: ZoneOf

    async def search(self, asked: SearchEmail, invocation: ToolInvocation) -> Json:
        self._check(invocation)
        zone = await self._zone(invocation)
        found = await self.emails.search(
            invocation.user_id,
            query=asked.query,
            sender=asked.from_,
            since=_moment("since", asked.since, zone),
            before=_moment("before", asked.before, zone),
            unread=asked.unread,
            limit=asked.limit,
        )
        shown = [{**found_to_wire(email), "at": local(email.at, zone)} for email in found]
        return {"emails": shown}

    async def read(self, asked: ReadEmail, invocation: ToolInvocation) -> Json:
        self._check(invocation)
        email = await _known(self.emails, invocation.user_id, asked.id)
        piece = email.text[asked.offset : asked.offset + SLICE_CHARS]
        left = max(0, len(email.text) - asked.offset - len(piece))
        at = local(email.at, await self._zone(invocation))
        shown = {**email_to_wire(email), "at": at, "body": piece, "charactersLeft": left}
        return {**shown, "nextOffset": asked.offset + len(piece)} if left else shown

    async def _zone(self, invocation: ToolInvocation) -> tzinfo:
        return await self.zone_of(invocation.user_id) or zone_named(invocation.zone)

    def _check(self, invocation: ToolInvocation) -> None:
        if self.owner not in (None, invocation.user_id):
            raise ToolFault(NO_ACCOUNT)


class _Writing(Struct, frozen=True):
    """Composes the emails for the sending tools."""

    account: Account

    async def letter(self, asked: SendEmail, invocation: ToolInvocation) -> Letter:
        emails = self.account.emails
        outgoing = Outgoing(
            message_id="",
            to=await with_known_names(recipients(asked.to), emails, invocation),
            cc=await with_known_names(recipients(asked.cc), emails, invocation),
            subject=asked.subject,
            text=asked.body,
        )
        return Letter(
            outgoing=outgoing,
            question=_question(outgoing, invocation.texts),
            arguments=_people(outgoing),
        )

    async def answer(self, asked: ReplyToEmail, invocation: ToolInvocation) -> Letter:
        email = await _known(self.account.emails, invocation.user_id, asked.id)
        me = self.account.post.sender
        outgoing = letters.reply(email, asked.body, me=me, everybody=asked.all)
        return Letter(
            outgoing=outgoing, question=_question(outgoing, invocation.texts), foreign=True
        )


def _people(outgoing: Outgoing) -> Json:
    """Return the recipients as arguments of the call."""
    to, cc = map(str, outgoing.to), map(str, outgoing.cc)
    return {"to": list(to), **({"cc": list(cc)} if outgoing.cc else {})}


async def _known(emails: Emails, user_id: str, id: str) -> Email:
    email = await emails.read(user_id, id)
    if email is None:
        raise ToolFault(NOT_FOUND)
    return email


def _moment(name: str, text: str | None, zone: tzinfo) -> datetime | None:
    """Parse a date or time; in the user's zone if it names none. Raises ToolFault."""
    found = moment(text, zone) if text else None
    if text and found is None:
        raise ToolFault(f"{name} must be a date such as 2026-01-31.")
    return found


def _question(outgoing: Outgoing, texts: Texts) -> str:
    """Return a question with the whole email, so that the user approves what is sent."""
    return texts.ask_send_email(
        names(outgoing.to),
        names(outgoing.cc),
        subject=outgoing.subject,
        body=outgoing.text,
        characters=told_length(outgoing.text),
        attachments=(),
    )
