"""The queue: QStash calls our routes later and at least once, and signs its requests.

The signatures are checked with PyJWT, because the SDK's check allows no leeway: its clock_tolerance
has no effect, and it refuses a token issued one second "in the future".
"""

import asyncio
import base64
import hashlib
import hmac
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from brain.cloud import meter
from brain.cloud.made import Made
from brain.cloud.quotas import used_up
from brain.codec import Form, Json
from brain.errors import QueueUnreachable, SignatureRefused
from brain.run.moves import WakeCall
from brain.settings import QueueSettings

if TYPE_CHECKING:
    from qstash import AsyncQStash
    from qstash.message import FlowControl

    from brain.voice.sessions.model import VendorCall

AGAIN_ROUTE = "/api/brainToBrain"
EVENT_ROUTE = "/api/eventToBrain"
TRY_S = 2.0  # seconds for one attempt to publish
TRIES = 2  # both attempts fit into the time reserved for a hand-over
HANG_UP = "hangup"  # the reason of a call that ends a voice session
RETRIES = 3  # deliveries after the first; the free plan allows no more
RETRY_DELAY = "3000 * pow(4, retried)"  # ms: 3, 12 and 48 s, to survive an outage of one minute
# Raised by the SDK for responses that are not QStash's, such as a gateway's error page.
BAD_RESPONSES = (ValueError, KeyError, TypeError)
LEEWAY_S = 30  # seconds by which QStash's clock may differ from ours

log = logging.getLogger(__name__)


def retry_after_s(retried: int) -> int:
    """Return the same delay in seconds, for a response that asks the queue to retry."""
    return int(3 * 4 ** min(max(retried, 0), RETRIES))


# User id, message id, delay in seconds. A hang-up's id is followed by a space and this word.
type Noted = Callable[[str, str, float], Awaitable[None]]

WAKE_CALL = Form(WakeCall, first=("userId", "runId", "fence", "wake", "reason"))


class FlowLimit(Struct, frozen=True, kw_only=True):
    """Messages with this key: at most `parallelism` of them are under way, the others wait."""

    key: str
    parallelism: int


async def unnoted(user_id: str, message_id: str, delay_s: float) -> None:
    """Note nothing: the messages cannot be cancelled."""


