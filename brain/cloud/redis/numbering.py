"""The number of a user's next log entry when the store knows nothing of the user.

That is so for a new user, and for one whose run and log are both lost. The archive may still have
the log of the latter. The new entries must not get numbers that the archive has already.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from brain.cloud.redis.scripts import Redis, Script, ScriptArguments, ScriptReply
from brain.errors import Unreachable

type LastSeq = Callable[[str], Awaitable[int]]  # user id -> the last seq of the archived log, or 0

ASK_S = 2.0  # seconds to ask the archive; a caller waits, and a new user needs no answer

log = logging.getLogger(__name__)


async def run_numbered(
    script: Script,
    redis: Redis,
    keys: Sequence[str],
    arguments: ScriptArguments,
    *,
    user_id: str,
    last_archived: LastSeq | None,
) -> ScriptReply:
    """Run a script that appends to the log. If it finds neither run nor log, run it again with the
    last seq of the archive.

    Raises StoreUnreachable.
    """
    floor = "0" if last_archived is None else ""
    reply = await script.run(redis, keys, {**arguments, "floor": floor})
    if last_archived is None or reply.kind != "empty":
        return reply
    return await script.run(
        redis, keys, {**arguments, "floor": await _asked(last_archived, user_id)}
    )


async def _asked(last_archived: LastSeq, user_id: str) -> int:
    """Return the archive's last seq; 0 if it cannot be reached, so that new users can begin."""
    try:
        async with asyncio.timeout(ASK_S):
            return await last_archived(user_id)
    except (TimeoutError, Unreachable) as error:
        log.warning("store: numbered without the archive, reason=%s", type(error).__name__)
        return 0
