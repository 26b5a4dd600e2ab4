"""What the database has of a user of whom the store knows nothing: a new user, or one whose run and
log are both lost.

The archive may still have the log of the latter. The new entries must not get numbers that the
archive has already. What the model is shown of memory comes along: the run needs it next, and so
it costs no further call of the database and of the store.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from brain.cloud.redis.scripts import Redis, Script, ScriptArguments, ScriptReply
from brain.errors import Unreachable

ASK_S = 2.0  # seconds to ask the database; a caller waits, and a new user needs no answer

log = logging.getLogger(__name__)


class Outlasting(Struct, frozen=True, kw_only=True):
    """What outlasts the store's state: the last seq of the archived log, or 0; fields and values
    that the memory key begins with, or none if they are not known.
    """

    last_seq: int = 0
    memory: Sequence[str] = ()


type AskOutlasting = Callable[[str], Awaitable[Outlasting]]  # by user id; raises Unreachable


async def run_numbered(
    script: Script,
    redis: Redis,
    keys: Sequence[str],
    arguments: ScriptArguments,
    *,
    user_id: str,
    ask: AskOutlasting | None,
) -> ScriptReply:
    """Run a script that appends to the log. If it finds neither run nor log, run it again with what
    outlasts them. An argument `memory` is replaced, if there is one.

    Raises StoreUnreachable.
    """
    floor = "0" if ask is None else ""
    reply = await script.run(redis, keys, {**arguments, "floor": floor})
    if ask is None or reply.kind != "empty":
        return reply
    found = await _asked(ask, user_id)
    more = {"memory": found.memory} if "memory" in arguments else {}
    return await script.run(redis, keys, {**arguments, **more, "floor": found.last_seq})


async def _asked(ask: AskOutlasting, user_id: str) -> Outlasting:
    """Ask the database; if it cannot be reached, return nothing, so that new users can begin."""
    try:
        async with asyncio.timeout(ASK_S):
            return await ask(user_id)
    except (TimeoutError, Unreachable) as error:
        log.warning("store: numbered without the archive, reason=%s", type(error).__name__)
        return Outlasting()
