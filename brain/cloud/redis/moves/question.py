"""Reads a question and its state."""

from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, Script, ScriptReply
from brain.run import records
from brain.run.messages import Message
from brain.run.moves import Asked

QUESTION = Script(__package__, "question", CALLER_LIMIT_S)


async def question(redis: Redis, user_id: str, question_id: str | None) -> Asked | None:
    """Return the question with this id, or the last one for None. None if it does not exist.

    Raises EntryUnreadable if newer code asked it.
    """
    keys = Keys.of(user_id).keys("run", "log", "withdrawn", "questions")
    reply = await QUESTION.run(redis, keys, {"id": question_id or ""})
    return _asked(reply) if reply.kind == "asked" else None


def _asked(reply: ScriptReply) -> Asked | None:
    form = reply.found("form")
    if form is None:
        return None
    entry = records.entry_from_log(seq=0, kind="t", run_id="", stored=form)
    assert isinstance(entry, Message)  # because of the kind `t`
    return Asked(
        message=entry,
        is_open=reply.flag("open"),
        is_last=reply.flag("last"),
        language=reply.text("language") or None,
    )
