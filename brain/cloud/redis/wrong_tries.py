"""Counts tries with a wrong access key or password in the store, and refuses too many of them."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from brain.cloud.redis.scripts import CALLER_LIMIT_S, Redis, Script, ScriptReply, milliseconds
from brain.errors import SignatureRefused, TokenRefused, TooManyTries

WINDOW_S = 600.0  # seconds, from the first wrong try
MOST = 10  # wrong tries of one address in the window
MOST_IN_ALL = 100  # of all addresses; then only those that have known a right key may try
KNOWN_S = 30 * 24 * 3600.0  # seconds for which an address that knew a right key is remembered

TRIES = Script(__package__, "wrong_tries", CALLER_LIMIT_S)


class WrongTries:
    """The tries at one door: the access keys, or a webhook's password."""

    def __init__(self, redis: Redis, door: str) -> None:
        """`door` names the door in the store's keys: one word."""
        self._redis = redis
        self._door = door

    @asynccontextmanager
    async def attempt(self, address: str) -> AsyncIterator[None]:
        """Allow one try from this network address; a block that raises TokenRefused or
        SignatureRefused was a wrong one.

        Raises TooManyTries before the block, StoreUnreachable.
        """
        reply = await self._run("begin", address)
        if reply.kind == "wait":
            raise TooManyTries(reply.number("ms") / 1000)
        step = "right"  # also if something else goes wrong after the key was found right
        try:
            yield
        except (TokenRefused, SignatureRefused):
            step = "wrong"
            raise
        finally:
            if step == "wrong" or not reply.flag("settled"):
                await self._run(step, address)

    async def _run(self, step: str, address: str) -> ScriptReply:
        name = hashlib.sha256(address.encode()).hexdigest()[:32]
        tag = f"brain:{{{self._door}}}"
        return await TRIES.run(
            self._redis,
            [f"{tag}:tries:{name}", f"{tag}:all", f"{tag}:known:{name}"],
            {
                "step": step,
                "window_ms": milliseconds(WINDOW_S),
                "known_ms": milliseconds(KNOWN_S),
                "most": MOST,
                "most_in_all": MOST_IN_ALL,
            },
        )
