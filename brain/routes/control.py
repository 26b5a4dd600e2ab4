"""POST /api/control: stop a run, report what was heard, take back a text, or decide a question."""

from typing import Literal, assert_never

from msgspec.structs import replace
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.cloud.redis.devices.claims import claim
from brain.codec import Json, fingerprint
from brain.errors import EntryUnreadable, QuestionClosed, ToolFault
from brain.http.bodies import INVALID_BODY, VoiceBody, parse
from brain.http.devices import device_of
from brain.http.edge import Answer, Problem, invocation_seconds, read_json
from brain.http.orders import (
    AnswerBody,
    ClaimBody,
    DecideBody,
    EditBody,
    HeardBody,
    Order,
    StopBody,
    WithdrawBody,
    parse_order,
)
from brain.http.stopping import stop_run
from brain.http.withdrawing import withdraw_text
from brain.questions.consent import reading
from brain.questions.rules import changed_names, words_of_changes
from brain.routes.calls import answer
from brain.run.messages import Decision, How, Message, Question
from brain.run.moves import Asked, Stopped
from brain.run.records import message_to_wire
from brain.run.requests import UserRequest
from brain.says.texts import Texts
from brain.tools.schema import misfit
from brain.wiring import Wiring

MISSING = "Message not found."
VERDICTS: dict[str, Literal["approve", "reject", "answer"]] = {
    "approve": "approve",
    "edit": "approve",
    "reject": "reject",
    "answer": "answer",
}


async def control(request: Request, wiring: Wiring) -> ASGIApp:
    """Carry out an order. The response to a decision is the same as to a text."""
    invocation = wiring.begin_invocation(invocation_seconds())
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    done = await carry_out(parse_order(await read_json(request)), wiring, caller.user_id)
    if isinstance(done, UserRequest):
        return await answer(wiring, done, invocation)
    return Answer(done)


async def carry_out(order: Order, wiring: Wiring, user_id: str) -> Json | UserRequest:
    """Carry out an order. Return the response's body, or the request to send to the brain.

    Raises Problem, QuestionClosed, StoreUnreachable.
    """
    match order:
        case StopBody(job=str(job), mind=mind):
            return await wiring.background_minds.stop(user_id, job, mind)
        case StopBody(run_id=run_id):
            return await _stop(wiring, user_id, run_id)
        case HeardBody():
            return await _hear(order, wiring, user_id)
        case ClaimBody():
            return await _claim(order, wiring, user_id)
        case WithdrawBody(message_id=message_id):
            return await withdraw_text(wiring.services, user_id, message_id)
        case DecideBody() | EditBody() | AnswerBody():
            asked = await _asked(wiring, user_id, order.question_id)
            if asked is None or asked.message.question is None:
                raise QuestionClosed("unknown")
            texts = await wiring.languages.texts(user_id, asked.language)
            request = _decided(order, asked.message.question, wiring, user_id, texts)
            # Arguments that the user has edited are the user's own.
            is_theirs = asked.message.foreign and not isinstance(order, EditBody)
            return _marked(request) if is_theirs else request
        case _:
            assert_never(order)


async def _hear(order: HeardBody, wiring: Wiring, user_id: str) -> Json:
    known = await wiring.store.heard(user_id, order.heard(), claim=order.claim)
    if known is None:
        raise Problem(404, MISSING)
    if known.how is How.PLAYED:
        await _tell_played(wiring, user_id, known.seq)
    return {"seq": known.seq, "how": known.how.value}


async def _claim(order: ClaimBody, wiring: Wiring, user_id: str) -> Json:
    now = wiring.clock.utc()
    found = await claim(wiring.redis, user_id, order.seq, device=order.device, now=now)
    if found.state == "unknown":
        raise Problem(404, MISSING)
    return {
        "seq": order.seq,
        "state": found.state,
        "claim": found.claim,
        "leftMs": found.left_ms,
    }


async def _asked(wiring: Wiring, user_id: str, question_id: str) -> Asked | None:
    try:
        return await wiring.store.question(user_id, question_id)
    except EntryUnreadable:
        raise QuestionClosed("newer") from None


