"""Sends emails for tools: at most once, and only after the user approved the whole text."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Annotated, assert_never

from brain.codec import Json
from brain.email import outgoing as letters
from brain.email.model import Accepted, Address, Outgoing, Refused, Unsure
from brain.email.ports import Emails, Mailbox, Post
from brain.errors import DatabaseUnreachable, MailboxUnreachable, ToolFault
from brain.says.texts import Texts
from brain.tools.arguments import About, Arguments
from brain.tools.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect
from brain.tools.typed import tool

SENDING_S = 60.0  # seconds: to check the sent emails, send, and store the copy
MAX_ADDRESS_CHARS = 320

People = Annotated[
    tuple[Annotated[str, About(least=3, most=MAX_ADDRESS_CHARS)], ...],
    About("as anna@example.org", 1, letters.MAX_RECIPIENTS),
]

NO_ACCOUNT = "No email account is set up for you."
NOT_SENT = "The email account cannot be reached now, and nothing was sent. Try again later."
NOT_CERTAIN = (
    "It is not certain whether the email was sent: the mail server's answer was lost. "
    "Do not send it again. Tell the user to check the sent emails."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The mirror, the mailbox, the mail server for sending, and the user id of the owner."""

    emails: Emails
    mailbox: Mailbox
    post: Post
    owner: str

    def check(self, user_id: str) -> None:
        """Raise ToolFault for any user but the owner."""
        if user_id != self.owner:
            raise ToolFault(NO_ACCOUNT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """An email to send and the question that quotes it. The tool sets the `message_id`.

    `foreign`: the question quotes text that others wrote. `document` is the title of the document
    that it shares, if any.
    """

    outgoing: Outgoing
    question: str
    foreign: bool = False
    document: str = ""


type Compose[A] = Callable[[A, ToolInvocation], Awaitable[Letter]]


def sending_tool[A: Arguments](
    kind: type[A], account: Account, compose: Compose[A], *, away: str = NOT_SENT
) -> Tool:
    """Build a tool that sends the email that `compose` returns, after the user's approval.

    A repeated call sends no second email, because it has the same Message-ID. `away` is the error
    for the model if the database is unreachable while the email is composed.
    """
    do = _Sending(account, compose, away)
    return tool(kind, do.run, Effect.ACTS, limit_s=SENDING_S, asks=do.prepare, outcome=do.outcome)


@dataclass(frozen=True, slots=True)
class _Sending[A: Arguments]:
    """The implementation of a sending tool."""

    account: Account
    compose: Compose[A]
    away: str

    async def prepare(self, asked: A, invocation: ToolInvocation) -> Proposal:
        """Return the question with the whole email and all recipients.

        Raises ToolFault if the email cannot be sent.
        """
        letter = await self._letter(asked, invocation)
        people = (*letter.outgoing.to, *letter.outgoing.cc)
        return Proposal(
            question=letter.question,
            recipients=tuple(dict.fromkeys(person.address.lower() for person in people)),
            foreign=letter.foreign,
        )

    async def run(self, asked: A, invocation: ToolInvocation) -> ToolResult:
        """Send the email and return what was sent."""
        letter = await self._letter(asked, invocation)
        outgoing = letter.outgoing
        # Check first: this may be a second try after a crash that came after the email was sent.
        if not await self._is_sent(outgoing, NOT_SENT):
            await self._send(outgoing)
        return ToolResult.of(_sent(outgoing), done=_done(letter, invocation.texts))

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
            raise ToolFault(f"Not sent: {reason}.")
        return replace(draft, outgoing=outgoing)

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
    once = {person.address.lower(): person for _, person in found if person is not None}
    return tuple(once.values())


def names(people: tuple[Address, ...]) -> list[str]:
    """Return the addresses as they are shown to the user."""
    return [str(person) for person in people]


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
