"""Which adapter stands behind which port. Made when first used, and kept by the warm instance."""

import logging
from functools import cached_property
from random import random
from typing import TYPE_CHECKING

from brain import settings
from brain.cloud.clock import SystemClock
from brain.cloud.model.chat import ChatModel, ChatSettings
from brain.cloud.pusher import PusherChannel
from brain.cloud.qstash import QStashQueue, SignatureCheck
from brain.cloud.redis.news import UpstashNews
from brain.cloud.redis.store import RedisStore
from brain.cloud.redis.upstash import Upstash
from brain.cloud.schemas import SchemaWorker
from brain.cloud.webhooks import WebhookReader
from brain.documents.ports import Documents
from brain.email.ports import Emails
from brain.events.flow import watch_mailbox
from brain.http.tokens import Tokens
from brain.memory.ports import Archive, Facts
from brain.memory.redis import RedisShownBlock
from brain.notices.flow import announce_pending
from brain.notices.redis import RedisNoticeBoard
from brain.preferences.ports import Wishes
from brain.reminders.ports import Reminders
from brain.reminders.redis import RedisReminders
from brain.run.errors import QueueUnreachable, SettingMissing
from brain.run.feed import Feed
from brain.run.invocations import Tool
from brain.run.limits import Limits
from brain.run.turn import Invocation, Services
from brain.variables import Env

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Postgres
    from brain.email.postmark import PostmarkReader
    from brain.email.sending import Account
    from brain.events.signed import EventSignature


log = logging.getLogger("brain")


