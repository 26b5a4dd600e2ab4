"""The email feature: reads, searches and sends email, and announces new email."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING

from brain import settings
from brain.cloud.world import World
from brain.documents.feature import documents_of
from brain.email.flow import CHECK, EmailServices, take_email
from brain.email.model import EmailBrought, MailboxChanged
from brain.email.ports import Emails, Mailbox
from brain.errors import DatabaseUnreachable, SettingMissing
from brain.events.ports import Takers
from brain.feature import Feature, Platform, Readers, Resources, Webhook
from brain.settings.variables import Env
from brain.tools.invocations import Tool

if TYPE_CHECKING:
    from brain.cloud.checks import Fine
    from brain.email.postmark import PostmarkReader
    from brain.email.redis import MailboxFault
    from brain.email.sending import Account
    from brain.email.watching import Watching

NAMED = 50  # people whose names speech recognition is told


def feature(platform: Platform) -> Feature:
    """Build the feature: tools, routes, Postmark's webhook, and the regular mailbox check."""
    email = _Email(platform)
    return Feature(
        tools=email.tools,
        takers=email.takers,
        readers=_readers,
        own_readers=lambda: {CHECK: lambda data: MailboxChanged()},
        webhook=email.webhook,
        resources=email.resources,
        session=lambda user_id: {"email": email.is_here(user_id)},
        on_session=lambda user_id: email.watching.begin(user_id),
        erased=lambda user_id: email.watching.end(user_id),
        names=email.names,
        seed=email.seed,
        settings={"email": _settings},
        faults=email.faults,
        checks={"email": partial(_check, platform)},
    )


class _Email:
    """The feature's services. Each is created when it is first used."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @cached_property
    def emails(self) -> Emails | None:
        """The mirror of the mailbox; None if there is no database."""
        if self._platform.database is None:
            return None
        from brain.email.postgres import PostgresEmails

        return PostgresEmails(self._platform.database)

    @cached_property
    def account(self) -> "Account | None":
        """The email account; None if none is configured or there is no database for its mirror."""
        from brain.email.settings import account

        if (world := self._platform.world) is not None:
            return self._rehearsed(world)
        at, database = account(self._platform.env), self._platform.database
        if at is None or database is None or self.emails is None:
            return None
        from brain.email.imap.mailbox import ImapMailbox
        from brain.email.imap.server import ImapServer
        from brain.email.redis import NotedMailbox
        from brain.email.sending import Account
        from brain.email.smtp import SmtpPost

        clock = self._platform.clock
        imap = ImapMailbox(ImapServer(at.imap), database, now=clock.now)
        mailbox = NotedMailbox(imap, self.fault)
        post = SmtpPost(at.smtp, at.sender, utc=clock.utc)
        return Account(emails=self.emails, mailbox=mailbox, post=post, owner=at.owner)

    def _rehearsed(self, world: World) -> "Account | None":
        """Return the account in a world, which sends nothing; None if the world has no email."""
        if world.emails is None or self.emails is None:
            return None
        from brain.email.rehearsed import world_account

        return world_account(world, self.emails)

    async def seed(self, world: World) -> None:
        """Store the emails of a world in the mirror."""
        if world.emails and self.emails is not None:
            from brain.email.rehearsed import world_emails

            await self.emails.store(world.user_id, world_emails(world))

    @cached_property
    def fault(self) -> "MailboxFault":
        """Why the last look into the mailbox failed, as all instances know."""
        from brain.email.redis import MailboxFault

        return MailboxFault(self._platform.redis, self._platform.clock.now)

    @cached_property
    def watching(self) -> "Watching":
        """The regular checks of the mailbox."""
        from brain.email.watching import Watching

        return Watching(self._platform, lambda: self.services)

    @cached_property
    def postmark(self) -> "PostmarkReader | None":
        """The reader of Postmark's webhooks; None if no password is set."""
        passwords = settings.events(self._platform.env).postmark_passwords
        if not passwords:
            return None
        from brain.email.postmark import PostmarkReader

        return PostmarkReader(passwords)

    @cached_property
    def services(self) -> EmailServices:
        return EmailServices(
            account=self.account,
            emails=self.emails,
            announcer=self._platform.announcer,
            queue=self._platform.queue,
            clock=self._platform.clock,
        )

    def tools(self) -> tuple[Tool, ...]:
        """Return all tools if there is an account; only the reading tools if emails come by
        webhook. Without either, what the tools need is not imported.
        """
        account, emails = self.account, self.emails
        zone_of = self._platform.zone_of
        if account is not None:
            from brain.email.sharing import sharing_tools
            from brain.email.tools import email_tools

            documents = documents_of(self._platform)
            tools = email_tools(
                account.emails,
                account.mailbox,
                account.post,
                owner=account.owner,
                zone_of=zone_of,
            )
            return (*tools, *(sharing_tools(documents, account) if documents else ()))
        at = settings.events(self._platform.env)
        if emails is None or not (at.secrets or at.postmark_passwords):
            return ()
        from brain.email.tools import reading_tools

        return reading_tools(emails, zone_of=zone_of)

    async def names(self, user_id: str) -> Sequence[str]:
        """Return the names of people whom the user has written to."""
        if self.emails is not None:
            with suppress(DatabaseUnreachable):
                return await self.emails.contacts(user_id, limit=NAMED)
        return ()

    def takers(self) -> Takers:
        async def brought(user_id: str, word: EmailBrought) -> None:
            await take_email(self.services, user_id, word.email)

        async def changed(user_id: str, _: MailboxChanged) -> None:
            await self.watching.check(user_id)

        return {EmailBrought: brought, MailboxChanged: changed}

    def webhook(self) -> Webhook:
        from brain.email.http import postmark_webhook

        owner = settings.events(self._platform.env).email_user
        return postmark_webhook(self.postmark, self._platform.clock, owner=owner)

    def resources(self) -> Resources:
        from brain.email.http import email_routes

        def mailbox() -> Mailbox | None:
            return self.account.mailbox if self.account is not None else None

        return email_routes(lambda: self.emails, mailbox, self._platform.env)

    def is_here(self, user_id: str) -> bool:
        """Whether the user has email. False if the account's settings are invalid: a session works
        without email, and the health route reports the error.
        """
        from brain.email.settings import has_email

        try:
            return has_email(self._platform.env, user_id)
        except SettingMissing:
            return False

    async def faults(self) -> Mapping[str, Sequence[str]]:
        """Return why the last look into the mailbox failed, in a sentence."""
        from brain.email.settings import account

        try:
            reason = await self.fault.read() if account(self._platform.env) else ""
        except SettingMissing:  # the health route reports it
            return {}
        return {"email": [f"The last look into the mailbox failed: {reason}."]} if reason else {}


def _readers() -> Readers:
    from brain.email.http import email_word

    return {"email.received": email_word}


async def _check(platform: Platform) -> "Fine":
    from brain.email.checked import check_account

    return await check_account(platform.env, platform.clock)


def _settings(env: Env) -> object:
    from brain.email.settings import account

    return account(env)
