"""Announces events from outside, on open pages and on devices."""

from functools import cached_property

from brain.events.ports import Takers
from brain.feature import Feature, Platform, Readers, Resources
from brain.notices.flow import Notices
from brain.notices.ports import RuleStore
from brain.notices.push import settings
from brain.notices.push.flow import PUSH_AGAIN, PUSH_DUE
from brain.notices.push.model import PushAgain, PushDue
from brain.notices.push.wired import WebPush
from brain.notices.redis import RedisNoticeBoard
from brain.notices.services import NoticeServices
from brain.tools.invocations import Tool


def feature(platform: Platform) -> Feature:
    """The announcer, its steps around each run, the tools and routes for rules, and Web Push."""
    parts = _Parts(platform)
    return Feature(
        tools=parts.tools,
        around=lambda: (parts.notices,),
        announcer=lambda: parts.notices,
        takers=parts.takers,
        own_readers=_own_readers,
        resources=parts.resources,
        session=lambda _: {"push": True} if settings.is_on(platform.env) else {},
        settings={"push": settings.push},
        absent=settings.absent,
    )


class _Parts:
    """The parts of the feature. Each is made when it is first used."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @cached_property
    def rules(self) -> RuleStore | None:
        """The rules; None without a database."""
        if self._platform.database is None:
            return None
        from brain.notices.postgres import PostgresRules

        return PostgresRules(self._platform.database)

    @cached_property
    def board(self) -> RedisNoticeBoard:
        store = self._platform.store
        return RedisNoticeBoard(self._platform.redis, log_bound=store.log_bound, ask=store.ask)

    @cached_property
    def push(self) -> WebPush:
        return WebPush(self._platform, lambda: self.board)

    @cached_property
    def notices(self) -> Notices:
        platform = self._platform
        return Notices(
            services=NoticeServices(
                board=self.board,
                preferences=platform.preferences,
                rules=self.rules,
                channel=platform.channel,
                queue=platform.queue,
                model=platform.model,
                clock=platform.clock,
                languages=platform.languages,
                pushes=self.push.pushes,
            )
        )

    def tools(self) -> tuple[Tool, ...]:
        if self.rules is None:
            return ()
        from brain.notices.tools import rule_tools

        return rule_tools(self.rules)

    def takers(self) -> Takers:
        return self.push.takers()

    def resources(self) -> Resources:
        from brain.notices.http import rule_routes

        return {**rule_routes(lambda: self.rules), **self.push.resources()}


def _own_readers() -> Readers:
    return {
        PUSH_DUE: lambda data: PushDue(),
        PUSH_AGAIN: lambda data: PushAgain(
            subscription=data.subscription, tag=data.tag, attempt=data.attempt
        ),
    }
