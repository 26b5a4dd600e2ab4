"""Sends emails for tools: at most once, and only after the user approved the whole text."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from typing import Annotated, assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from brain.codec import Json
from brain.email import outgoing as letters
from brain.email.model import Accepted, Address, Outgoing, Refused, Unsure
from brain.email.ports import Emails, Mailbox, Post
from brain.errors import DatabaseUnreachable, MailboxUnreachable, ToolFault
from brain.says.texts import Texts
from brain.tools.arguments import About, Arguments
from brain.tools.content import QuestionContent
from brain.tools.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect
from brain.tools.typed import tool

SENDING_S = 60.0  # seconds: to check the sent emails, send, and store the copy
MAX_ADDRESS_CHARS = 320
SHORT_CHARS = 500  # of a text whose length a question need not say: it is heard in half a minute

People = Annotated[
    tuple[Annotated[str, About(least=3, most=MAX_ADDRESS_CHARS)], ...],
    About("as anna@example.org", 1, letters.MAX_RECIPIENTS),
]

ODD_NAME = "has a name that looks like an address or like several people. Leave the name out."
NO_ACCOUNT = "No email account is set up for you."
NOT_SENT = "The email account cannot be reached now, and nothing was sent. Try again later."
NOT_CERTAIN = (
    "It is not certain whether the email was sent: the mail server's answer was lost. "
    "Do not send it again. Tell the user to check the sent emails."
)


class Account(Struct, frozen=True, kw_only=True):
    """The mirror, the mailbox, the mail server for sending, and the user id of the owner."""

    emails: Emails
    mailbox: Mailbox
    post: Post
    owner: str

    def check(self, user_id: str) -> None:
        """Raise ToolFault for any user but the owner."""
        if user_id != self.owner:
            raise ToolFault(NO_ACCOUNT)


class Letter(Struct, frozen=True, kw_only=True):
    """An email to send and the question that quotes it. The tool sets the `message_id`.

    `foreign`: the question and the result quote text that others wrote. `document` is the title of
    the document that it shares, if any. `arguments` replace the call's own: they say what is sent
    in the form in which the question shows it.
    """

    outgoing: Outgoing
    question: str
    foreign: bool = False
    document: str = ""
    arguments: Json = field(default_factory=dict)


type Compose[A] = Callable[[A, ToolInvocation], Awaitable[Letter]]
type Done[A] = Callable[[A, ToolInvocation], Awaitable[None]]


async def nothing_more(asked: Arguments, invocation: ToolInvocation) -> None:
    """Do nothing after the email was sent."""


def sending_tool[A: Arguments](
    kind: type[A],
    account: Account,
    compose: Compose[A],
    *,
    away: str = NOT_SENT,
    done: Done[A] = nothing_more,
) -> Tool:
    """Build a tool that sends the email that `compose` returns, after the user's approval.

    A repeated call sends no second email, because it has the same Message-ID. `away` is the error
    for the model if the database is unreachable while the email is composed. `done` is called once
    the email was sent.
    """
    do = _Sending(account, compose, away, done)
    return tool(kind, do.run, Effect.ACTS, limit_s=SENDING_S, asks=do.prepare, outcome=do.outcome)


class _Sending[A: Arguments](Struct, frozen=True):
    """The implementation of a sending tool."""

    account: Account
    compose: Compose[A]
    away: str
    done: Done[A]

    async def prepare(self, asked: A, invocation: ToolInvocation) -> Proposal:
        """Return the question with the whole email and all recipients.

        Raises ToolFault if the email cannot be sent.
        """
        letter = await self._letter(asked, invocation)
        content = _content(letter.outgoing)
        return Proposal(
            question=letter.question,
            recipients=tuple(dict.fromkeys(one.address.lower() for one in content.recipients)),
            foreign=letter.foreign,
            arguments={**invocation.arguments, **letter.arguments},
            content=content,
        )

    async def run(self, asked: A, invocation: ToolInvocation) -> ToolResult:
        """Send the email and return what was sent."""
        letter = await self._letter(asked, invocation)
        outgoing = letter.outgoing
        # Check first: this may be a second try after a crash that came after the email was sent.
        if not await self._is_sent(outgoing, NOT_SENT):
            await self._send(outgoing)
        await self.done(asked, invocation)
        told = _done(letter, invocation.texts)
        return ToolResult.of(_sent(outgoing), foreign=letter.foreign, done=told)

    async def outcome(self, invocation: ToolInvocation) -> ToolResult | None:
        """Look for the copy in the sent emails. Returns None if there is no copy.

        Then the outcome is unknown: the process may have crashed after the server accepted the
        email and before the copy was stored.
        """
        self.account.check(invocation.user_id)
        try:
            is_sent = await self.account.mailbox.find_sent(self._message_id(invocation))
        except MailboxUnreachable:
            return None
        if not is_sent:
            return None
        to = invocation.arguments.get("to")
        done = invocation.texts.DONE["sent" if to else "mailed"].format(to=", ".join(to or ()))
        return ToolResult.of({"sent": True}, done=done)

    def _message_id(self, invocation: ToolInvocation) -> str:
        return letters.message_id(invocation.idempotency_key, self.account.post.sender)

    async def _letter(self, asked: A, invocation: ToolInvocation) -> Letter:
        self.account.check(invocation.user_id)
        try:
            draft = await self.compose(asked, invocation)
        except DatabaseUnreachable as error:
            # Only here: after the email was passed to the server, this error would be wrong.
            raise ToolFault(self.away) from error
        outgoing = replace(draft.outgoing, message_id=self._message_id(invocation))
        if reason := letters.objection(outgoing):
            raise ToolFault(f"Not sent: {reason}.", foreign=draft.foreign)
        return replace(draft, outgoing=outgoing)

    async def _send(self, outgoing: Outgoing) -> None:
        sent = await self.account.post.send(outgoing)
        match sent:
            case Refused():
                raise ToolFault(f"Not sent: {sent.reason}.", foreign=sent.foreign)
            case Unsure():
                if not await self._is_sent(outgoing, NOT_CERTAIN):
                    raise ToolFault(NOT_CERTAIN)
            case Accepted():
                await self._keep(outgoing, sent.raw)
            case _:
                assert_never(sent)

    async def _keep(self, outgoing: Outgoing, raw: bytes) -> None:
        """Store a copy in the sent emails. Errors are ignored, because the email has been sent."""
        try:
            await self.account.mailbox.keep_sent(outgoing.message_id, raw)
        except MailboxUnreachable:
            return

    async def _is_sent(self, outgoing: Outgoing, otherwise: str) -> bool:
        try:
            return await self.account.mailbox.find_sent(outgoing.message_id)
        except MailboxUnreachable as error:
            raise ToolFault(otherwise) from error


def recipients(texts: Iterable[str]) -> tuple[Address, ...]:
    """Parse the recipients and remove duplicates. Raises ToolFault."""
    found = [(text, letters.recipient(text)) for text in texts]
    for text, person in found:
        if person is None:
            raise ToolFault(f"Not sent: {text!r} is not a valid email address.")
        if not letters.may_be_shown(person.name):
            raise ToolFault(f"Not sent: {text!r} {ODD_NAME}")
    once = {person.address.lower(): person for _, person in found if person is not None}
    return tuple(once.values())


async def with_known_names(
    people: tuple[Address, ...], emails: Emails, invocation: ToolInvocation
) -> tuple[Address, ...]:
    """Leave out each name that the user's own email does not have with this address.

    The question shows the name, and anybody can think of one. An approved call has the names that
    the question showed, or that the user has typed.
    """
    if invocation.approved or not any(person.name for person in people):
        return people
    known: Collection[Address] = ()
    with suppress(DatabaseUnreachable):  # then all names are left out
        known = await emails.known(invocation.user_id, [one for one in people if one.name])
    return tuple(one if one in known else replace(one, name="") for one in people)


def names(people: tuple[Address, ...]) -> list[str]:
    """Return the recipients as they are shown to the user."""
    return [str(letters.shown(person)) for person in people]


def told_length(text: str) -> int:
    """Return the length in characters if a question says it; 0 for a short text."""
    return len(text) if len(text) > SHORT_CHARS else 0


def _content(outgoing: Outgoing) -> QuestionContent:
    recipients = tuple(letters.shown(person) for person in (*outgoing.to, *outgoing.cc))
    return QuestionContent(
        recipients=recipients,
        count=len(recipients),
        subject=outgoing.subject,
        text=outgoing.text,
        characters=len(outgoing.text),
    )


def _done(letter: Letter, texts: Texts) -> str:
    """Say to which addresses the email was sent."""
    people = (*letter.outgoing.to, *letter.outgoing.cc)
    act = "shared" if letter.document else "sent"
    to = ", ".join(person.address for person in people)
    return texts.DONE[act].format(document=letter.document, to=to)


def _sent(outgoing: Outgoing) -> Json:
    sent: Json = {"to": names(outgoing.to), "subject": outgoing.subject}
    if outgoing.cc:
        sent["cc"] = names(outgoing.cc)
    return {"sent": sent}
