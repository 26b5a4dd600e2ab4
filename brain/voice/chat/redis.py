"""What the server remembers of calls, in Redis: one key for each call of a user, for a day."""

import hashlib
from datetime import datetime

from brain.cloud.redis import entries
from brain.cloud.redis.devices.claims import claim
from brain.cloud.redis.marks import heard_by
from brain.cloud.redis.scripts import CALLER_LIMIT_S, KEEP_MS, Keys, Redis, Script, ScriptReply
from brain.codec import Form, Stored, note_unreadable
from brain.errors import EntryUnreadable
from brain.run.messages import LogEntry
from brain.voice.chat.model import NO_CALL, CurrentTurn, Owed
from brain.voice.chat.ports import Before, Followed, KnownCall
from brain.voice.chat.wire import Usage

CALL_KEEP_MS = 25 * 3600 * 1000  # ms; longer than message ids are known, so that none comes twice
MOST_SEEN = 256  # calls that an instance remembers; a few kB each
MOST_ENTRIES = 200  # of the log, read at a time; the answer of a turn has a few
OPEN = ("running", "handingOver")  # states of a run that goes on

TURN = Script(__package__, "turn", CALLER_LIMIT_S)
FOLLOW = Script(__package__, "follow", CALLER_LIMIT_S)
OWE = Script(__package__, "owe", CALLER_LIMIT_S)
_LAST = Stored(Form(CurrentTurn))


class RedisCallMemory:
    """The calls of all users, each by its own id: no user reaches a call of another one."""

    def __init__(self, redis: Redis, *, log_bound: str, seen: dict[str, str]) -> None:
        """`log_bound` is the most entries that the log keeps. `seen` are the stored forms that this
        instance has seen last, by their keys.
        """
        self._redis = redis
        self._seen = seen
        self._log_bound = log_bound

    async def known(self, user_id: str, call: str) -> KnownCall:
        """Return what is known of a call. Raises StoreUnreachable."""
        key = Keys.of(user_id).key(_name(call))
        return _known(await self._redis.execute(["GET", key], limit_s=CALLER_LIMIT_S) or "")

    def guess(self, user_id: str, call: str) -> KnownCall:
        """Return what this instance has seen last of a call, without asking the store."""
        return _known(self._seen.get(Keys.of(user_id).key(_name(call)), ""))

    async def place(
        self,
        user_id: str,
        call: str,
        before: KnownCall,
        after: CurrentTurn,
        *,
        message_id: str = "",
        since: int = 0,
    ) -> Before | KnownCall:
        """Store the turn, and return the text `message_id` with the log from there on, or from
        `since` if that is earlier.

        If the call is not as in `before`, return what it is: the caller has to decide again. Raises
        StoreUnreachable.
        """
        stored = _LAST.write(after)
        reply = await TURN.run(
            self._redis,
            Keys.of(user_id).keys(
                "run", "log", "withdrawn", _name(call), f"id:{message_id or '-'}"
            ),
            {
                "before": before.stored,
                "after": stored,
                "keep_ms": str(CALL_KEEP_MS),
                "count": str(MOST_ENTRIES if message_id else 0),
                "since": since,
            },
        )
        if reply.kind == "changed":
            return _known(reply.text("known"))
        self._see(Keys.of(user_id).key(_name(call)), stored)
        return Before(
            seq=reply.number("seq"),
            run_id=reply.text("run"),
            entries=_entries(reply),
        )

    async def follow(
        self, user_id: str, *, since: int, run_id: str = "", listens: bool = False
    ) -> Followed:
        """Return the log after `since`, and the usage of the run `run_id` if it is the last one.

        Raises StoreUnreachable.
        """
        reply = await FOLLOW.run(
            self._redis,
            Keys.of(user_id).keys("run", "log", "journal", "withdrawn"),
            {"count": str(MOST_ENTRIES), "run": run_id, "since": since, "listens": listens},
        )
        return Followed(
            entries=_entries(reply),
            run_id=reply.text("run"),
            is_open=reply.text("state") in OPEN,
            heard=heard_by(reply.text("heard")),
            usage=Usage(
                prompt=reply.number("prompt_tokens"), completion=reply.number("answer_tokens")
            ),
        )

    def _see(self, key: str, stored: str) -> None:
        """Note a stored form, and forget the call that was noted longest ago if there are many."""
        self._seen.pop(key, None)
        if len(self._seen) >= MOST_SEEN:
            del self._seen[next(iter(self._seen))]
        self._seen[key] = stored

    async def owe(
        self,
        user_id: str,
        call: str,
        before: KnownCall,
        after: CurrentTurn,
        owed: Owed,
        *,
        crumb: str,
    ) -> int | None:
        """Note that an answer is owed, and append what the caller is told meanwhile.

        `crumb` is its stored form, empty for nothing. Return the last seq of the log; 0 if the run
        has ended, and None if the call has changed. Raises StoreUnreachable.
        """
        reply: ScriptReply = await OWE.run(
            self._redis,
            Keys.of(user_id).keys("run", "log", "journal", "withdrawn", _name(call)),
            {
                "before": before.stored,
                "after": _LAST.write(after),
                "keep_ms": str(CALL_KEEP_MS),
                "run": owed.run_id,
                "crumb": crumb,
                "log_length": self._log_bound,
                "log_keep_ms": str(KEEP_MS),
                "since": owed.since,
            },
        )
        if reply.kind == "changed":
            return None
        return reply.number("seq") if reply.kind == "owed" else 0

    async def may_say(self, user_id: str, call: str, seq: int, *, now: datetime) -> bool:
        """Return whether this call may say a message: another device of the user may too. Asked
        again, it may still. Raises StoreUnreachable.
        """
        device = f"call-{_hash(call)}"
        return (await claim(self._redis, user_id, seq, device=device, now=now)).state == "yours"


def _known(stored: str) -> KnownCall:
    try:
        return KnownCall(turn=_LAST.read(stored) if stored else None, stored=stored)
    except EntryUnreadable as error:  # newer code wrote it
        note_unreadable(error)
        return KnownCall(turn=None, stored=stored)


def _entries(reply: ScriptReply) -> tuple[LogEntry, ...]:
    return entries.marked(entries.legible(reply.items("entries")), reply.text("withdrawn"))


def _name(call: str) -> str:
    return f"call:{_hash(call)}"


def _hash(call: str) -> str:
    return hashlib.sha256((call or NO_CALL).encode()).hexdigest()[:32]
