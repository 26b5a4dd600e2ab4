"""Takes the queue's calls from the route and passes them to the flows."""

from collections.abc import Callable

from brain.http.bodies import MindCallBody
from brain.jobs.life.taking import take_call, take_wake
from brain.jobs.model import MindCall
from brain.jobs.queue import QueuedMindCalls
from brain.jobs.services import JobServices
from brain.run.moves import WakeCall
from brain.run.turn import Invocation


class CalledMinds:
    """`CallTaker` by the flows of jobs. Without a database there are no jobs, and nothing to do."""

    def __init__(self, has_jobs: bool, services: Callable[[], JobServices]) -> None:
        self._has_jobs = has_jobs
        self._services = services

    async def take(self, body: MindCallBody, invocation: Invocation) -> None:
        if self._has_jobs:
            await take_call(self._services(), _call(body), invocation)

    async def wake(self, wake_call: WakeCall, invocation: Invocation) -> None:
        if self._has_jobs:
            await take_wake(self._services(), wake_call, invocation)

    async def take_again(self, body: MindCallBody, *, delay_s: float, after: str) -> None:
        calls = self._services().calls
        assert isinstance(calls, QueuedMindCalls), "as wired"
        await calls.call_again(_call(body), delay_s=delay_s, after=after)


def _call(body: MindCallBody) -> MindCall:
    return MindCall(
        user_id=body.user_id,
        job=body.job,
        mind=body.mind,
        reason=body.reason,
        attempt=body.attempt,
    )
