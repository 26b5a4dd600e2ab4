"""Records how much of a message the user heard."""

from brain.cloud.redis.marks import heard_by, mark
from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, Script
from brain.run.messages import Heard

HEARD = Script(__package__, "heard", CALLER_LIMIT_S)


async def heard(
    redis: Redis, user_id: str, heard: Heard, *, most: int, claim: int = 0
) -> Heard | None:
    """Record how much of a message was heard. The newest `most` marks are kept.

    If it was not spoken, `claim` is released: the claim under which it was to be said.

    Returns the mark that is stored now, or None if the message does not exist. That a message was
    returned to a caller is not such a mark: it counts for the last question only.
    """
    reply = await HEARD.run(
        redis,
        Keys.of(user_id).keys("run", "log", "withdrawn"),
        {"seq": str(heard.seq), "mark": mark(heard), "claim": claim or "", "keep": most},
    )
    if reply.kind == "returned":
        return heard
    if reply.kind != "heard":
        return None
    return heard_by(f"{heard.seq}={reply.text('mark')}")[0]
