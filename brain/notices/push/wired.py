"""Web Push, made from the settings of a platform."""

from collections.abc import Callable
from functools import cached_property

from brain import settings as deployment
from brain.errors import SettingMissing
from brain.events.ports import Takers
from brain.feature import Platform, Resources
from brain.notices.ports import NoticeBoard
from brain.notices.push import settings
from brain.notices.push.flow import DevicePushes, PushServices, push_again
from brain.notices.push.model import PushAgain, PushDue
from brain.notices.push.redis import RedisPushBook
from brain.notices.push.settings import PushSettings

TITLE = "Second Brain"  # where the deployment has no name of its own


class WebPush:
    """The parts of Web Push. Each is made when it is first used."""

    def __init__(self, platform: Platform, board: Callable[[], NoticeBoard]) -> None:
        self._platform = platform
        self._board = board

    @cached_property
    def book(self) -> RedisPushBook:
        return RedisPushBook(self._platform.redis)

    @cached_property
    def pushes(self) -> DevicePushes | None:
        """Pushes to devices; None where that is not set up, or not rightly. Health says why."""
        return DevicePushes(services=self.services) if settings.is_on(self._platform.env) else None

    @cached_property
    def services(self) -> PushServices:
        from brain.notices.push.delivering import HttpPushService

        platform = self._platform
        return PushServices(
            book=self.book,
            service=HttpPushService(self.settings, platform.clock),
            board=self._board(),
            preferences=platform.preferences,
            queue=platform.queue,
            clock=platform.clock,
            languages=platform.languages,
            title=self._title(),
        )

    def settings(self) -> PushSettings | None:
        """Read the settings. Raises SettingMissing."""
        return settings.push(self._platform.env)

    def takers(self) -> Takers:
        """The takers of the queue's calls."""

        async def due(user_id: str, word: PushDue) -> None:
            if self.pushes is not None:
                await self.pushes.called(user_id)

        async def again(user_id: str, word: PushAgain) -> None:
            if self.pushes is not None:
                await push_again(self.pushes.services, user_id, word)

        return {PushDue: due, PushAgain: again}

    def resources(self) -> Resources:
        from brain.notices.push.http import push_routes

        return push_routes(lambda: self.book, self.settings, self._platform.clock)

    def _title(self) -> str:
        try:
            return deployment.persona(self._platform.env)[0] or TITLE
        except SettingMissing:
            return TITLE
