"""The tools by which the model searches, reads and sends the user's email."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from brain.email import outgoing as letters
from brain.email.model import Email, Outgoing
from brain.email.ports import Emails, Mailbox, Post
from brain.email.sending import NO_ACCOUNT, Account, Letter, SendingTool, names, recipients
from brain.email.specs import FOUND, READ, REPLY, SEARCH, SEND
from brain.email.wire import email_to_wire, found_to_wire
from brain.run.codec import dumps
from brain.run.errors import DatabaseUnreachable, ToolFault
from brain.run.invocations import Tool, ToolInvocation
from brain.run.tools import Json, ToolSpec

SLICE_CHARS = 8_000  # of one reading: about 2,000 tokens, and far below what a tool result may have

NOT_FOUND = "The user has no email of this id. searchEmail gives the ids there are."
AWAY = "The emails cannot be reached now. Tell the user, or try again later."


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingTool:
    """A tool whose work is one call of the mirror. `owner`: whose it is alone, if anybody's."""

    spec: ToolSpec
    emails: Emails
    owner: str | None
    work: Callable[[Emails, ToolInvocation], Awaitable[Json]]

    async def run(self, invocation: ToolInvocation) -> str:
        """Compact JSON."""
        if self.owner not in (None, invocation.user_id):
            raise ToolFault(NO_ACCOUNT)
        try:
            return dumps(await self.work(self.emails, invocation))
        except DatabaseUnreachable as error:
            raise ToolFault(AWAY) from error

    async def outcome(self, invocation: ToolInvocation) -> str | None:
        """None: running it again is the way to ask."""
        return None


def email_tools(emails: Emails, mailbox: Mailbox, post: Post, *, owner: str) -> tuple[Tool, ...]:
    """All of them, for the user `owner`; nobody else has an account."""
    account = Account(emails=emails, mailbox=mailbox, post=post, owner=owner)
    return (
        *reading_tools(emails, owner=owner),
        SendingTool(spec=SEND, account=account, compose=_letter),
        SendingTool(spec=REPLY, account=account, compose=_answer),
    )


def reading_tools(emails: Emails, *, owner: str | None = None) -> tuple[Tool, ...]:
    """Those that send nothing: all there are where emails only come in, by a webhook."""
    works = ((SEARCH, _search), (READ, _read))
    return tuple(
        ReadingTool(spec=spec, emails=emails, owner=owner, work=work) for spec, work in works
    )


async def _search(emails: Emails, invocation: ToolInvocation) -> Json:
    given = invocation.arguments
    found = await emails.search(
        invocation.user_id,
        query=given.get("query", ""),
        sender=given.get("from"),
        since=_moment(given, "since"),
        before=_moment(given, "before"),
        unread=given.get("unread"),
        limit=given.get("limit", FOUND),
    )
    return {"emails": [found_to_wire(email) for email in found]}


async def _read(emails: Emails, invocation: ToolInvocation) -> Json:
    email = await _known(emails, invocation)
    start = invocation.arguments.get("offset", 0)
    piece = email.text[start : start + SLICE_CHARS]
    left = max(0, len(email.text) - start - len(piece))
    shown = {**email_to_wire(email), "body": piece, "charactersLeft": left}
    return {**shown, "nextOffset": start + len(piece)} if left else shown


async def _letter(account: Account, invocation: ToolInvocation) -> Letter:
    given = invocation.arguments
    outgoing = Outgoing(
        message_id="",
        to=recipients(given["to"]),
        cc=recipients(given.get("cc", [])),
        subject=given["subject"],
        text=given["body"],
    )
    return Letter(outgoing=outgoing, question=_question(outgoing))


async def _answer(account: Account, invocation: ToolInvocation) -> Letter:
    email = await _known(account.emails, invocation)
    given = invocation.arguments
    everybody = given.get("all", False)
    outgoing = letters.reply(email, given["body"], me=account.post.sender, everybody=everybody)
    return Letter(outgoing=outgoing, question=_question(outgoing), foreign=True)


async def _known(emails: Emails, invocation: ToolInvocation) -> Email:
    email = await emails.read(invocation.user_id, invocation.arguments["id"])
    if email is None:
        raise ToolFault(NOT_FOUND)
    return email


def _moment(given: Json, name: str) -> datetime | None:
    """Raises ToolFault."""
    text = given.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ToolFault(f"{name} must be a date such as 2026-01-31.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _question(outgoing: Outgoing) -> str:
    """All that will go out, and to whom: what is not read back is not agreed to."""
    lines = ["Shall I send this email?", f"To: {', '.join(names(outgoing.to))}"]
    if outgoing.cc:
        lines.append(f"Copy to: {', '.join(names(outgoing.cc))}")
    return "\n".join([*lines, f"Subject: {outgoing.subject}", "", outgoing.text])
