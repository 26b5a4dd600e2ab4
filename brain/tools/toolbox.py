"""Which tools a brain has: by what it was given to work with."""

from typing import TYPE_CHECKING

from brain.ports import (
    Archive,
    Clock,
    Documents,
    Emails,
    Memory,
    Queue,
    Reminders,
    Tool,
    Web,
    Wishes,
)

if TYPE_CHECKING:
    from brain.tools.sending import Account


def toolbox(
    *,
    reminders: Reminders,
    queue: Queue,
    clock: Clock,
    web: Web,
    documents: Documents | None = None,
    memory: Memory | None = None,
    archive: Archive | None = None,
    wishes: Wishes | None = None,
    emails: Emails | None = None,
    account: "Account | None" = None,
) -> tuple[Tool, ...]:
    """All tools that these make possible; of the email tools those that read where there are
    `emails` and no account to write from.
    """
    from brain.tools.reminders import reminder_tools
    from brain.tools.web import web_tools

    anywhere = (*reminder_tools(reminders, queue, clock, wishes), *web_tools(web))
    if not (documents and memory and archive and wishes):
        return anywhere
    from brain.tools.documents import document_tools
    from brain.tools.memory import memory_tools
    from brain.tools.rules import rule_tools
    from brain.tools.sharing import sharing_tools

    return (
        *document_tools(documents),
        *memory_tools(memory, archive),
        *rule_tools(wishes),
        *_email_tools(emails, account),
        *(sharing_tools(documents, account) if account else ()),
        *anywhere,
    )


def _email_tools(emails: Emails | None, account: "Account | None") -> tuple[Tool, ...]:
    from brain.tools.email import email_tools, reading_tools

    if account is not None:
        return email_tools(account.emails, account.mailbox, account.post, owner=account.owner)
    return reading_tools(emails) if emails is not None else ()
