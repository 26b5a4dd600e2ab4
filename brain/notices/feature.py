"""Announces what happens outside."""

from functools import cache

from brain.feature import Feature, Platform, Resources
from brain.notices.flow import Notices, NoticeServices
from brain.notices.ports import RuleStore
from brain.notices.redis import RedisNoticeBoard
from brain.tools.invocations import Tool


def feature(platform: Platform) -> Feature:
    """The announcer, its part in each run, and the tools and routes of rules."""

    @cache
    def rules() -> RuleStore | None:
        if platform.database is None:
            return None
        from brain.notices.postgres import PostgresRules

        return PostgresRules(platform.database)

    @cache
    def notices() -> Notices:
        return Notices(
            services=NoticeServices(
                board=RedisNoticeBoard(platform.redis, log_bound=platform.store.log_bound),
                preferences=platform.preferences,
                rules=rules(),
                channel=platform.channel,
                queue=platform.queue,
                model=platform.model,
                clock=platform.clock,
                languages=platform.languages,
            )
        )

    def tools() -> tuple[Tool, ...]:
        if (store := rules()) is None:
            return ()
        from brain.notices.tools import rule_tools

        return rule_tools(store)

    def resources() -> Resources:
        from brain.notices.http import rule_routes

        return rule_routes(rules)

    return Feature(
        tools=tools,
        around=lambda: (notices(),),
        announcer=notices,
        resources=resources,
    )
