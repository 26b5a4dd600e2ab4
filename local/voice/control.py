"""Control routes for tests under `/_local/voice`; the vendors have nothing like them.

* `GET /_local/voice` returns the counts, the sessions with their events, and what was heard and
  spoken. With `created=1`, `ended=1`, `hung_up=1`, `connected=1`, `events=5`, `transcriptions=1` or
  `speeches=1` it answers once that is reached, or with 408 after `timeout` seconds (default 10).
* `POST /_local/voice` sets what the scripted ear understands next:
  `{"hears": ["What did Anna write?", {"text": "", "noSpeechProb": 0.9}]}`.
* `POST /_local/voice/sessions/ID` acts on an open session, as the vendor: `{"send": {…}}` sends an
  event as it is, `{"end": "expired", "code": 1011}` ends it.
* `DELETE /_local/voice` forgets what is over.

There is no token: the server listens on this machine only.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.parameters import number, wait_limit_s
from local.voice.records import Json, Records
from local.voice.senses import Heard, ScriptedEar

PATH = "/_local/voice"


class Told(BaseModel):
    """One understanding of the scripted ear."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    text: str
    no_speech_prob: Annotated[float, Field(ge=0, le=1)] = 0.0


class Hears(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hears: list[str | Told]


class Act(BaseModel):
    model_config = ConfigDict(extra="forbid")

    send: Json | None = None
    end: str | None = None
    code: Annotated[int, Field(ge=1000, le=4999)] = 1011


class ControlRoutes:
    def __init__(self, records: Records, script: ScriptedEar) -> None:
        self._records = records
        self._script = script

    def routes(self) -> list[Route]:
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(PATH, self.direct, methods=["POST"]),
            Route(PATH, self.forget, methods=["DELETE"]),
            Route(f"{PATH}/sessions/{{id}}", self.act, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        least = {name: number(request, name, 0) for name in self._records.counts()}
        limit_s = wait_limit_s(request)

        def is_reached() -> bool:
            counts = self._records.counts()
            return all(counts[name] >= count for name, count in least.items())

        try:
            async with asyncio.timeout(limit_s):
                await self._records.until(is_reached)
        except TimeoutError:
            return JSONResponse(self._records.shown(), 408)
        return JSONResponse(self._records.shown())

    async def direct(self, request: Request) -> Response:
        try:
            asked = Hears.model_validate_json(await request.body())
        except ValidationError as error:
            raise HTTPException(422, str(error)) from error
        for one in asked.hears:
            told = Told(text=one) if isinstance(one, str) else one
            self._script.told.append(Heard(text=told.text, no_speech_prob=told.no_speech_prob))
        return Response(status_code=204)

    async def forget(self, _: Request) -> Response:
        self._records.clear()
        self._script.told.clear()
        return Response(status_code=204)

    async def act(self, request: Request) -> Response:
        line = self._records.lines.get(request.path_params["id"])
        if line is None:
            raise HTTPException(404, "no open session with this id")
        try:
            asked = Act.model_validate_json(await request.body())
        except ValidationError as error:
            raise HTTPException(422, str(error)) from error
        if asked.send is not None:
            await line.send(asked.send)
        if asked.end is not None:
            await line.end(asked.end, asked.code)
        return Response(status_code=204)
