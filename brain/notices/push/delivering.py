"""Sends notifications to the push services of the browsers' vendors.

The address came from a user, so it could name any server. Its host must be listed, it must resolve
to public IPs unless its very origin is listed, and the connection goes to a checked IP. Redirects
are not followed, and no answer is read.
"""

import asyncio
import email.utils
import logging
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from brain.cloud.pinned import PinnedHttp, PinnedRequest, Place, Resolve, resolve
from brain.errors import SettingMissing
from brain.notices.push.model import Delivery, PushMessage, PushSubscription
from brain.notices.push.settings import PORTS, PushSettings, from_text, origin_of
from brain.run.ports import Clock
from brain.texts.networks import may_connect

if TYPE_CHECKING:
    import httpx

    from brain.notices.push.sealing import Signer

LIMIT_S = 8.0  # seconds for one notification at one device
CONNECT_S = 3.0  # seconds to connect to one IP
TOKEN_S = 12 * 3600  # seconds for which a signature holds; push services take at most a day
GONE = frozenset({404, 410})

SENT, REFUSED, LATER = Delivery(kind="sent"), Delivery(kind="refused"), Delivery(kind="later")
NO_LONGER = Delivery(kind="gone")

log = logging.getLogger(__name__)


class HttpPushService:
    """`PushService` over HTTP. Name resolution and the time limit can be replaced."""

    def __init__(
        self,
        read: Callable[[], PushSettings | None],
        clock: Clock,
        *,
        resolve: Resolve = resolve,
        limit_s: float = LIMIT_S,
    ) -> None:
        """`read` returns the settings."""
        self._read = read
        self._clock = clock
        self._resolve = resolve
        self._limit_s = limit_s
        self._http = PinnedHttp(connect_s=CONNECT_S)

    async def send(self, subscription: PushSubscription, message: PushMessage) -> Delivery:
        at = self._settings
        if at is None or not at.may_send(subscription.endpoint):
            log.warning("push.failed: reason=%s", "its host is not in BRAIN_PUSH_HOSTS")
            return REFUSED
        import httpx

        try:
            async with asyncio.timeout(self._limit_s):
                return await self._sent(subscription, message, at)
        except (TimeoutError, OSError, httpx.HTTPError) as error:
            log.warning("push.failed: reason=%s", type(error).__name__)
            return LATER
        except ValueError as error:  # its key is invalid, or nothing can be sent to its address
            log.warning("push.failed: reason=%s", type(error).__name__)
            return NO_LONGER

    @cached_property
    def _settings(self) -> PushSettings | None:
        try:
            return self._read()
        except SettingMissing:
            return None

    @cached_property
    def _signer(self) -> "Signer":
        from brain.notices.push.sealing import Signer

        assert self._settings is not None
        return Signer(self._settings.private_key, self._settings.subject)

    async def _sent(
        self, subscription: PushSubscription, message: PushMessage, at: PushSettings
    ) -> Delivery:
        from brain.notices.push.sealing import fresh, seal

        p256dh, auth = from_text(subscription.p256dh), from_text(subscription.auth)
        body = seal(message.payload, p256dh=p256dh, auth=auth, own=fresh())
        places = await self._places(subscription.endpoint, at)
        if not places:
            log.error("push.failed: reason=%s", "its host is in a private network")
            return REFUSED
        parts = urlsplit(subscription.endpoint)
        asked = PinnedRequest(
            method="POST",
            scheme=parts.scheme,
            host=parts.hostname or "",
            target=f"/{subscription.endpoint.partition('://')[2].partition('/')[2]}",
            headers=self._headers(subscription.endpoint, message),
            content=body,
        )
        return await self._http.ask(asked, places, self._delivery)

    async def _places(self, endpoint: str, at: PushSettings) -> Sequence[Place]:
        """Return where to connect to, one place of each family; none if one of the host's is
        private. Raises OSError.
        """
        parts = urlsplit(endpoint)
        found = await self._resolve(parts.hostname or "", parts.port or PORTS[parts.scheme])
        if not found or not (at.is_listed(endpoint) or all(may_connect(ip) for ip, _ in found)):
            return ()
        by_family: dict[bool, Place] = {}
        for ip, port in found:
            by_family.setdefault(":" in ip, (ip, port))
        return list(by_family.values())

    def _headers(self, endpoint: str, message: PushMessage) -> dict[str, str]:
        expires_at = round(self._clock.utc().timestamp()) + TOKEN_S
        return {
            "Host": urlsplit(endpoint).netloc,
            "Authorization": self._signer.authorization(
                origin_of(endpoint) or "", expires_at=expires_at
            ),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(message.ttl_s),
            "Urgency": "high" if message.urgent else "normal",
            "Topic": message.tag,
            "Connection": "close",
        }

    async def _delivery(self, answer: "httpx.Response") -> Delivery:
        status = answer.status_code
        if 200 <= status < 300:
            return SENT
        if status in GONE:
            return NO_LONGER
        log.warning("push.failed: status=%d", status)
        if status != 429 and status < 500:
            return REFUSED
        asked = answer.headers.get("retry-after", "")
        return Delivery(kind="later", retry_after_s=_seconds(asked, self._clock.utc()))


def _seconds(asked: str, now: datetime) -> float | None:
    """Read the header Retry-After: seconds, or a time. None if it says nothing usable."""
    if re.fullmatch(r"[0-9]{1,9}", asked):
        return float(asked)
    try:
        at = email.utils.parsedate_to_datetime(asked)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - now).total_seconds(), 0.0)
