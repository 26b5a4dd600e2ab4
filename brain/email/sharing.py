"""Tool for the model to send a document by email, from the user's account."""

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

MAX_NOTE_CHARS = 2_000  # takes two minutes to read aloud

AWAY = "The documents cannot be reached now, and nothing was sent. Try again later."


class ShareDocument(Arguments):
    """Email a document in the user's name: its title and whole text, below a note. First the user
    is asked.
    """

    id: DocumentId
    version: DocumentVersion
    to: People
    note: Annotated[str, About("the text above it, with a greeting", most=MAX_NOTE_CHARS)] = ""


def sharing_tools(documents: Documents, account: Account) -> tuple[Tool, ...]:
    """Return the tool that shares documents, for the account's owner."""
    return (sending_tool(ShareDocument, account, _Sharing(documents).compose, away=AWAY),)


@dataclass(frozen=True, slots=True)
class _Sharing:
    documents: Documents

    async def compose(self, asked: ShareDocument, invocation: ToolInvocation) -> Letter:
        """Compose the email from the current document. Raises ToolFault for another version.

        The user's approval is bound to the arguments, which contain the version. So a document
        that changes between the question and the approval is not sent.
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
        return Letter(
            outgoing=outgoing,
            question=question,
            foreign=document.foreign,
            document=outgoing.subject,
        )


def _question(document: Document, outgoing: Outgoing, note: str, texts: Texts) -> str:
    """Return a question with the recipients, the document and the note, all to be approved."""
    shown = described(document.title, document.body, texts)
    return texts.ask_share_document(names(outgoing.to), shown, note)
