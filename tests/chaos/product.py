"""The parts of the product that a history runs: the real ones, unless a mutant is handed in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from brain.cloud.redis.scripts import Redis
from brain.cloud.redis.store import RedisStore
from brain.events import flow as events
from brain.http import stopping
from brain.http import waiting as patience
from brain.run import go
from brain.run.deliver import Reply
from brain.run.limits import Limits
from brain.run.store import StateStore
from tests.fakes.house import Parts


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """`edit` changes a script's text on its way to the store."""

    brain_go: Callable[..., Awaitable[Any]] = go.brain_go
    brain_again: Callable[..., Awaitable[Any]] = go.brain_again
    wait_for: Callable[..., Awaitable[Any]] = patience.wait_for
    stop_run: Callable[..., Awaitable[Any]] = stopping.stop_run
    take_word: Callable[..., Awaitable[Any]] = events.take_word
    reply: Callable[[], Reply] = Reply
    parts: Parts = field(default_factory=dict)
    store: Callable[[Redis, Limits], StateStore] = RedisStore
    edit: Callable[[str], str] = str
