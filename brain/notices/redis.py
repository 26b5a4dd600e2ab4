"""The notice board on Redis scripts."""

from collections.abc import Sequence

from brain.cloud.redis.numbering import AskOutlasting, run_numbered
from brain.cloud.redis.scripts import (
    BRAIN_LIMIT_S,
    KEEP_MS,
    NO_BOUND,
    Keys,
    Redis,
    Script,
    ScriptArguments,
)
from brain.codec import dumps
from brain.notices.model import NOTICE, Notice, PendingNotices
from brain.notices.reading import pending_in
from brain.run import records
from brain.run.messages import Draft, Message
from brain.run.moves import LeaseToken

SEEN_KEEP_MS = 8 * 24 * 3600 * 1000  # ms; senders repeat an event for up to three days
HELD_KEEP_MS = 8 * 24 * 3600 * 1000  # ms; longer than any notice lives
MOST_HELD = 200  # notices; beyond that the oldest are removed

PENDING = Script(__package__, "pending", BRAIN_LIMIT_S)
ANNOUNCE = Script(__package__, "announce", BRAIN_LIMIT_S)


class RedisNoticeBoard:
    """`NoticeBoard` on Redis scripts."""

    def __init__(
        self, redis: Redis, *, log_bound: str = NO_BOUND, ask: AskOutlasting | None = None
    ) -> None:
        self._redis = redis
        self._ask = ask
        self._log_bound = log_bound

    async def keep(self, user_id: str, notice: Notice) -> PendingNotices:
        form = NOTICE.write(notice)
        return await self._pending(user_id, form, seen=notice.id)

    async def pending(self, user_id: str) -> PendingNotices:
        return await self._pending(user_id, "", seen="")

    async def announce(
        self,
        user_id: str,
        draft: Draft | None,
        *,
        forms: Sequence[str],
        noted: Sequence[Notice] = (),
        token: LeaseToken | None = None,
    ) -> Message | None:
        reply = await run_numbered(
            ANNOUNCE,
            self._redis,
            Keys.of(user_id).keys("run", "log", "journal", "withdrawn", "held"),
            {
                **_message(draft, noted),
                "run": token.run_id if token else "",
                "fence": token.fence if token else 0,
                "log_length": self._log_bound,
                "keep_ms": KEEP_MS,
                "forms": forms,
            },
            user_id=user_id,
            ask=self._ask,
        )
        if draft is None or reply.kind != "said":
            return None
        seq = reply.number("seq")
        return draft.placed(seq=seq, run_id=draft.id, done_after_this=False)

    async def _pending(self, user_id: str, form: str, *, seen: str) -> PendingNotices:
        reply = await PENDING.run(
            self._redis,
            Keys.of(user_id).keys("run", f"seen:{seen}", "held", "here"),
            {
                "notice": form,
                "user": user_id,
                "most": MOST_HELD,
                "seen_ms": SEEN_KEEP_MS,
                "held_ms": HELD_KEEP_MS,
                "keep_ms": KEEP_MS,
            },
        )
        return pending_in(reply)


def _message(draft: Draft | None, noted: Sequence[Notice]) -> ScriptArguments:
    """The script's arguments for the message, if any, and for the notices in it.

    The notices are stored with the message so that they can be announced again if nobody hears it.
    """
    return {
        "id": draft.id if draft else "",
        "message": records.draft_to_log(draft) if draft else "",
        "noted": dumps({"notices": [NOTICE.write(notice) for notice in noted]}),
    }
