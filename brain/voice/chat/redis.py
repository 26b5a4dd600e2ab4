"""What the server remembers of calls, in Redis: one key for each call of a user, for a day."""

import hashlib

from brain.cloud.redis import entries
from brain.cloud.redis.marks import heard_by
from brain.cloud.redis.scripts import CALLER_LIMIT_S, KEEP_MS, Keys, Redis, Script, ScriptReply
from brain.codec import Form, Stored, note_unreadable
from brain.errors import EntryUnreadable
from brain.voice.chat.model import NO_CALL, LastTurn, Owed
from brain.voice.chat.ports import Before, Followed, KnownCall
from brain.voice.chat.wire import Usage

CALL_KEEP_MS = 25 * 3600 * 1000  # ms; longer than message ids are known, so that none comes twice
MOST_ENTRIES = 200  # of the log, read at a time; the answer of a turn has a few
OPEN = ("running", "handingOver")  # states of a run that goes on

TURN = Script(__package__, "turn", CALLER_LIMIT_S)
FOLLOW = Script(__package__, "follow", CALLER_LIMIT_S)
OWE = Script(__package__, "owe", CALLER_LIMIT_S)
_LAST = Stored(Form(LastTurn))


class RedisCallMemory:
    """The calls of all users, each by its own id: no user reaches a call of another one."""

    def __init__(self, redis: Redis, *, log_bound: str) -> None:
        """`log_bound` is the most entries that the log keeps."""
        self._redis = redis
        self._log_bound = log_bound

    async def known(self, user_id: str, call: str) -> KnownCall:
        """Return what is known of a call. Raises StoreUnreachable."""
        key = Keys.of(user_id).key(_name(call))
        stored = await self._redis.execute(["GET", key], limit_s=CALLER_LIMIT_S) or ""
        try:
            return KnownCall(turn=_LAST.read(stored) if stored else None, stored=stored)
        except EntryUnreadable as error:  # newer code wrote it
            note_unreadable(error)
            return KnownCall(turn=None, stored=stored)

    async def place(
        self,
        user_id: str,
        call: str,
        before: KnownCall,
        after: LastTurn,
        *,
        message_id: str = "",
        since: int = 0,
    ) -> Before | None:
        """Store the turn, and return the text `message_id` with the log from there on, or from
        `since` if that is earlier.

        None: the call has changed since `before`, so the caller has to decide again. Raises
        StoreUnreachable.
        """
        reply = await TURN.run(
            self._redis,
            Keys.of(user_id).keys("run", "log", _name(call), f"id:{message_id or '-'}"),
            {
                "before": before.stored,
                "after": _LAST.write(after),
                "keep_ms": str(CALL_KEEP_MS),
                "count": str(MOST_ENTRIES if message_id else 0),
                "since": since,
            },
        )
        if reply.kind == "changed":
            return None
        return Before(
            seq=reply.number("seq"),
            run_id=reply.text("run"),
            entries=entries.legible(reply.items("entries")),
        )

    async def follow(self, user_id: str, *, since: int, run_id: str = "") -> Followed:
        """Return the log after `since`, and the usage of the run `run_id` if it is the last one.

        Raises StoreUnreachable.
        """
        reply = await FOLLOW.run(
            self._redis,
            Keys.of(user_id).keys("run", "log", "journal"),
            {"count": str(MOST_ENTRIES), "run": run_id, "since": since},
        )
        return Followed(
            entries=entries.legible(reply.items("entries")),
            run_id=reply.text("run"),
            is_open=reply.text("state") in OPEN,
            heard=heard_by(reply.text("heard")),
            usage=Usage(
                prompt=reply.number("prompt_tokens"), completion=reply.number("answer_tokens")
            ),
        )

    async def owe(
        self, user_id: str, call: str, before: KnownCall, after: LastTurn, owed: Owed, *, crumb: str
    ) -> int | None:
        """Note that an answer is owed, and append what the caller is told meanwhile.

        `crumb` is its stored form, empty for nothing. Return the last seq of the log; 0 if the run
        has ended, and None if the call has changed. Raises StoreUnreachable.
        """
        reply: ScriptReply = await OWE.run(
            self._redis,
            Keys.of(user_id).keys("run", "log", "journal", _name(call)),
            {
                "before": before.stored,
                "after": _LAST.write(after),
                "keep_ms": str(CALL_KEEP_MS),
                "run": owed.run_id,
                "crumb": crumb,
                "log_length": self._log_bound,
                "log_keep_ms": str(KEEP_MS),
            },
        )
        if reply.kind == "changed":
            return None
        return reply.number("seq") if reply.kind == "owed" else 0


def _name(call: str) -> str:
    return f"call:{hashlib.sha256((call or NO_CALL).encode()).hexdigest()[:32]}"
