"""Decides what an answer is once nothing more arrives: whole, cut off, empty, or failed. Pure."""

import hashlib
from collections.abc import Sequence

from msgspec.structs import replace

from brain.chat.prices import Prices, usd_of
from brain.cloud.model.arguments import is_whole
from brain.cloud.model.assembly import Assembled, Assembly
from brain.cloud.model.calls import Call
from brain.cloud.model.carried import carried
from brain.cloud.model.faults import Failure
from brain.cloud.model.signs import FINISHES
from brain.cloud.model.usage import estimated_tokens
from brain.codec import Json, dumps
from brain.errors import FaultClass, ModelCut
from brain.run.journal import Answered
from brain.run.ports import Prompt
from brain.tools.spec import ToolCall

# What servers call the end of a whole answer. Every other word means that it was cut off.
_WHOLE = frozenset({"stop", "tool_calls", "function_call", "tool_use", "end_turn"}) | {
    "eos",
    "eos_token",
    "stop_sequence",
}


def conclude(
    assembly: Assembly,
    whole: Assembled,
    failure: Failure | None,
    model: str,
    prompt: Prompt,
    prices: Prices,
    *,
    is_over: bool,
) -> Answered | Failure:
    """Return the answer, or why the try failed. `is_over`: no time is left for another try.

    `prices` are for providers that do not say what the answer costs. Raises ModelCut if the answer
    is cut off: at its length limit or for another reason that the server gives, or because no time
    is left. If the connection broke, it is a failure: the whole answer is asked for again.
    """
    outcome = _outcome(assembly, whole, failure, model, prompt, is_over=is_over)
    usd = assembly.usd
    if usd is None and any(assembly.parts):
        usd = usd_of(model, *assembly.parts, prices, cached=assembly.cached)
    return replace(outcome, usd=usd)


def _outcome(
    assembly: Assembly,
    whole: Assembled,
    failure: Failure | None,
    model: str,
    prompt: Prompt,
    *,
    is_over: bool,
) -> Answered | Failure:
    finishes = [finish.strip().lower() for finish in assembly.finishes]
    tokens = assembly.tokens or _estimate(whole, prompt)
    if any(finish.startswith(FINISHES) for finish in finishes):
        reason = "the provider's content filter stopped the answer"
        return Failure(reason=reason, fault=FaultClass.FILTERED, tokens=tokens)
    if failure and failure.fault is FaultClass.FILTERED:
        return failure
    is_said = bool(whole.text.strip() or whole.calls)
    if is_said and _is_whole(assembly, whole, finishes):
        return replace(
            _answered(whole, tokens, model, prompt),
            prompt_tokens=assembly.parts[0],
            answer_tokens=assembly.parts[1],
        )
    if is_said and any(finish not in _WHOLE | {"error"} for finish in finishes):
        raise _cut("the answer reached its length limit or was aborted", whole, tokens)
    if is_over and whole.text.strip():
        raise _cut(failure.reason if failure else "no answer in time", whole, tokens)
    if failure or "error" in finishes:
        return failure or Failure(reason="the server reported an error", tokens=tokens)
    if finishes or assembly.is_done:
        return Failure(reason="empty answer", is_empty=not is_said, tokens=tokens)
    return Failure(reason="the answer ended without a finish_reason", tokens=tokens)


def _cut(reason: str, whole: Assembled, tokens: int) -> ModelCut:
    """Return the fault of an answer that can be continued. Text beside calls is not said."""
    text = "" if whole.calls else whole.text
    return ModelCut(reason, text=text, at_limit=True, tokens=tokens)


def _is_whole(assembly: Assembly, whole: Assembled, finishes: Sequence[str]) -> bool:
    if finishes:
        return all(finish in _WHOLE for finish in finishes)
    return assembly.is_done and all(is_whole(call.arguments) for call in whole.calls)


def _answered(whole: Assembled, tokens: int, model: str, prompt: Prompt) -> Answered:
    return Answered(
        text=whole.text,
        calls=_with_ids(whole.calls, prompt.messages),
        tokens=tokens,
        carried=carried(model, whole.extra, [call.extra for call in whole.calls]),
    )


def _estimate(whole: Assembled, prompt: Prompt) -> int:
    asked = dumps({"messages": list(prompt.messages), "tools": list(prompt.tools)})
    given = whole.text + "".join(call.name + call.arguments for call in whole.calls)
    return estimated_tokens(asked) + estimated_tokens(given)


def _with_ids(calls: Sequence[Call], messages: Sequence[Json]) -> tuple[ToolCall, ...]:
    """Return the calls, each with an id that is unique in the whole run.

    Idempotency keys are derived from these ids. Some servers send no ids, or the same ones in every
    answer; then two different calls would look like one. After the first calls of a run each id
    gets a mark of the request, because the request may show the earlier calls under other ids.
    """
    earlier = [call for message in messages for call in message.get("tool_calls") or ()]
    taken = {str(call.get("id")) for call in earlier}
    mark = f"-{_mark(messages)}" if earlier else ""
    named: list[ToolCall] = []
    for call in calls:
        number = len(taken)
        tool_call_id = f"{call.id}{mark}" if call.id else ""
        while not tool_call_id or tool_call_id in taken:
            tool_call_id, number = f"call_{number}{mark}", number + 1
        taken.add(tool_call_id)
        named.append(ToolCall(id=tool_call_id, name=call.name, arguments=call.arguments))
    return tuple(named)


def _mark(messages: Sequence[Json]) -> str:
    """Return a mark of a request; the next request of a run has another last message."""
    last = dumps({"at": len(messages), "last": messages[-1]})
    return hashlib.sha256(last.encode("utf-8", "replace")).hexdigest()[:8]
