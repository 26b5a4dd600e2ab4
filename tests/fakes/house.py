"""The brain as it is wired, over ports that a test hands in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brain.aside.flow import AnswersAside
from brain.email.flow import CHECK, EmailServices, check_mailbox, take_email
from brain.email.http import email_word
from brain.email.model import EmailBrought, MailboxChanged
from brain.email.ports import Emails
from brain.email.sending import Account
from brain.events.flow import take_word
from brain.events.ports import Takers
from brain.memory.flow import Memory
from brain.memory.ports import Archive, Facts, ShownBlock
from brain.memory.services import MemoryServices
from brain.memory.whole_log import WholeLog
from brain.notices.flow import Notices, NoticeServices
from brain.notices.ports import NoticeBoard, RuleStore
from brain.preferences.ports import PreferenceStore
from brain.questions.flow import AskUnlessTrusted, SpokenDecisions
from brain.reminders.flow import ReminderServices, remind
from brain.reminders.model import ReminderDue
from brain.reminders.ports import Reminders
from brain.reminders.rules import DUE
from brain.run.invocations import Tool
from brain.run.limits import Limits
from brain.run.ports import Channel, Clock, Log, Model, Queue, Schemas
from brain.run.services import Services
from brain.run.state import StateStore
from brain.says.choice import Languages

READERS = {"email.received": email_word}
OWN_READERS: dict[str, Any] = {
    DUE: lambda data: ReminderDue(id=data.reminder_id),
    CHECK: lambda data: MailboxChanged(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The classes that the house is made of: the real ones, unless a test hands in others."""

    services: Any = Services
    notices: Any = Notices
    notice_services: Any = NoticeServices
    memory: Any = Memory
    memory_services: Any = MemoryServices
    spoken: Any = SpokenDecisions
    consent: Any = AskUnlessTrusted
    aside: Any = AnswersAside


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """All ports of the brain and its features. None: there is no database, or no account."""

    store: StateStore
    board: NoticeBoard
    block: ShownBlock
    reminders: Reminders
    schemas: Schemas
    queue: Queue
    channel: Channel
    model: Model
    tools: Mapping[str, Tool]
    clock: Clock
    limits: Limits
    languages: Languages = field(default_factory=Languages)
    preferences: PreferenceStore | None = None
    rules: RuleStore | None = None
    facts: Facts | None = None
    archive: Archive | None = None
    emails: Emails | None = None
    account: Account | None = None
    parts: Parts = field(default_factory=Parts)

    @property
    def log(self) -> Log:
        """The whole log, as far as it is kept."""
        if self.archive is None:
            return self.store
        return WholeLog(store=self.store, archive=self.archive)

    def notices(self) -> Notices:
        """Who announces."""
        made: Notices = self.parts.notices(
            services=self.parts.notice_services(
                board=self.board,
                preferences=self.preferences,
                rules=self.rules,
                channel=self.channel,
                queue=self.queue,
                model=self.model,
                clock=self.clock,
                languages=self.languages,
            )
        )
        return made

    def memory(self) -> Memory:
        """What is done for memory around each run."""
        made: Memory = self.parts.memory(
            services=self.parts.memory_services(
                facts=self.facts,
                archive=self.archive,
                preferences=self.preferences,
                block=self.block,
                store=self.store,
                log=self.log,
                model=self.model,
                clock=self.clock,
                limits=self.limits,
            )
        )
        return made

    def services(self) -> Services:
        """What a run needs."""
        made: Services = self.parts.services(
            store=self.store,
            queue=self.queue,
            channel=self.channel,
            model=self.model,
            schemas=self.schemas,
            clock=self.clock,
            languages=self.languages,
            limits=self.limits,
            tools=self.tools,
            consent=self.parts.consent(preferences=self.preferences),
            intake=(
                self.parts.spoken(store=self.store),
                self.parts.aside(store=self.store, clock=self.clock, languages=self.languages),
            ),
            around=(self.notices(), self.memory()),
        )
        return made

    def email(self) -> EmailServices:
        """What is needed to take emails in."""
        return EmailServices(
            account=self.account,
            emails=self.emails,
            announcer=self.notices(),
            queue=self.queue,
            clock=self.clock,
        )

    def takers(self) -> Takers:
        """Who takes which words of events."""
        email = self.email()
        reminding = ReminderServices(
            reminders=self.reminders,
            announcer=self.notices(),
            queue=self.queue,
            clock=self.clock,
        )

        async def due(user_id: str, word: ReminderDue) -> None:
            await remind(reminding, user_id, word.id)

        async def brought(user_id: str, word: EmailBrought) -> None:
            await take_email(email, user_id, word.email)

        async def changed(user_id: str, _: MailboxChanged) -> None:
            await check_mailbox(email, user_id)

        return {ReminderDue: due, EmailBrought: brought, MailboxChanged: changed}

    async def take_word(self, user_id: str, word: object) -> None:
        """What /api/eventToBrain does."""
        await take_word(self.takers(), self.notices(), user_id, word)
