"""Asks the user before the brain acts, and continues with the user's decision.

Some calls need the user's approval; others run in the user's front end. In both cases the run
cannot wait inside an invocation, because the answer may take days. So the run ends with a question
in the log. The decision arrives as a new text, begins or joins a run, and is carried out there as
if the model had just made the call.
"""

import logging
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from brain.chat.tools import checkable
from brain.codec import clean
from brain.errors import CheckerUnreachable
from brain.run.decisions import decided_call, is_decided, next_decision
from brain.run.journal import Answered, Returned
from brain.run.messages import Draft, Kind, Message, Question, Speak
from brain.run.step import Work
from brain.run.turn import Turn
from brain.tools import front_end
from brain.tools.client_schemas import UNCHECKED
from brain.tools.invocations import Proposal, ToolInvocation
from brain.tools.spec import ToolSpec

CLIENT_TEXT = ""  # a question to the front end shows no text to the user
log = logging.getLogger(__name__)


class Ask(Struct, frozen=True, kw_only=True):
    """A call that waits for the user's approval, or (no `proposal`) for their front end."""

    work: Work
    proposal: Proposal | None


def waits(turn: Turn, spec: ToolSpec) -> bool:
    """Whether calls of this tool may have to wait for the user's approval or their front end."""
    return spec.asks or spec.client or (spec.guarded and turn.is_tainted)


async def asks(turn: Turn, work: Work, invocation: ToolInvocation) -> Ask | None:
    """Return what has to be asked before this call; None if it can run now.

    Raises ToolFault if the call cannot be carried out at all.
    """
    if is_decided(work.call, work.arguments, turn.run.journal):
        return Ask(work=work, proposal=None) if work.spec.client else None
    spoken = replace(invocation, texts=await turn.texts())
    if work.spec.client:
        return Ask(work=work, proposal=front_end.proposal(spoken))
    proposal = await turn.services.tools[work.spec.name].prepare(spoken)
    consent, user_id, tainted = turn.services.consent, invocation.user_id, turn.is_tainted
    if proposal is None or not await consent.needs_yes(user_id, proposal, tainted=tainted):
        return None
    return Ask(work=work, proposal=proposal)


def take_decision(turn: Turn) -> Answered | None:
    """Return the next approved call as an answer whose work has to be done, if any.

    Results of calls in the front end are added to the journal on the way.
    """
    while (decision := next_decision(turn.run.journal)) is not None:
        answer = decided_call(decision)
        turn.note(answer)
        if decision.verdict == "approve":
            return answer
        spec, result = turn.specs.get(decision.tool), clean(decision.result)
        foreign = spec is None or spec.foreign  # of a tool that is not known any more: anybody's
        turn.note(Returned(tool_call_id=answer.calls[0].id, text=result, foreign=foreign))
    return None


def question_draft(turn: Turn, ask: Ask) -> Draft:
    """Return the question as a message that says exactly what would be done.

    If the run began with a reply to the last question and the new question is about the same tool,
    it supersedes the last one: the user wanted a change.
    """
    services, proposal, is_client = turn.services, ask.proposal, ask.proposal is None
    now = services.clock.utc()
    seconds = services.limits.client_tool_s if is_client else services.limits.question_s
    question = Question(
        whom="client" if is_client else "user",
        tool=ask.work.spec.name,
        arguments=(proposal.arguments if proposal else None) or ask.work.arguments,
        expires_at=now + timedelta(seconds=seconds),
        content=proposal.content if proposal else None,
    )
    return Draft(
        id=services.clock.new_id(),
        kind=Kind.QUESTION,
        text=clean(proposal.question) if proposal else CLIENT_TEXT,
        answers_seq=turn.state.last_seq,
        created_at=now,
        agent_call_id=turn.state.agent_call_id,
        speak=Speak.SILENT if is_client else Speak.NOW,
        expires_at=question.expires_at,
        supersedes=_superseded(turn, question),
        question=question,
        foreign=turn.is_tainted or bool(proposal and proposal.foreign),
    )


def _superseded(turn: Turn, question: Question) -> str | None:
    """Return the id of the question that this one replaces, if any."""
    last = next((e for e in reversed(turn.history) if e.seq == turn.run.first_seq - 1), None)
    asked = last.question if isinstance(last, Message) else None
    is_same = asked and (asked.tool, asked.whom) == (question.tool, question.whom)
    return last.id if last and is_same else None


async def client_complaints(turn: Turn, answer: Answered) -> dict[str, str]:
    """Return what is wrong with the arguments of the front end's tools, by call id.

    A separate process checks them. If it is not available, every such call fails.
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
            [checkable(specs[call.name].parameters, call.arguments) for call in calls]
        )
    except CheckerUnreachable as error:
        log.warning("schemas: check failed, run=%s reason=%s", turn.run.run_id, error)
        complaints = [UNCHECKED] * len(calls)
    return {call.id: text for call, text in zip(calls, complaints, strict=True) if text}
