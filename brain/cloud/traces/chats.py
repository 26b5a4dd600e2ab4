"""The span `chat`: one request to a model."""

from msgspec import Struct

from brain.cloud.meter import ModelCount
from brain.cloud.traces.model import Attributes
from brain.cloud.traces.recording import trace_here
from brain.cloud.traces.runs import RunTrace
from brain.cloud.traces.words import input_texts, output_texts
from brain.run.journal import Answered
from brain.run.ports import Prompt


class ChatEnd(Struct, frozen=True, kw_only=True):
    """How a request ended. `error` is the class of its fault; `status` is HTTP's, 0 for none.

    `first_s` is after how many seconds the first part of the answer came, None if none did.
    """

    seconds: float
    first_s: float | None
    error: str = ""
    status: int = 0
    used: ModelCount | None = None
    answer: Answered | None = None


class ChatSpan(Struct, frozen=True, kw_only=True):
    """A request that has begun, in the trace of its run."""

    trace: RunTrace
    parent: int
    model: str
    provider: str
    prompt: Prompt

    def end(self, end: ChatEnd) -> None:
        """Record how the request ended."""
        attributes = {**_facts(self.model, self.provider, end), **_used(end.used)}
        if self.trace.has_texts:
            attributes |= input_texts(self.prompt)
            attributes |= output_texts(end.answer) if end.answer is not None else {}
        self.trace.add(
            f"chat {self.model}",
            began=self.trace.now() - round(end.seconds * 1e9),
            parent=self.parent,
            kind="client",
            error=end.error,
            attributes=attributes,
        )


def begin_chat(model: str, provider: str, prompt: Prompt) -> ChatSpan | None:
    """Begin to record a request to a model. None if this task works for no run that is recorded."""
    if (trace := trace_here()) is None:
        return None
    parent = trace.parent()
    trace.asked(provider)
    return ChatSpan(trace=trace, parent=parent, model=model, provider=provider, prompt=prompt)


def _facts(model: str, provider: str, end: ChatEnd) -> Attributes:
    found: Attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model}
    if provider:
        found["gen_ai.provider.name"] = provider
    if end.first_s is not None:
        found["gen_ai.response.time_to_first_chunk"] = end.first_s
    if end.status:
        found["http.response.status_code"] = end.status
    return found


def _used(used: ModelCount | None) -> Attributes:
    if used is None or not (used.tokens_in or used.tokens_out):
        return {}
    found: Attributes = {
        "gen_ai.usage.input_tokens": used.tokens_in,
        "gen_ai.usage.output_tokens": used.tokens_out,
        "gen_ai.usage.cache_read.input_tokens": used.tokens_cached,
    }
    return found if used.usd is None else {**found, "brain.usd": used.usd}
