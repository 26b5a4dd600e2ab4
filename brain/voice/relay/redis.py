"""Tickets: who calls. A ticket is good for one call that begins soon."""

import hashlib
import secrets

from brain.cloud.redis.scripts import CALLER_LIMIT_S, Redis, Script, ScriptReply, milliseconds

TICKET_S = 60.0  # seconds until the call must have begun
MAX_TICKET_CHARS = 256

TICKET = Script(__package__, "ticket", CALLER_LIMIT_S)


class RedisTickets:
    """Tickets in the state store. Only their hashes are stored."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def make(self, user_id: str) -> str:
        """Return a new ticket of this user. Raises StoreUnreachable."""
        ticket = secrets.token_urlsafe(32)
        await self._run(ticket, user=user_id)
        return ticket

    async def take(self, ticket: str, by: str) -> str | None:
        """Return whose ticket this is; None if it is unknown, or was taken before.

        `by` names the connection: for the same one it may be taken twice, because an answer of the
        store can get lost. Raises StoreUnreachable.
        """
        if not 0 < len(ticket) <= MAX_TICKET_CHARS:
            return None
        return (await self._run(ticket, by=by)).text("user") or None

    async def _run(self, ticket: str, *, user: str = "", by: str = "") -> ScriptReply:
        name = hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return await TICKET.run(
            self._redis,
            [f"brain:{{{name}}}:ticket"],
            {"user": user, "by": by, "keep_ms": str(milliseconds(TICKET_S))},
        )
