"""Tool for the model to send a document by email, from the user's account."""

from contextlib import suppress
from typing import Annotated

from msgspec import Struct

from brain.documents.ports import Documents
from brain.documents.rules import Excerpt, excerpt, outdated
from brain.documents.tools import DocumentId, DocumentVersion, known
from brain.email.model import Outgoing
from brain.email.outgoing import MAX_SUBJECT_CHARS
from brain.email.sending import (
    Account,
    Letter,
    People,
    names,
    recipients,
    sending_tool,
    told_length,
    with_known_names,
)
from brain.errors import DatabaseUnreachable, ToolFault
from brain.says.texts import Texts
from brain.texts.plain import plain_line, plain_text
from brain.tools.arguments import About, Arguments
from brain.tools.invocations import Tool, ToolInvocation

MAX_NOTE_CHARS = 2_000  # takes two minutes to read aloud

AWAY = "The documents cannot be reached now, and nothing was sent. Try again later."


class ShareDocument(Arguments):
    """Email a document, title and text, below a note. First the user is asked."""

    id: DocumentId
    version: DocumentVersion
    to: People
    note: Annotated[str, About("with a greeting", most=MAX_NOTE_CHARS, plain="text")] = ""


def sharing_tools(documents: Documents, account: Account) -> tuple[Tool, ...]:
    """Return the tool that shares documents, for the account's owner."""
    do = _Sharing(documents, account)
    return (sending_tool(ShareDocument, account, do.compose, away=AWAY, done=do.mark_seen),)


class _Sharing(Struct, frozen=True):
    documents: Documents
    account: Account

    async def compose(self, asked: ShareDocument, invocation: ToolInvocation) -> Letter:
        """Compose the email from the current document. Raises ToolFault for another version.

        The user's approval is bound to the arguments, which contain the version. So a document
        that changes between the question and the approval is not sent.
        """
        user_id = invocation.user_id
        document = await known(self.documents, user_id, asked.id)
        if reason := outdated(document.title, document.body, asked.version):
            raise ToolFault(f"Not sent: {reason}.")
        people = recipients(asked.to)
        title, body = plain_line(document.title), plain_text(document.body)
        outgoing = Outgoing(
            message_id="",
            to=await with_known_names(people, self.account.emails, invocation),
            cc=(),
            subject=plain_line(title[:MAX_SUBJECT_CHARS]),
            text="\n\n".join(part for part in (asked.note, title, body) if part),
        )
        seen = await self.documents.seen(user_id, document.id)
        shown = excerpt(document.body, foreign=document.foreign, seen=seen)
        return Letter(
            outgoing=outgoing,
            question=_question(outgoing, title, body, asked.note, shown, invocation.texts),
            foreign=document.foreign,
            document=outgoing.subject,
            arguments={"to": [str(person) for person in outgoing.to]},
        )

    async def mark_seen(self, asked: ShareDocument, invocation: ToolInvocation) -> None:
        """Note that the user has seen the document, if they approved a question that showed it."""
        if invocation.approved:
            with suppress(DatabaseUnreachable):  # then the next question shows it again
                await self.documents.mark_seen(invocation.user_id, asked.id, version=asked.version)


def _question(
    outgoing: Outgoing, title: str, body: str, note: str, shown: Excerpt | None, texts: Texts
) -> str:
    """Return a question with the recipients, the document and the note, all to be approved."""
    if shown is None:
        parts = body
    else:
        parts = texts.document_parts(shown.beginning, shown.changed, shown.end)
    return texts.ask_share_document(
        names(outgoing.to), title=title, note=note, text=parts, characters=told_length(body)
    )
