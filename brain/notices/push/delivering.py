"""Sends notifications to the push services of the browsers' vendors.

The address came from a user, so it could name any server. Its host must be listed, it must resolve
to public IPs unless its very origin is listed, and the connection goes to a checked IP. Redirects
are not followed, and no answer is read.
"""

import asyncio
import email.utils
import logging
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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

type Resolved = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolved(host: str, port: int) -> Sequence[str]:
    """Return the IPs of a host, by the system's resolver. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


class HttpPushService:
    """`PushService` over HTTP. Name resolution and the time limit can be replaced."""

    def __init__(
        self,
        read: Callable[[], PushSettings | None],
        clock: Clock,
        *,
        resolve: Resolved = resolved,
        limit_s: float = LIMIT_S,
    ) -> None:
        """`read` returns the settings."""
        self._read = read
        self._clock = clock
        self._resolve = resolve
        self._limit_s = limit_s
        self._tls: ssl.SSLContext | None = None

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
        except ValueError as error:  # its key is none, or its address cannot be sent to
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
        ips = await self._places(subscription.endpoint, at)
        if not ips:
            log.error("push.failed: reason=%s", "its host is in a private network")
            return REFUSED
        headers = self._headers(subscription.endpoint, message)
        return await self._reach(subscription.endpoint, ips, body, headers)

    async def _places(self, endpoint: str, at: PushSettings) -> Sequence[str]:
        """Return IPs to connect to, one of each family; none if one of the host's is private.
        Raises OSError.
        """
        parts = urlsplit(endpoint)
        found = await self._resolve(parts.hostname or "", parts.port or PORTS[parts.scheme])
        if not found or not (at.is_listed(endpoint) or all(map(may_connect, found))):
            return ()
        by_family: dict[bool, str] = {}
        for ip in found:
            by_family.setdefault(":" in ip, ip)
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

    async def _reach(
        self, endpoint: str, ips: Sequence[str], body: bytes, headers: dict[str, str]
    ) -> Delivery:
        """Send to the first IP that can be reached: one family may have no way to the host."""
        import httpx

        for ip in ips[:-1]:
            try:
                return await self._post(endpoint, ip, body, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._post(endpoint, ips[-1], body, headers)

    async def _post(self, endpoint: str, ip: str, body: bytes, headers: dict[str, str]) -> Delivery:
        import httpx

        if self._tls is None:  # in a thread: it loads more than a hundred certificates
            self._tls = await asyncio.to_thread(httpx.create_ssl_context, trust_env=False)
        parts = urlsplit(endpoint)
        target = endpoint.partition("://")[2].partition("/")[2]
        request = httpx.Request(
            "POST",
            httpx.URL(scheme=parts.scheme, host=ip, port=parts.port or PORTS[parts.scheme]),
            headers=headers,
            content=body,
            extensions={
                "sni_hostname": parts.hostname,
                "target": f"/{target}".encode(),
                "timeout": {"connect": CONNECT_S},
            },
        )
        async with httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False) as transport:
            answer = await transport.handle_async_request(request)
            await answer.aclose()
        return self._delivery(answer)

    def _delivery(self, answer: "httpx.Response") -> Delivery:
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
