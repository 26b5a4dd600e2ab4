"""The open voice sessions and the seconds of the day, in one hash per user."""

from typing import Literal

from brain.cloud.redis.scripts import (
    CALLER_LIMIT_S,
    Keys,
    Redis,
    Script,
    ScriptReply,
    milliseconds,
)
from brain.voice.sessions.model import DayUsedUp, Ended, OpenSession, Reserved, SessionPlace

OPENING_S = 30.0  # seconds; longer than a vendor is waited for
KEEP_MS = 3 * 24 * 3600 * 1000  # ms; longer than any session, and than its day
MOST_ENDED = 16  # ids of ended sessions that are remembered

type BookStep = Literal["reserve", "opened", "find", "current", "end", "drop"]

VOICE = Script(__package__, "voice", CALLER_LIMIT_S)


class RedisSessionBook:
    """`SessionBook` on a Redis script."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def reserve(
        self, user_id: str, id: str, vendor: str, *, max_s: float, day_s: float
    ) -> SessionPlace:
        reply = await self._run(user_id, "reserve", id, vendor=vendor, max_s=max_s, day_s=day_s)
        match reply.kind:
            case "reserved":
                return Reserved(max_s=reply.number("max") // 1000)
            case "spent":
                return DayUsedUp(retry_after_s=reply.number("wait") / 1000)
            case _:
                return _session(reply)

    async def opened(self, user_id: str, id: str, call_id: str) -> str | None:
        reply = await self._run(user_id, "opened", id, call=call_id)
        return None if reply.text("id") == id else reply.text("id")

    async def find(self, user_id: str, id: str) -> OpenSession | Ended:
        reply = await self._run(user_id, "find", id)
        return _session(reply) if reply.kind == "open" else _ended(reply)

    async def current(self, user_id: str) -> OpenSession | None:
        reply = await self._run(user_id, "current", "")
        return _session(reply) if reply.kind == "open" else None

    async def end(self, user_id: str, id: str, *, was_gone: bool) -> Ended:
        return _ended(await self._run(user_id, "end", id, gone=was_gone))

    async def drop(self, user_id: str, id: str) -> None:
        await self._run(user_id, "drop", id)

    async def _run(
        self,
        user_id: str,
        what: BookStep,
        id: str,
        *,
        vendor: str = "",
        call: str = "",
        max_s: float = 0,
        day_s: float = 0,
        gone: bool = False,
    ) -> ScriptReply:
        return await VOICE.run(
            self._redis,
            Keys.of(user_id).keys("voice"),
            {
                "what": what,
                "id": id,
                "vendor": vendor,
                "call": call,
                "max_ms": milliseconds(max_s),
                "day_ms": milliseconds(day_s),
                "gone": "1" if gone else "",
                "opening_ms": milliseconds(OPENING_S),
                "keep_ms": str(KEEP_MS),
                "most_ended": MOST_ENDED,
            },
        )


def _session(reply: ScriptReply) -> OpenSession:
    return OpenSession(
        id=reply.text("id"),
        vendor=reply.text("vendor"),
        call_id=reply.text("call"),
        age_s=reply.number("age") / 1000,
        max_s=reply.number("max") / 1000,
    )


def _ended(reply: ScriptReply) -> Ended:
    return "ended" if reply.kind == "ended" else "unknown"
