"""A local chat model that needs no key: a script behind the OpenAI protocol.

    uvicorn.run(scripted_model(), host="127.0.0.1", port=8090)
    OPENAI_BASE_URL=http://127.0.0.1:8090/v1  OPENAI_API_KEY=local  BRAIN_MODEL=script

By default it answers by the rules in `local/model/script.py`. Tests can set its answers:

* `POST /_local/script` sets the answers to a conversation, including faults in the HTTP response
  (`local/model/directions.py`).
* `GET /_local/calls` returns all requests so far; `DELETE /_local/script` removes answers and
  requests.
* An answer can wait at gates that a test opens (`local/model/gates.py`).

A search engine is beside it (`local/model/search.py`).
"""

import time

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.model.directions import Directions, Script
from local.model.gates import Gates
from local.model.script import perform
from local.model.search import search_routes
from local.model.strict import broken
from local.model.wire import ReplyResponse, refusal

MODELS = ("script",)  # the only name that is listed; any name is accepted


class ChatRequest(BaseModel):
    """The required fields of a chat completions request. All others are accepted unchecked."""

    model_config = ConfigDict(extra="allow")

    model: str
    messages: list[dict[str, object]]
    tools: list[dict[str, object]] = []
    stream: bool = False
    stream_options: dict[str, object] = {}


def scripted_model(*, pace: float = 1.0, strict: bool = True) -> Starlette:
    """Return the server. `pace` scales the waits of the rules; 0 removes them for fast tests.

    A strict server refuses a request that not every server takes (`local/model/strict.py`).
    """
    return Starlette(routes=_Model(pace, strict=strict).routes())


class _Model:
    def __init__(self, pace: float, *, strict: bool) -> None:
        self._pace = pace
        self._is_strict = strict
        self._directions = Directions()
        self._gates = Gates()

    def routes(self) -> list[Route]:
        return [
            Route("/v1/chat/completions", self.complete, methods=["POST"]),
            Route("/v1/models", self.models),
            Route("/_local/script", self.direct, methods=["POST"]),
            Route("/_local/script", self.forget, methods=["DELETE"]),
            Route("/_local/calls", self.calls),
            *self._gates.routes(),
            *search_routes(),
        ]

    async def complete(self, request: Request) -> Response:
        try:
            chat = ChatRequest.model_validate_json(await request.body())
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            return refusal(400, f"The request is not valid at '{where}'.", "invalid_request_error")
        asked = chat.model_dump(exclude_unset=True)
        for rule, reason in broken(asked).items() if self._is_strict else ():
            return refusal(400, f"{rule}: {reason}", "invalid_request_error")
        reply = self._directions.next(asked, at=time.time())
        if reply is None:
            reply = perform(chat.messages, chat.tools)
            reply = reply.model_copy(update={"delay_s": reply.delay_s * self._pace})
        return ReplyResponse(
            reply,
            gates=self._gates,
            call=self._directions.calls[-1],
            model=chat.model,
            stream=chat.stream,
            tells_usage=bool(chat.stream_options.get("include_usage")),
        )

    async def models(self, _: Request) -> Response:
        listed = [
            {"id": name, "object": "model", "created": 0, "owned_by": "local"} for name in MODELS
        ]
        return JSONResponse({"object": "list", "data": listed})

    async def direct(self, request: Request) -> Response:
        try:
            script = Script.model_validate_json(await request.body())
        except ValidationError as error:
            return refusal(422, str(error), "invalid_request_error")
        self._directions.add(script)
        return Response(status_code=204)

    async def forget(self, _: Request) -> Response:
        self._directions = Directions()
        return Response(status_code=204)

    async def calls(self, _: Request) -> Response:
        return JSONResponse(self._directions.calls)
