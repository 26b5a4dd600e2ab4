"""Which tools a brain has: by what it was given to work with."""

from typing import TYPE_CHECKING

from brain.documents.ports import Documents
from brain.email.ports import Emails
from brain.memory.ports import Archive, Facts
from brain.preferences.ports import Wishes
from brain.reminders.ports import Reminders
from brain.run.invocations import Tool
from brain.run.ports import Clock, Queue
from brain.web.ports import Web

if TYPE_CHECKING:
    from brain.email.sending import Account


def toolbox(
    *,
    reminders: Reminders,
    queue: Queue,
    clock: Clock,
    web: Web,
    documents: Documents | None = None,
    memory: Facts | None = None,
    archive: Archive | None = None,
    wishes: Wishes | None = None,
    emails: Emails | None = None,
    account: "Account | None" = None,
) -> tuple[Tool, ...]:
    """All tools that these make possible; of the email tools those that read where there are
    `emails` and no account to write from.
    """
    from brain.reminders.tools import reminder_tools
    from brain.web.tools import web_tools

    anywhere = (*reminder_tools(reminders, queue, clock, wishes), *web_tools(web))
    if not (documents and memory and archive and wishes):
        return anywhere
    from brain.documents.tools import document_tools
    from brain.email.sharing import sharing_tools
    from brain.memory.tools import memory_tools
    from brain.notices.tools import rule_tools

    return (
        *document_tools(documents),
        *memory_tools(memory, archive),
        *rule_tools(wishes),
        *_email_tools(emails, account),
        *(sharing_tools(documents, account) if account else ()),
        *anywhere,
    )


def _email_tools(emails: Emails | None, account: "Account | None") -> tuple[Tool, ...]:
    from brain.email.tools import email_tools, reading_tools

    if account is not None:
        return email_tools(account.emails, account.mailbox, account.post, owner=account.owner)
    return reading_tools(emails) if emails is not None else ()
