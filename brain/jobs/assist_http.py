"""POST /api/assist: help with instructions, as events while the model writes."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.chat.choice import ModelChoice
from brain.errors import FaultClass, ModelCut, ModelFault
from brain.feature import Platform, ResourceHandler
from brain.http.bodies import Body, Cleaned, Text, not_blank, parse
from brain.http.edge import read_json
from brain.http.stream import EventStream, StreamEvent
from brain.jobs.assist import AssistRequest, Improved, improved, prompt_of
from brain.run.journal import Answered
from brain.run.messages import Remark
from brain.run.ports import Delta, Model

MAX_INSTRUCTIONS = 20_000  # characters, as a profile has at most
MAX_ASK = 2_000
MOST_LINES = 20  # of the history
ANSWER_TOKENS = 800
LIMIT_S = 55.0  # seconds; the response ends within 60
TRIES = 2  # requests before the first word; none after it

NO_ANSWER = "The model did not answer. Try again."
REFUSED = "The model refuses this request."
CUT_OFF = f"The answer was cut off ({ANSWER_TOKENS} tokens at most). Ask for less, or try again."


class AssistLine(Body):
    """One line of what was said about the instructions before."""

    role: Literal["user", "assistant"]
    text: Text


class AssistBody(Body):
    """The body of POST /api/assist."""

    instructions: Annotated[Cleaned, Field(max_length=MAX_INSTRUCTIONS)] = ""
    ask: Annotated[Cleaned, Field(min_length=1, max_length=MAX_ASK), AfterValidator(not_blank)]
    history: Annotated[list[AssistLine], Field(max_length=MOST_LINES, default_factory=list)]

    def request(self) -> AssistRequest:
        """Return the body as the type of the rules."""
        said = tuple(Remark(role=line.role, text=line.text) for line in self.history)
        return AssistRequest(instructions=self.instructions, ask=self.ask, history=said)


def assisting(platform: Platform) -> ResourceHandler:
    """Return the handler of the route."""

    async def assist(request: Request, user_id: str) -> ASGIApp:
        wanted = parse(AssistBody, await read_json(request)).request()
        choice = ModelChoice(max_tokens=ANSWER_TOKENS)
        model = platform.model_of(choice, is_mind=False, tries=TRIES)
        return EventStream(
            events_of(model, wanted),
            while_read=True,
            greets=True,
            cache_control="no-cache, no-transform",
        )

    return assist


async def events_of(model: Model, wanted: AssistRequest) -> AsyncGenerator[StreamEvent, None]:
    """Yield the answer while it arrives, then the result or the error.

    Closing this generator ends the model call.
    """
    pieces = asyncio.Queue[str | None]()

    def hear(delta: Delta) -> None:
        if delta.kind == "content" and delta.text:
            pieces.put_nowait(delta.text)

    asking = asyncio.ensure_future(model.answer(prompt_of(wanted), limit_s=LIMIT_S, on_delta=hear))
    asking.add_done_callback(lambda _: pieces.put_nowait(None))
    try:
        while (text := await pieces.get()) is not None:
            yield StreamEvent(name="content", data={"text": text})
        yield _last(asking)
    finally:
        asking.cancel()
        await asyncio.wait({asking})


def _last(asking: "asyncio.Future[Answered]") -> StreamEvent:
    try:
        found = improved(asking.result().text)
    except ModelCut:
        return _error(CUT_OFF)
    except ModelFault as fault:
        lasting = fault.fault not in (FaultClass.MOMENT, FaultClass.BUSY)
        return _error(REFUSED if lasting else NO_ANSWER)
    return _done(found) if found.prompt else _error(NO_ANSWER)


def _done(found: Improved) -> StreamEvent:
    data = {"questions": list(found.questions), "changes": list(found.changes)}
    return StreamEvent(name="done", data={"prompt": found.prompt, **data})


def _error(title: str) -> StreamEvent:
    return StreamEvent(name="error", data={"title": title})