class QStashQueue:
    """`Queue` on QStash."""

    def __init__(self, at: QueueSettings, *, note: Noted = unnoted) -> None:
        """`note` keeps the ids of the messages for a user, so that they can be cancelled."""
        self._at = at
        self._note = note
        # Several deployments may share the account, and schedule ids are unique per account.
        self._deployment = hashlib.sha256(at.public_url.encode()).hexdigest()[:16]
        self._client = Made(lambda: _make(at.token, at.url))

    async def publish(self, wake_call: WakeCall, *, delay_s: float, dedup_id: str) -> None:
        await self._publish(AGAIN_ROUTE, WAKE_CALL.encode(wake_call), delay_s, dedup_id)

    async def tell(self, event: Json, *, delay_s: float, dedup_id: str) -> None:
        await self._publish(EVENT_ROUTE, event, delay_s, dedup_id)

    async def hang_up(
        self,
        user_id: str,
        session_id: str,
        *,
        delay_s: float,
        call: "VendorCall | None" = None,
        after: str = "",
    ) -> None:
        """Call /api/brainToBrain to end a voice session; once per session, however often asked,
        and once more `after` the message with this id has failed for the last time.
        """
        body: Json = {"userId": user_id, "reason": HANG_UP, "voiceSessionId": session_id}
        if call is not None:
            body |= {"vendor": call.vendor, "callId": call.id, "begunS": call.begun_s}
        dedup_id = f"hangup-{session_id}-after-{after}" if after else f"hangup-{session_id}"
        await self._publish(AGAIN_ROUTE, body, delay_s, dedup_id)

    async def call_mind(
        self, body: Json, *, delay_s: float, dedup_id: str, limit: FlowLimit | None = None
    ) -> None:
        """Call /api/brainToBrain for a mind or a job, with this body."""
        # A job's id derives from its user's key, so two deployments may give it twice.
        dedup_id = f"{self._deployment}-{dedup_id}"
        await self._publish(AGAIN_ROUTE, body, delay_s, dedup_id, limit)

    async def keep_schedule(self, name: str, *, cron: str, event: Json) -> None:
        await self._insist(
            lambda client: client.schedule.create_json(
                destination=f"{self._at.public_url}{EVENT_ROUTE}",
                cron=cron,
                body=event,
                headers=dict(self._at.headers),
                schedule_id=f"{name}-{self._deployment}",
                retries=RETRIES,
                retry_delay=RETRY_DELAY,
            )
        )

    async def drop_schedule(self, name: str) -> None:
        """End a schedule, if there is one. Raises QueueUnreachable."""
        await self._insist(
            lambda client: _gone(client.schedule.delete(f"{name}-{self._deployment}"))
        )

    async def cancel(self, message_id: str) -> None:
        """Cancel a message, if it still waits. Raises QueueUnreachable."""
        await self._insist(lambda client: _gone(client.message.cancel(message_id)))

    async def aclose(self) -> None:
        """Close the connections."""
        if (client := self._client.take()) is not None:
            await client.http._client.aclose()  # the SDK has no public way

    async def _publish(
        self, route: str, body: Json, delay_s: float, dedup_id: str, limit: FlowLimit | None = None
    ) -> None:
        flow: FlowControl = {"key": limit.key, "parallelism": limit.parallelism} if limit else {}
        sent = await self._insist(
            lambda client: client.message.publish_json(
                url=f"{self._at.public_url}{route}",
                body=body,
                headers=dict(self._at.headers),
                delay=math.ceil(delay_s) if delay_s > 0 else None,
                deduplication_id=dedup_id,
                flow_control=flow,
                retries=RETRIES,
                retry_delay=RETRY_DELAY,
            )
        )
        meter.count(queued=1)
        id = str(getattr(sent, "message_id", ""))
        noted = f"{id} {HANG_UP}" if id and body.get("reason") == HANG_UP else id
        await self._note(str(body.get("userId", "")), noted, delay_s)

    async def _insist(self, send: Callable[["AsyncQStash"], Awaitable[object]]) -> object:
        """Send until QStash acknowledges, at most TRIES times. Raises QueueUnreachable.

        A retry is safe: QStash recognizes it by the deduplication id or the schedule's id. Waiting
        for others is no try, but counts in the time.
        """
        try:
            async with asyncio.timeout(TRIES * TRY_S), self._client.turn() as client:
                return await self._try(client, send)
        except TimeoutError:
            log.warning("queue.failed: reason=TimeoutError")
            raise QueueUnreachable("no acknowledgement from the queue: TimeoutError") from None

    async def _try(
        self, client: "AsyncQStash", send: Callable[["AsyncQStash"], Awaitable[object]]
    ) -> object:
        import httpx
        from qstash.errors import DailyMessageLimitExceededError, QStashError

        reason = ""
        for _ in range(TRIES):
            try:
                async with asyncio.timeout(TRY_S):
                    return await send(client)
            except DailyMessageLimitExceededError as error:
                log.error("queue: the daily limit is used up")
                told = QueueUnreachable("the queue's daily limit is used up")
                raise used_up(told, "queue", daily=True) from error
            except (TimeoutError, httpx.HTTPError, QStashError, *BAD_RESPONSES) as error:
                reason = type(error).__name__
                log.warning("queue.failed: reason=%s", reason)
        raise QueueUnreachable(f"no acknowledgement from the queue: {reason}")


async def _gone(deleting: Awaitable[object]) -> None:
    """Await a deletion. What is not there is deleted already."""
    from qstash.errors import QStashError

    try:
        await deleting
    except QStashError as error:
        if "status: 404" not in str(error):
            raise


def _make(token: str, base_url: str | None) -> "AsyncQStash":
    from qstash import AsyncQStash

    return AsyncQStash(token, retry=False, base_url=base_url)


class SignatureCheck:
    """Verifies that QStash signed a request, for the called route and this body."""

    def __init__(self, at: QueueSettings) -> None:
        self._keys = (at.current_key, at.next_key)
        self._public_url = at.public_url

    def check(self, signature: str | None, body: bytes, *, route: str = AGAIN_ROUTE) -> None:
        """Raise SignatureRefused unless the current or the next key signed this body and route."""
        import jwt

        if not signature:
            raise SignatureRefused("no signature")
        for key in self._keys:
            try:
                claims = jwt.decode(
                    signature,
                    key,
                    algorithms=["HS256"],
                    issuer="Upstash",
                    leeway=LEEWAY_S,
                    options={"require": ["iss", "sub", "exp", "nbf", "body"], "verify_sub": False},
                )
            except jwt.InvalidSignatureError:
                continue
            except jwt.InvalidTokenError as error:
                raise SignatureRefused(type(error).__name__) from error
            self._check_claims(claims, body, route)
            return
        raise SignatureRefused("signed with another key")

    def _check_claims(self, claims: Mapping[str, object], body: bytes, route: str) -> None:
        if claims["sub"] != f"{self._public_url}{route}":
            raise SignatureRefused("signed for another URL")
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=")
        if not hmac.compare_digest(str(claims["body"]).rstrip("=").encode(), digest):
            raise SignatureRefused("signed for another body")
