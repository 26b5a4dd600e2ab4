"""Announces events from outside."""

from functools import cached_property

from brain.feature import Feature, Platform, Resources
from brain.notices.flow import Notices
from brain.notices.ports import RuleStore
from brain.notices.redis import RedisNoticeBoard
from brain.notices.services import NoticeServices
from brain.tools.invocations import Tool


def feature(platform: Platform) -> Feature:
    """The announcer, its steps around each run, and the tools and routes for rules."""
    parts = _Parts(platform)
    return Feature(
        tools=parts.tools,
        around=lambda: (parts.notices,),
        announcer=lambda: parts.notices,
        resources=parts.resources,
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
    def notices(self) -> Notices:
        platform = self._platform
        return Notices(
            services=NoticeServices(
                board=RedisNoticeBoard(
                    platform.redis,
                    log_bound=platform.store.log_bound,
                    last_archived=platform.store.last_archived,
                ),
                preferences=platform.preferences,
                rules=self.rules,
                channel=platform.channel,
                queue=platform.queue,
                model=platform.model,
                clock=platform.clock,
                languages=platform.languages,
            )
        )

    def tools(self) -> tuple[Tool, ...]:
        if self.rules is None:
            return ()
        from brain.notices.tools import rule_tools

        return rule_tools(self.rules)

    def resources(self) -> Resources:
        from brain.notices.http import rule_routes

        return rule_routes(lambda: self.rules)