async def _tell_played(wiring: Wiring, user_id: str, seq: int) -> None:
    page = await wiring.store.read(user_id, since=seq - 1, limit=1)
    for entry in page.entries:
        if isinstance(entry, Message) and entry.seq == seq:
            await wiring.played(user_id, entry.text)


async def _stop(wiring: Wiring, user_id: str, run_id: str | None) -> Json:
    device = (await wiring.store.status(user_id)).language
    texts = await wiring.languages.texts(user_id, device)
    found = await stop_run(
        wiring.store, wiring.channel, wiring.clock, user_id, run_id=run_id, texts=texts
    )
    if isinstance(found, Stopped):
        message = message_to_wire(found.message)
        return {"state": "stopped", "runId": found.run_id, "message": message}
    return {"state": "idle", "runId": run_id, "message": None}


def _decided(
    order: DecideBody | EditBody | AnswerBody,
    question: Question,
    wiring: Wiring,
    user_id: str,
    texts: Texts,
) -> UserRequest:
    """Return a decision as a request of the user. A repeated decision gets the same message id."""
    decision = _decision(order, question, wiring)
    if decision is None:
        assert isinstance(order, AnswerBody)
        name = f"answer-{fingerprint({'text': order.text})}-{order.question_id}"
        return UserRequest(
            user_id=user_id,
            text=_words(order),
            message_id=name,
            patience_s=order.patience,
            device=device_of(order.device),
        )
    words = {"approve": _yes(decision, texts), "reject": texts.NO}
    own = _words(order) if isinstance(order, AnswerBody) and question.whom == "user" else None
    name = f"{decision.verdict}-{fingerprint(decision.arguments)}-{decision.question_id}"
    return UserRequest(
        user_id=user_id,
        text=own or words.get(decision.verdict, texts.RESULT),
        message_id=name,
        decision=decision,
        patience_s=order.patience,
        device=device_of(order.device),
    )


def _yes(decision: Decision, texts: Texts) -> str:
    """Return the words for an approval. They name what the user has changed."""
    if not decision.changed:
        return texts.YES
    return words_of_changes(texts, decision.changed, decision.arguments)


def _marked(request: UserRequest) -> UserRequest:
    """Mark the decision on a question that may quote third parties: its arguments may, too."""
    decision = request.decision
    return replace(request, decision=decision and replace(decision, foreign=True))


def _words(order: AnswerBody) -> str:
    """Return the text, under the same limits as any text of the user. Raises Problem 422."""
    return parse(VoiceBody, {"text": order.text}).text


def _decision(
    order: DecideBody | EditBody | AnswerBody, question: Question, wiring: Wiring
) -> Decision | None:
    """Return the decision, or None if the answer is free text, which the model has to interpret.

    A plain yes or no decides this question even if another was asked since.
    """
    verdict: Literal["approve", "reject", "answer"] | None = VERDICTS[order.type]
    if isinstance(order, AnswerBody) and question.whom == "user":
        verdict = reading(order.text)
    if verdict is None:
        return None
    if not isinstance(order, AnswerBody) and question.whom == "client":
        raise Problem(409, "This question is for the front end. Answer it with a result.")
    arguments = question.arguments
    if isinstance(order, EditBody):
        arguments = _checked(order.arguments, question, wiring)
    is_yes = verdict == "approve"
    return Decision(
        question_id=order.question_id,
        verdict=verdict,
        tool=question.tool,
        arguments=arguments,
        changed=changed_names(question.arguments, arguments) if is_yes else None,
        result=order.text if verdict == "answer" and isinstance(order, AnswerBody) else "",
    )


def _checked(arguments: Json, question: Question, wiring: Wiring) -> Json:
    """Return edited arguments as they will be shown and used. Raises Problem 422."""
    tool = wiring.services.tools.get(question.tool)
    wrong = misfit(tool.spec.parameters, arguments) if tool else "the tool is no longer available"
    try:
        if tool is not None and not wrong:
            return tool.plain(arguments)
    except ToolFault as fault:
        wrong = str(fault)
    raise Problem(422, INVALID_BODY, errors=[{"field": "arguments", "message": wrong}])
