"""The tools by which the model searches, reads and sends the user's email."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never

from brain.core import outgoing as letters
from brain.core.codec import dumps, iso
from brain.domain.email import Accepted, Address, Email, EmailFound, Outgoing, Refused, Unsure
from brain.domain.errors import DatabaseUnreachable, MailboxUnreachable, ToolFault
from brain.domain.tools import Json, ToolSpec
from brain.ports import Deed, Emails, Errand, Mailbox, Post, Tool
from brain.tools.email_specs import FOUND, READ, REPLY, SEARCH, SEND

SLICE_CHARS = 8_000  # of one reading: about 2,000 tokens, and far below what a tool result may have

NO_ACCOUNT = "No email account is set up for you."
NOT_FOUND = "The user has no email of this id. searchEmail gives the ids there are."
AWAY = "The emails cannot be reached now. Tell the user, or try again later."
NOT_SENT = "The email account cannot be reached now, and nothing was sent. Try again later."
NOT_CERTAIN = (
    "It is not certain whether the email was sent: the mail server took it and its answer was "
    "lost. Do not send it again; tell the user to look into their sent emails."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The mirror, the mailbox, the way out, and the id of the user whose they are."""

    emails: Emails
    mailbox: Mailbox
    post: Post
    owner: str

    def check(self, user_id: str) -> None:
        """Raise ToolFault for anybody else."""
        if user_id != self.owner:
            raise ToolFault(NO_ACCOUNT)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingTool:
    """A tool whose work is one call of the mirror. `owner`: whose it is alone, if anybody's."""

    spec: ToolSpec
    emails: Emails
    owner: str | None
    work: Callable[[Emails, Errand], Awaitable[Json]]

    async def run(self, errand: Errand) -> str:
        """Compact JSON."""
        if self.owner not in (None, errand.user_id):
            raise ToolFault(NO_ACCOUNT)
        try:
            return dumps(await self.work(self.emails, errand))
        except DatabaseUnreachable as error:
            raise ToolFault(AWAY) from error

    async def outcome(self, errand: Errand) -> str | None:
        """None: running it again is the way to ask."""
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class SendingTool:
    """A tool that sends an email. The same errand is the same email, by its Message-ID."""

    spec: ToolSpec
    account: Account
    compose: Callable[[Account, Errand], Awaitable[Outgoing]]

    async def prepare(self, errand: Errand) -> Deed:
        """The whole email and everybody who gets it. Raises ToolFault for one that cannot be
        sent.
        """
        outgoing = await self._outgoing(errand)
        people = (*outgoing.to, *outgoing.cc)
        return Deed(
            question=_question(outgoing),
            recipients=tuple(dict.fromkeys(person.address.lower() for person in people)),
        )

    async def run(self, errand: Errand) -> str:
        """Compact JSON of what was sent."""
        outgoing = await self._outgoing(errand)
        # Looked for first: this may be a second try, and what is there has been sent.
        if not await self._is_sent(outgoing, NOT_SENT):
            await self._send(outgoing)
        return _told(outgoing)

    async def outcome(self, errand: Errand) -> str | None:
        """By the copy among the sent emails. Without one nobody knows: a process may have died
        between the server's yes and the copy.
        """
        self.account.check(errand.user_id)
        try:
            is_sent = await self.account.mailbox.find_sent(self._message_id(errand))
        except MailboxUnreachable:
            return None
        return dumps({"sent": True}) if is_sent else None

    def _message_id(self, errand: Errand) -> str:
        return letters.message_id(errand.idempotency_key, self.account.post.sender)

    async def _outgoing(self, errand: Errand) -> Outgoing:
        self.account.check(errand.user_id)
        try:
            draft = await self.compose(self.account, errand)
        except DatabaseUnreachable as error:
            raise ToolFault(NOT_SENT) from error
        outgoing = replace(draft, message_id=self._message_id(errand))
        if reason := letters.objection(outgoing):
            raise ToolFault(f"Not sent: {reason}.")
        return outgoing

    async def _send(self, outgoing: Outgoing) -> None:
        sent = await self.account.post.send(outgoing)
        match sent:
            case Refused():
                raise ToolFault(f"Not sent: {sent.reason}.")
            case Unsure():
                if not await self._is_sent(outgoing, NOT_CERTAIN):
                    raise ToolFault(NOT_CERTAIN)
            case Accepted():
                await self._keep(outgoing, sent.raw)
            case _:
                assert_never(sent)

    async def _keep(self, outgoing: Outgoing, raw: bytes) -> None:
        """It has been sent, with a copy or without."""
        try:
            await self.account.mailbox.keep_sent(outgoing.message_id, raw)
        except MailboxUnreachable:
            return

    async def _is_sent(self, outgoing: Outgoing, otherwise: str) -> bool:
        try:
            return await self.account.mailbox.find_sent(outgoing.message_id)
        except MailboxUnreachable as error:
            raise ToolFault(otherwise) from error


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


