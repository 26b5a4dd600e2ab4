"""Notices about what happens outside."""

from typing import Any

from brain.cloud.redis.scripts import Redis
from brain.events.ports import Takers
from brain.feature import Feature
from brain.notices.flow import Notices
from brain.notices.push.flow import DevicePushes, PushServices, push_again
from brain.notices.push.model import PushAgain, PushDue
from brain.notices.push.redis import RedisPushBook
from brain.notices.redis import RedisNoticeBoard
from brain.notices.services import NoticeServices
from tests.fakes.house import Ports
from tests.fakes.wishes import FakeWishes


def kept(redis: Redis, wishes: Any) -> dict[str, Any]:
    """The board, the devices, and the rules of users who may have any."""
    return {
        "board": RedisNoticeBoard(redis),
        "push_book": RedisPushBook(redis),
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
            pushes=DevicePushes(services=pushing(ports)) if ports.push_service else None,
        )
    )
    return made


def pushing(ports: Ports) -> PushServices:
    """What pushing needs."""
    return PushServices(
        book=ports.push_book,
        service=ports.push_service,
        board=ports.board,
        preferences=ports.preferences,
        queue=ports.queue,
        clock=ports.clock,
        languages=ports.languages,
        title="Second Brain",
    )


def feature(ports: Ports) -> Feature:
    """The announcer, its part in each run, and the queue's calls for devices."""

    async def due(user_id: str, word: PushDue) -> None:
        await DevicePushes(services=pushing(ports)).called(user_id)

    async def again(user_id: str, word: PushAgain) -> None:
        await push_again(pushing(ports), user_id, word)

    def takers() -> Takers:
        return {PushDue: due, PushAgain: again} if ports.push_service else {}

    return Feature(
        around=lambda: (notices_of(ports),), announcer=lambda: notices_of(ports), takers=takers
    )
