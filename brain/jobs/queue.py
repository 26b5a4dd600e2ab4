"""Calls for minds and jobs by the queue: what they say, and how many of one user begin at once."""

import hashlib

from brain.cloud.qstash import FlowLimit, QStashQueue
from brain.codec import Json
from brain.jobs.model import MindCall

BEGIN_AT_ONCE = 5  # minds of one user that begin at the same time; the others wait in the queue


class QueuedMindCalls:
    """`MindCalls` by messages of the queue.

    Only starts wait for each other. A mind that goes on must not wait behind those that begin,
    while its lease ends.
    """

    def __init__(self, queue: QStashQueue) -> None:
        self._queue = queue

    async def call(self, call: MindCall, *, delay_s: float, dedup_id: str) -> None:
        limit = _limit_of(call.user_id) if call.reason == "start" else None
        await self._queue.call_mind(body_of(call), delay_s=delay_s, dedup_id=dedup_id, limit=limit)

    async def call_again(self, call: MindCall, *, delay_s: float, after: str) -> None:
        """Do the same after the message with the id `after` has failed for the last time. A
        duplicate delivery of that message leads to one call.
        """
        whose = f"{call.job}-{call.mind}-{call.reason}"
        await self.call(call, delay_s=delay_s, dedup_id=f"{whose}-after-{after}")


def body_of(call: MindCall) -> Json:
    """Return the body of the call, which `MindCallBody` reads."""
    return {
        "userId": call.user_id,
        "job": call.job,
        "mind": call.mind,
        "reason": call.reason,
        "try": call.attempt,
    }


def _limit_of(user_id: str) -> FlowLimit:
    digest = hashlib.sha256(f"minds {user_id}".encode()).hexdigest()[:32]
    return FlowLimit(key=f"minds-{digest}", parallelism=BEGIN_AT_ONCE)