async def _search(emails: Emails, errand: Errand) -> Json:
    given = errand.arguments
    found = await emails.search(
        errand.user_id,
        query=given.get("query", ""),
        sender=given.get("from"),
        since=_moment(given, "since"),
        before=_moment(given, "before"),
        unread=given.get("unread"),
        limit=given.get("limit", FOUND),
    )
    return {"emails": [_shown(email) for email in found]}


async def _read(emails: Emails, errand: Errand) -> Json:
    email = await _known(emails, errand)
    start = errand.arguments.get("offset", 0)
    piece = email.text[start : start + SLICE_CHARS]
    left = max(0, len(email.text) - start - len(piece))
    shown: Json = {
        "id": email.id,
        "folder": email.folder.value,
        "from": str(email.sender),
        "to": _names(email.to),
        "cc": _names(email.cc),
        "subject": email.subject,
        "at": iso(email.at),
        "attachments": [
            {"name": each.name, "type": each.content_type, "bytes": each.size}
            for each in email.attachments
        ],
        "body": piece,
        "charactersLeft": left,
    }
    return {**shown, "nextOffset": start + len(piece)} if left else shown


async def _letter(account: Account, errand: Errand) -> Outgoing:
    given = errand.arguments
    return Outgoing(
        message_id="",
        to=_recipients(given["to"]),
        cc=_recipients(given.get("cc", [])),
        subject=given["subject"],
        text=given["body"],
    )


async def _answer(account: Account, errand: Errand) -> Outgoing:
    email = await _known(account.emails, errand)
    given = errand.arguments
    everybody = given.get("all", False)
    return letters.reply(email, given["body"], me=account.post.sender, everybody=everybody)


async def _known(emails: Emails, errand: Errand) -> Email:
    email = await emails.read(errand.user_id, errand.arguments["id"])
    if email is None:
        raise ToolFault(NOT_FOUND)
    return email


def _recipients(texts: list[str]) -> tuple[Address, ...]:
    """Each once. Raises ToolFault."""
    found = [(text, letters.recipient(text)) for text in texts]
    for text, person in found:
        if person is None:
            raise ToolFault(f"Not sent: {text!r} is no address that one can write to.")
    once = {person.address.lower(): person for _, person in found if person is not None}
    return tuple(once.values())


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


def _shown(email: EmailFound) -> Json:
    return {
        "id": email.id,
        "folder": email.folder.value,
        "from": str(email.sender),
        "subject": email.subject,
        "at": iso(email.at),
        "unread": email.unread,
        "snippet": email.snippet,
    }


def _names(people: tuple[Address, ...]) -> list[str]:
    return [str(person) for person in people]


def _question(outgoing: Outgoing) -> str:
    """All that will go out, and to whom: what is not read back is not agreed to."""
    lines = ["Shall I send this email?", f"To: {', '.join(_names(outgoing.to))}"]
    if outgoing.cc:
        lines.append(f"Copy to: {', '.join(_names(outgoing.cc))}")
    return "\n".join([*lines, f"Subject: {outgoing.subject}", "", outgoing.text])


def _told(outgoing: Outgoing) -> str:
    sent: Json = {"to": _names(outgoing.to), "subject": outgoing.subject}
    if outgoing.cc:
        sent["cc"] = _names(outgoing.cc)
    return dumps({"sent": sent})
