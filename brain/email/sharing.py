"""The tool by which the model sends a document by email, from the user's account."""

from brain.documents.ports import Document, Documents
from brain.documents.rules import described, outdated
from brain.documents.specs import ID, VERSION
from brain.documents.tools import known
from brain.email.model import Outgoing
from brain.email.outgoing import MAX_SUBJECT_CHARS
from brain.email.sending import Account, Letter, SendingTool, names, recipients
from brain.email.specs import PEOPLE, SENDING_S
from brain.run.errors import DatabaseUnreachable, ToolFault
from brain.run.invocations import Tool, ToolInvocation
from brain.run.tools import Effect, ToolSpec
from brain.texts.words import one_line

MAX_NOTE_CHARS = 2_000  # two minutes when read back

AWAY = "The documents cannot be reached now, and nothing was sent. Try again later."

SHARE = ToolSpec(
    name="shareDocument",
    description=(
        "Send a document by email in the user's name: its title and its whole text, below a note "
        "of yours. The user is asked before it goes out: who gets which document."
    ),
    parameters={
        "type": "object",
        "properties": {
            "id": ID,
            "version": VERSION,
            "to": {**PEOPLE, "description": "addresses, such as anna@example.org"},
            "note": {
                "type": "string",
                "maxLength": MAX_NOTE_CHARS,
                "description": "what to say above it, with a greeting",
            },
        },
        "required": ["id", "version", "to"],
        "additionalProperties": False,
    },
    effect=Effect.ACTS,
    limit_s=SENDING_S,
    asks=True,
)


def sharing_tools(documents: Documents, account: Account) -> tuple[Tool, ...]:
    """It, for the account's owner."""

    async def compose(account: Account, invocation: ToolInvocation) -> Letter:
        return _letter(await _agreed(documents, invocation), invocation)

    return (SendingTool(spec=SHARE, account=account, compose=compose),)


async def _agreed(documents: Documents, invocation: ToolInvocation) -> Document:
    """The document as it is, if that is the version asked for.

    The version stands in the arguments, which the user's yes is bound to: a document that is
    changed between question and yes is not what they have agreed to.
    """
    try:
        document = await known(documents, invocation)
    except DatabaseUnreachable as error:
        raise ToolFault(AWAY) from error
    if reason := outdated(document.title, document.body, invocation.arguments["version"]):
        raise ToolFault(f"Not sent: {reason}.")
    return document


def _letter(document: Document, invocation: ToolInvocation) -> Letter:
    note = invocation.arguments.get("note", "").strip()
    outgoing = Outgoing(
        message_id="",
        to=recipients(invocation.arguments["to"]),
        cc=(),
        subject=one_line(document.title)[:MAX_SUBJECT_CHARS],
        text="\n\n".join(part for part in (note, document.title, document.body) if part),
    )
    lines = [
        "Shall I send this document by email?",
        f"To: {', '.join(names(outgoing.to))}",
        f"Document: {described(document.title, document.body)}",
        *([f"With this note: {note}"] if note else []),
    ]
    return Letter(outgoing=outgoing, question="\n".join(lines), foreign=document.foreign)
