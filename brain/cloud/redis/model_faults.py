"""Why models failed lately, for /api/health: one record in the store for the whole deployment.

The functions are separate processes, and the one that reports asks no model. The record is written
beside the run, which neither waits for it nor fails with it.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from brain.cloud.redis.scripts import Redis, Script, milliseconds
from brain.errors import FaultClass, StoreUnreachable

KEY = "brain:{model}:faults"
KEEP_S = 24 * 3600.0  # seconds; an older fault says nothing about now
LIMIT_S = 1.0  # seconds for the store's answer
AGAIN_S = 60.0  # seconds until an unchanged state of a model is written again
FRESH_S = 1.0  # seconds until the record is read again: anybody may call /api/health
MOST_MODELS = 32

NOTE = Script(__package__, "model_faults", LIMIT_S)


class ModelFaults:
    """The record. A model that has answered since is not in it."""

    def __init__(self, redis: Redis, now: Callable[[], float]) -> None:
        """`now` returns the seconds since 1970."""
        self._redis = redis
        self._now = now
        self._wanted: dict[
            str, str
        ] = {}  # the class of the last fault by model, or "": it answered
        self._written: dict[str, tuple[str, float]] = {}  # what this instance has written, and when
        self._writing: asyncio.Task[None] | None = None
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")
        self._found: dict[str, str] = {}

    def note(self, model: str, fault: FaultClass | None) -> None:
        """Note how the last try of a model ended; None if it answered. Returns at once.

        A change is written at once, the same state again at most once in AGAIN_S seconds. There is
        one write at a time; of what is noted meanwhile, the newest counts.
        """
        self._wanted[model] = "" if fault is None else str(fault)
        loop, writing = asyncio.get_running_loop(), self._writing
        if self._next() and (writing is None or writing.done() or writing.get_loop() is not loop):
            self._writing = loop.create_task(self._write())

    async def read(self, models: Sequence[str]) -> dict[str, str]:
        """Return the class of the last fault of those models that failed lately.

        Empty if the store does not answer in time.
        """
        async with self._reading:
            if self._now() - self._read_at >= FRESH_S:
                self._read_at, self._found = self._now(), await self._ask(models)
        return {model: self._found[model] for model in models if model in self._found}

    async def settle(self) -> None:
        """Wait until everything is written, or given up."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def aclose(self) -> None:
        """Give up what is not written."""
        if self._writing is not None:
            self._writing.cancel()
            await self.settle()

    def _next(self) -> str | None:
        """Return a model whose state is to be written."""
        for model, state in self._wanted.items():
            written, at = self._written.get(model, (None, 0.0))
            if written != state or self._now() - at >= AGAIN_S:
                return model
        return None

    async def _write(self) -> None:
        while model := self._next():
            state = self._wanted[model]
            # Before the write: one that fails is not tried again soon.
            self._written[model] = (state, self._now())
            with suppress(StoreUnreachable, TimeoutError):
                async with asyncio.timeout(LIMIT_S):
                    await self._send(model, state)

    async def _send(self, model: str, state: str) -> None:
        if not state:
            await self._redis.execute(["HDEL", KEY, model], limit_s=LIMIT_S)
            return
        await NOTE.run(
            self._redis,
            [KEY],
            {
                "model": model,
                "fault": state,
                "keep_ms": milliseconds(KEEP_S),
                "most": MOST_MODELS,
            },
        )

    async def _ask(self, models: Sequence[str]) -> dict[str, str]:
        try:
            async with asyncio.timeout(LIMIT_S):
                told = await self._redis.execute(["HMGET", KEY, *models], limit_s=LIMIT_S)
        except (StoreUnreachable, TimeoutError):
            return {}
        values = told if isinstance(told, list) else []
        found = {model: self._fresh(value) for model, value in zip(models, values, strict=False)}
        return {model: fault for model, fault in found.items() if fault}

    def _fresh(self, value: object) -> str:
        """Return the class in a stored value; empty for another value or one that is too old."""
        fault, _, ms = value.rpartition(" ") if isinstance(value, str) else ("", "", "")
        if fault not in list(FaultClass) or not ms.isdecimal():
            return ""
        return fault if self._now() - int(ms) / 1000 < KEEP_S else ""
