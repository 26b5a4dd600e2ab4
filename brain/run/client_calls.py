"""Checks the calls of a front end's tools, whose schemas are foreign."""

import logging

from brain.run.client_schemas import UNCHECKED
from brain.run.errors import CheckerUnreachable
from brain.run.journal import Answered
from brain.run.turn import Turn

log = logging.getLogger(__name__)


async def client_complaints(turn: Turn, answer: Answered) -> dict[str, str]:
    """What is wrong with the arguments of each call of the front end's tools, by the call's id.

    The event loop checks none of them itself. Where nothing can be checked, each call fails.
    """
    specs = turn.specs
    calls = [
        call
        for call in answer.calls[: turn.services.limits.calls_per_answer]
        if call.name in specs and specs[call.name].client
    ]
    if not calls:
        return {}
    try:
        complaints = await turn.services.schemas.complaints(
            [(specs[call.name].parameters, call.arguments) for call in calls]
        )
    except CheckerUnreachable as error:
        log.warning("schemas: not checked, run=%s reason=%s", turn.run.run_id, error)
        complaints = [UNCHECKED] * len(calls)
    return {call.id: words for call, words in zip(calls, complaints, strict=True) if words}
