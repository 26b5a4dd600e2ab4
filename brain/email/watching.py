"""The regular checks of the mailbox, by the queue."""

import logging
from collections.abc import Callable
from contextlib import suppress

from brain.cloud.redis.scripts import CALLER_LIMIT_S
from brain.email.flow import MAILBOX, EmailServices, check_mailbox, watch_mailbox
from brain.errors import QueueUnreachable, SettingMissing, StoreUnreachable
from brain.feature import Platform

KEY = "brain:{email}:unwatched"  # of no user: there is one account

log = logging.getLogger("brain")


class Watching:
    """Begins and ends the checks.

    They end when the account's owner is erased, until the owner begins a session again. A call that
    is on its way then finds nothing to do.
    """

    def __init__(self, platform: Platform, services: Callable[[], EmailServices]) -> None:
        self._platform = platform
        self._services = services
        self._is_scheduled = False

    async def begin(self, user_id: str) -> None:
        """Schedule the checks of the user's mailbox, if there is one: once per instance, and again
        after a failure or after the user was erased.
        """
        try:
            if not self._is_owner(user_id) or (self._is_scheduled and not await self._is_ended()):
                return
            await self._platform.redis.execute(["DEL", KEY], limit_s=CALLER_LIMIT_S)
            self._is_scheduled = await watch_mailbox(self._services(), user_id)
        except (QueueUnreachable, StoreUnreachable, SettingMissing) as error:
            log.warning("mailbox: not scheduled, reason=%s", type(error).__name__)

    async def check(self, user_id: str) -> None:
        """Look into the owner's mailbox, unless the owner was erased. Raises Unreachable."""
        if self._is_owner(user_id) and not await self._is_ended():
            await check_mailbox(self._services(), user_id)

    async def end(self, user_id: str) -> None:
        """End the checks: the user was erased. Raises StoreUnreachable."""
        with suppress(SettingMissing):  # no account, or no queue
            if not self._is_owner(user_id):
                return
            await self._platform.redis.execute(["SET", KEY, "1"], limit_s=CALLER_LIMIT_S)
            with suppress(QueueUnreachable):  # the calls find nothing to do
                await self._platform.queue.drop_schedule(MAILBOX)

    def _is_owner(self, user_id: str) -> bool:
        account = self._services().account
        return account is not None and account.owner == user_id

    async def _is_ended(self) -> bool:
        found = await self._platform.redis.execute(["EXISTS", KEY], limit_s=CALLER_LIMIT_S)
        return bool(int(found))
