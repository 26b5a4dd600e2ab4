"""Notices about what happens outside."""

from typing import Any

from brain.cloud.redis.scripts import Redis
from brain.feature import Feature
from brain.notices.flow import Notices
from brain.notices.redis import RedisNoticeBoard
from brain.notices.services import NoticeServices
from tests.fakes.house import Ports
from tests.fakes.wishes import FakeWishes


def kept(redis: Redis, wishes: Any) -> dict[str, Any]:
    """The board, and the rules of users who may have any."""
    return {
        "board": RedisNoticeBoard(redis),
        "rules": wishes if isinstance(wishes, FakeWishes) else None,
    }


def notices_of(ports: Ports) -> Notices:
    """The announcer."""
    made: Notices = ports.part(Notices)(
        services=ports.part(NoticeServices)(
            board=ports.board,
            preferences=ports.preferences,
            rules=ports.rules,
            channel=ports.channel,
            queue=ports.queue,
            model=ports.model,
            clock=ports.clock,
            languages=ports.languages,
        )
    )
    return made


def feature(ports: Ports) -> Feature:
    """The announcer, and its part in each run."""
    return Feature(around=lambda: (notices_of(ports),), announcer=lambda: notices_of(ports))
