"""The tool by which the model sends a document by email, from the user's account."""

from dataclasses import dataclass
from typing import Annotated

from brain.documents.ports import Document, Documents
from brain.documents.rules import described, outdated
from brain.documents.tools import DocumentId, DocumentVersion, known
from brain.email.model import Outgoing
from brain.email.outgoing import MAX_SUBJECT_CHARS
from brain.email.sending import Account, Letter, People, names, recipients, sending_tool
from brain.errors import ToolFault
from brain.says.texts import Texts
from brain.texts.words import one_line
from brain.tools.arguments import About, Arguments
from brain.tools.invocations import Tool, ToolInvocation

MAX_NOTE_CHARS = 2_000  # two minutes when read back

AWAY = "The documents cannot be reached now, and nothing was sent. Try again later."


class ShareDocument(Arguments):
    """Send a document by email in the user's name: its title and its whole text, below a note of
    yours. They are asked first: who gets which document.
    """

    id: DocumentId
    version: DocumentVersion
    to: People
    note: Annotated[str, About("what to say above it, with a greeting", most=MAX_NOTE_CHARS)] = ""


def sharing_tools(documents: Documents, account: Account) -> tuple[Tool, ...]:
    """The tool that shares documents, for the account's owner."""
    return (sending_tool(ShareDocument, account, _Sharing(documents).compose, away=AWAY),)


@dataclass(frozen=True, slots=True)
class _Sharing:
    documents: Documents

    async def compose(self, asked: ShareDocument, invocation: ToolInvocation) -> Letter:
        """Compose the email from the document as it is, if that is the version asked for.

        The version stands in the arguments, which the user's yes is bound to: a document that is
        changed between question and yes is not what they have agreed to.
        """
        document = await known(self.documents, invocation.user_id, asked.id)
        if reason := outdated(document.title, document.body, asked.version):
            raise ToolFault(f"Not sent: {reason}.")
        note = asked.note.strip()
        outgoing = Outgoing(
            message_id="",
            to=recipients(asked.to),
            cc=(),
            subject=one_line(document.title)[:MAX_SUBJECT_CHARS],
            text="\n\n".join(part for part in (note, document.title, document.body) if part),
        )
        question = _question(document, outgoing, note, invocation.texts)
        return Letter(outgoing=outgoing, question=question, foreign=document.foreign)


def _question(document: Document, outgoing: Outgoing, note: str, texts: Texts) -> str:
    """Who gets which document, and the note: what is not read back is not agreed to."""
    shown = described(document.title, document.body, texts)
    return texts.ask_share_document(names(outgoing.to), shown, note)