class Wiring:
    """The services of one instance, from one environment.

    Each property raises SettingMissing when first used, if its settings are not there: a function
    works as far as it is set up.
    """

    def __init__(self, env: Env) -> None:
        self.env = env
        self.clock = SystemClock()
        self._is_watching = False

    @cached_property
    def times(self) -> settings.TimeSettings:
        return settings.times(self.env)

    @cached_property
    def limits(self) -> Limits:
        return Limits(lease_s=self.times.lease_s)

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(settings.tokens(self.env))

    @cached_property
    def redis(self) -> Upstash:
        at = settings.store(self.env)
        return Upstash(at.url, at.token)

    @cached_property
    def store(self) -> RedisStore:
        return RedisStore(self.redis, self.limits, has_archive=self.database is not None)

    @cached_property
    def board(self) -> RedisNoticeBoard:
        return RedisNoticeBoard(self.redis, log_bound=self.store.log_bound)

    @cached_property
    def block(self) -> RedisShownBlock:
        return RedisShownBlock(self.redis)

    @cached_property
    def reminders(self) -> Reminders:
        return RedisReminders(self.redis)

    @cached_property
    def schemas(self) -> SchemaWorker:
        return SchemaWorker()

    @cached_property
    def queue(self) -> QStashQueue:
        return QStashQueue(settings.queue(self.env))

    @cached_property
    def channel(self) -> PusherChannel:
        return PusherChannel(settings.channel(self.env))

    @cached_property
    def signature(self) -> SignatureCheck:
        return SignatureCheck(settings.queue(self.env))

    @cached_property
    def services(self) -> Services:
        """All that the brain needs."""
        return Services(
            store=self.store,
            board=self.board,
            block=self.block,
            reminders=self.reminders,
            schemas=self.schemas,
            queue=self.queue,
            channel=self.channel,
            model=self.model,
            tools={tool.spec.name: tool for tool in self._tools},
            clock=self.clock,
            limits=self.limits,
            archive=self.archive,
            wishes=self.wishes,
            memory=self.memory,
            emails=self.emails,
            account=self.account,
        )

    @cached_property
    def archive(self) -> Archive | None:
        """The archive of logs; None where there is no database."""
        if self.database is None:
            return None
        from brain.memory.archive import PostgresArchive

        return PostgresArchive(self.database)

    @cached_property
    def news(self) -> UpstashNews:
        at = settings.store(self.env)
        return UpstashNews(at.url, at.token)

    @cached_property
    def webhooks(self) -> WebhookReader:
        return WebhookReader(settings.channel(self.env))

    @cached_property
    def events(self) -> settings.EventSettings:
        return settings.events(self.env)

    @cached_property
    def event_signature(self) -> "EventSignature | None":
        """The check of what programs sign; None where no secret is set."""
        if self.events.secret is None:
            return None
        from brain.events.signed import EventSignature

        return EventSignature(self.events.secret)

    @cached_property
    def postmark(self) -> "PostmarkReader | None":
        """The reader of Postmark's webhooks; None where no password is set."""
        if self.events.postmark_password is None:
            return None
        from brain.email.postmark import PostmarkReader

        return PostmarkReader(self.events.postmark_password)

    def feed(self, user_id: str, *, since: int) -> Feed:
        """The user's sequence after `since`, for one listener."""
        return Feed(
            self.store,
            self.archive,
            self.news,
            self.clock,
            user_id,
            since=since,
            announce=lambda: announce_pending(self.services, user_id),
        )

    async def watch_mailbox(self, user_id: str) -> None:
        """Have the user's mailbox looked into, if they have one; once by each instance, and again
        after a failure.
        """
        if self._is_watching:
            return
        try:
            self._is_watching = await watch_mailbox(self.services, user_id)
        except (QueueUnreachable, SettingMissing) as error:
            log.warning("mailbox: no schedule, reason=%s", type(error).__name__)

    def begin_invocation(self, seconds: float | None) -> Invocation:
        """A call of a function that lasts `seconds` at most, None where the platform does not
        tell.
        """
        times = self.times
        seconds = times.max_duration_s if seconds is None else seconds
        reserve_s = min(times.reserve_s, seconds * settings.RESERVE_SHARE)
        now = self.clock.now()
        return Invocation(
            id=self.clock.new_id(),
            started=now,
            cut=now + seconds - reserve_s,
            deadline=now + seconds,
        )

    async def warm(self) -> None:
        """Import what a model call needs, half a second, beside whatever else is under way."""
        await self.model.warm()

    async def aclose(self) -> None:
        """Close the connections of what was used."""
        used = vars(self)  # a cached property stands there once it was used
        for name in ("redis", "queue", "channel", "model", "news", "schemas"):
            if name in used:
                await used[name].aclose()
        if (database := used.get("database")) is not None:
            await database.close()

    @cached_property
    def model(self) -> ChatModel:
        at = settings.model(self.env)
        return ChatModel(
            ChatSettings(
                provider=at.provider,
                base_url=at.base_url,
                api_key=at.api_key,
                model=at.model,
                fallback_models=at.fallback_models,
            ),
            random=random,
        )

    @cached_property
    def database(self) -> "Postgres | None":
        url = settings.database(self.env)
        if url is None:
            return None
        from brain.cloud.postgres.database import Postgres

        return Postgres(url)

    @cached_property
    def documents(self) -> Documents | None:
        if self.database is None:
            return None
        from brain.documents.postgres import PostgresDocuments

        return PostgresDocuments(self.database)

    @cached_property
    def memory(self) -> Facts | None:
        if self.database is None:
            return None
        from brain.memory.postgres import PostgresFacts
        from brain.memory.shown import ShownFacts

        return ShownFacts(PostgresFacts(self.database), self.block)

    @cached_property
    def wishes(self) -> Wishes | None:
        if self.database is None:
            return None
        from brain.preferences.postgres import PostgresWishes
        from brain.preferences.shown import ShownWishes

        return ShownWishes(PostgresWishes(self.database), self.block)

    @cached_property
    def emails(self) -> Emails | None:
        if self.database is None:
            return None
        from brain.email.postgres import PostgresEmails

        return PostgresEmails(self.database)

    @cached_property
    def account(self) -> "Account | None":
        """The email account; None where none is set, or no database to mirror it in."""
        at = settings.email(self.env)
        if at is None or self.database is None or self.emails is None:
            return None
        from brain.email.imap.mailbox import ImapMailbox
        from brain.email.imap.server import ImapServer
        from brain.email.sending import Account
        from brain.email.smtp import SmtpPost

        mailbox = ImapMailbox(ImapServer(at.imap), self.database, now=self.clock.now)
        post = SmtpPost(at.smtp, at.sender, utc=self.clock.utc)
        return Account(emails=self.emails, mailbox=mailbox, post=post, owner=at.owner)

    @property
    def _tools(self) -> tuple[Tool, ...]:
        from brain.toolbox import toolbox
        from brain.web.fetch import HttpWeb

        brings = (self.events.secret, self.events.postmark_password) != (None, None)
        return toolbox(
            reminders=self.reminders,
            queue=self.queue,
            clock=self.clock,
            web=HttpWeb(),
            documents=self.documents,
            memory=self.memory,
            archive=self.archive,
            wishes=self.wishes,
            emails=self.emails if brings else None,
            account=self.account,
        )
