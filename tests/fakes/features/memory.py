"""Facts, the summary, and the archive of the log."""

from typing import Any

from brain.cloud.redis.scripts import Redis
from brain.feature import Feature
from brain.memory.flow import Memory
from brain.memory.redis import RedisShownBlock
from brain.memory.services import MemoryServices
from brain.memory.whole_log import WholeLog
from brain.run.ports import Log
from tests.fakes.house import Ports


def kept(redis: Redis, wishes: Any) -> dict[str, Any]:
    """The block that the model is shown."""
    return {"block": RedisShownBlock(redis)}


def memory_of(ports: Ports) -> Memory:
    """What is done for memory around each run."""
    made: Memory = ports.part(Memory)(
        services=ports.part(MemoryServices)(
            facts=ports.facts,
            archive=ports.archive,
            preferences=ports.preferences,
            block=ports.block,
            store=ports.store,
            log=ports.log,
            model=ports.model,
            clock=ports.clock,
            limits=ports.limits,
        )
    )
    return made


def feature(ports: Ports) -> Feature:
    """Its part in each run, and the whole log."""

    def log() -> Log | None:
        if ports.archive is None:
            return None
        return WholeLog(store=ports.store, archive=ports.archive)

    return Feature(around=lambda: (memory_of(ports),), log=log)
