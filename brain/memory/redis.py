"""The block that shows memory to the model, on a Redis script."""

from collections.abc import Sequence
from typing import Literal

from brain.cloud.redis.scripts import BRAIN_LIMIT_S, KEEP_MS, Keys, Redis, Script, ScriptReply
from brain.memory.model import Summary
from brain.memory.ports import NOTHING
from brain.preferences.model import Preferences

SHOWN = Script(__package__, "shown", BRAIN_LIMIT_S)


def stored(block: str, chosen: Preferences) -> Sequence[str]:
    """Return fields and values of the memory key with this block."""
    fields = {"block": block, "language": chosen.language, "zone": chosen.zone}
    return [each for name, value in fields.items() if value is not None for each in (name, value)]


class RedisShownBlock:
    """`ShownBlock` on a Redis script."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def summary(self, user_id: str) -> Summary:
        reply = await self._run(user_id, "read")
        return Summary(
            text=reply.text("summary"),
            upto_seq=reply.number("upto"),
            erasures=reply.number("erased"),
        )

    async def keep_summary(self, user_id: str, summary: Summary, *, instead_of: Summary) -> None:
        upto, before = summary.upto_seq, instead_of.upto_seq
        erased = instead_of.erasures
        await self._run(user_id, "summary", summary.text, upto=upto, before=before, erased=erased)

    async def keep_block(self, user_id: str, block: str, chosen: Preferences = NOTHING) -> None:
        language, zone = chosen.language or "", chosen.zone or ""
        await self._run(user_id, "block", block, language=language, zone=zone)

    async def drop_block(self, user_id: str) -> None:
        await self._run(user_id, "stale")

    async def _run(
        self,
        user_id: str,
        what: Literal["read", "summary", "block", "stale"],
        value: str = "",
        *,
        upto: int = 0,
        before: int = 0,
        erased: int = 0,
        language: str = "",
        zone: str = "",
    ) -> ScriptReply:
        return await SHOWN.run(
            self._redis,
            Keys.of(user_id).keys("memory"),
            {
                "what": what,
                "value": value,
                "keep_ms": KEEP_MS,
                "upto": upto,
                "before": before,
                "erased": erased,
                "language": language,
                "zone": zone,
            },
        )
