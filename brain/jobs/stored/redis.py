"""The runs of minds in Redis: what they came to, what they do now, and their end."""

import asyncio
import json
from collections.abc import Mapping, Sequence

from msgspec.structs import asdict

from brain.cloud.redis import entries
from brain.cloud.redis.moves.admission import spent_of
from brain.cloud.redis.moves.status import statuses
from brain.cloud.redis.scripts import BRAIN_LIMIT_S, BatchRedis, Keys, Script, ScriptReply
from brain.cloud.redis.store import RedisStore
from brain.codec import clean, dumps
from brain.http.stopping import stop_run
from brain.jobs.model import MindRun, ProgressNote
from brain.jobs.quiet import NobodyListens
from brain.jobs.rules import job_keys_id
from brain.run.messages import Message
from brain.run.ports import Clock
from brain.run.store import Status
from brain.says.texts import Texts

MOST_LATER = 64  # entries after which a run's last message is not looked for: texts may follow it
MOST_NOTES = 10  # of progress, of all minds of a job
NOTES_KEEP_MS = 24 * 3600 * 1000  # ms; longer than any job lives
TELL_EVERY_MS = 60_000  # ms between two progress messages to the owner
# All keys that a mind may have, besides those that expire within days.
KEPT = (
    *("run", "log", "journal", "withdrawn", "memory", "questions", "rest", "held", "here"),
    "reminders",  # of a rehearsed brain
)

RAN = Script(__package__, "ran", BRAIN_LIMIT_S)
CLOSE = Script(__package__, "close", BRAIN_LIMIT_S)
PROGRESS = Script(__package__, "progress", BRAIN_LIMIT_S)


class RedisMindRuns:
    """`MindRuns` on Redis. `store` is the state store of minds."""

    def __init__(self, redis: BatchRedis, store: RedisStore, clock: Clock) -> None:
        self._redis = redis
        self._store = store
        self._clock = clock

    async def last(self, mind_id: str) -> MindRun | None:
        keys = Keys.of(mind_id).keys("run", "log", "journal", "withdrawn")
        reply = await RAN.run(self._redis, keys, {"most": MOST_LATER})
        return _run(reply) if reply.kind == "ran" else None

    async def close(self, mind_id: str, run_id: str) -> bool:
        keys = Keys.of(mind_id).keys("run")
        return (await CLOSE.run(self._redis, keys, {"run": run_id})).kind == "closed"

    async def statuses(self, mind_ids: Sequence[str]) -> Mapping[str, Status]:
        return await statuses(self._redis, mind_ids)

    async def stop(self, mind_id: str, *, texts: Texts) -> None:
        await stop_run(self._store, NobodyListens(), self._clock, mind_id, run_id=None, texts=texts)

    async def note_progress(self, job_id: str, progress: ProgressNote) -> bool:
        reply = await PROGRESS.run(
            self._redis,
            Keys.of(job_keys_id(job_id)).keys("notes", "told"),
            {
                "note": dumps({**asdict(progress), "text": clean(progress.text)}),
                "most": MOST_NOTES,
                "keep_ms": NOTES_KEEP_MS,
                "every_ms": TELL_EVERY_MS,
            },
        )
        return reply.flag("due")

    async def progress(self, job_id: str) -> Sequence[ProgressNote]:
        command = ["LRANGE", Keys.of(job_keys_id(job_id)).key("notes"), "0", "-1"]
        found = await self._redis.execute(command, limit_s=BRAIN_LIMIT_S)
        notes = map(_note, found or ())
        return [note for note in notes if note is not None]

    async def forget(self, mind_ids: Sequence[str]) -> None:
        await asyncio.gather(*(self._forget(id) for id in mind_ids))

    async def _forget(self, mind_id: str) -> None:
        command = ["DEL", *Keys.of(mind_id).keys(*KEPT)]
        await self._redis.execute(command, limit_s=BRAIN_LIMIT_S)


def _note(stored: str) -> ProgressNote | None:
    """Read a note; None for one of another form, which a newer version has stored."""
    try:
        return ProgressNote(**json.loads(stored))
    except (TypeError, ValueError):
        return None


def _run(reply: ScriptReply) -> MindRun:
    run_id = reply.text("run")
    journal, _ = entries.journal(reply.items("journal"), run_id=run_id)
    last = [each for each in entries.legible(reply.items("last")) if isinstance(each, Message)]
    return MindRun(
        run_id=run_id,
        is_open=reply.flag("open"),
        reason=reply.text("reason"),
        spent=spent_of(reply),
        journal=journal,
        last=last[0] if last else None,
        wake=reply.number("wake"),
        lease_left_s=reply.number("left_ms") / 1000,
    )
