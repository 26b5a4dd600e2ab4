"""Takes the queue's calls for minds and jobs, and passes each to its flow."""

from typing import assert_never

from brain.jobs.life.concluding import report, wake_reporter
from brain.jobs.life.living import begin, carry_on, wake
from brain.jobs.life.sweeping import sweep
from brain.jobs.model import MindCall
from brain.jobs.rules import is_reporter, job_of
from brain.jobs.services import JobServices
from brain.run.moves import WakeCall
from brain.run.turn import Invocation


async def take_call(services: JobServices, call: MindCall, invocation: Invocation) -> None:
    """Do what the call asks for, if there is still something to do.

    Raises Unreachable: then the queue calls again.
    """
    match call.reason:
        case "sweep":
            await sweep(services, call.user_id, call.job, call.attempt)
        case "report":
            await report(services, call.user_id, call.job, invocation)
        case "start" | "say" if call.mind == "report":
            await report(services, call.user_id, call.job, invocation)
        case "start" if isinstance(call.mind, int):
            await begin(services, call.user_id, call.job, call.mind, invocation)
        case "say" if isinstance(call.mind, int):
            await carry_on(services, call.user_id, call.job, call.mind, invocation)
        case "start" | "say":
            return
        case _:
            assert_never(call.reason)


async def take_wake(services: JobServices, wake_call: WakeCall, invocation: Invocation) -> None:
    """Continue a mind's run, or a reporter's. Raises Unreachable."""
    if is_reporter(wake_call.user_id):
        await wake_reporter(services, job_of(wake_call.user_id), wake_call, invocation)
    else:
        await wake(services, wake_call, invocation)
