"""Injects faults in front of any stand-in: refused, lost, hanging, late and broken answers.

Does nothing until a fault is added. Add one in the same process with `FaultInjector.add`, or from
another process over HTTP: `POST /_local/faults` with a Fault in JSON (camelCase). `GET` lists the
faults and how often each was applied. `DELETE` removes them and releases the hanging requests.

The kinds:

* `refuse`: 503 before execution; with `status: 0` the connection breaks instead.
* `lose`: execute the request, then break the connection in the middle of the answer.
* `hang`: send no answer until the client disconnects.
* `delay`: execute the request `seconds` later; with `afterExecute`, execute now and answer later.
* `status`: send the given status, headers and text.
* `html`: send a gateway's 502 with an HTML page.

`hang`, `status` and `html` do not execute the request, unless `afterExecute` is set.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTROL_PATH = "/_local/faults"
PROMISED_BYTES = 1000  # bytes announced for an answer that breaks off; any number above one works
PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"

type Kind = Literal["refuse", "lose", "hang", "delay", "status", "html"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault. `times` None: no limit. `path` and `body`: only for requests that contain them.

    `status`, `headers` and `text` are the answer of the kind `status`; the default is a plain 503.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", alias_generator=to_camel, populate_by_name=True
    )

    kind: Kind
    times: int | None = 1
    seconds: float = 0.0
    path: str = ""
    body: str = ""
    method: str = ""
    status: Annotated[int, Field(ge=0, le=599)] = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    after_execute: bool = False


FAULT = TypeAdapter(Fault)


class Armed:
    """A fault that waits for matching requests. `fired` counts how often it was applied."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.fired = 0
        self._changed = asyncio.Condition()

    @property
    def is_spent(self) -> bool:
        return self.fault.times is not None and self.fired >= self.fault.times

    def matches(self, scope: Scope, body: bytes) -> bool:
        fault = self.fault
        return (
            not self.is_spent
            and fault.path in scope["path"]
            and fault.method.upper() in ("", scope["method"])
            and fault.body.encode() in body
        )

    async def strike(self) -> None:
        self.fired += 1
        async with self._changed:
            self._changed.notify_all()

    async def struck(self, times: int = 1) -> None:
        """Wait until it was applied this often. A `lose` counts when its request has arrived."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.fired >= times)


class FaultInjector:
    """ASGI middleware that applies faults to HTTP requests, not to WebSockets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._armed: list[Armed] = []
        self._cleared = asyncio.Event()

    @property
    def seen(self) -> list[tuple[Fault, int]]:
        """Return every fault since the last clear, and how often it was applied."""
        return [(armed.fault, armed.fired) for armed in self._armed]

    def add(self, fault: Fault) -> Armed:
        armed = Armed(fault)
        self._armed.append(armed)
        return armed

    def clear(self) -> None:
        """Remove all faults; hanging requests lose their connections."""
        self._armed.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == CONTROL_PATH:
            await (await self._control(scope, receive))(scope, receive, send)
        elif all(armed.is_spent for armed in self._armed):
            await self._app(scope, receive, send)
        else:
            await self._perhaps_strike(scope, receive, send)

    async def _perhaps_strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await body_of(receive)
        replayed = replay(body, receive)
        armed = next((each for each in self._armed if each.matches(scope, body)), None)
        if armed is None:
            await self._app(scope, replayed, send)
            return
        await armed.strike()
        await self._inflict(armed.fault, scope, replayed, send)

    async def _inflict(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind == "delay":
            await self._delay(fault, scope, receive, send)
            return
        if fault.kind == "lose" or fault.after_execute:
            await self._app(scope, receive, _swallow)
        match fault.kind:
            case "hang":
                await self._hang(receive)
                await _break_off(send)
            case "lose":
                await _break_off(send)
            case "refuse" if fault.status == 0:
                await _break_off(send)
            case "refuse" | "status":
                answer = Response(fault.text, fault.status, dict(fault.headers))
                await answer(scope, receive, send)
            case "html":
                await Response(PAGE, 502, media_type="text/html")(scope, receive, send)
            case _:
                assert_never(fault.kind)

    async def _delay(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_late(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(fault.seconds)
            await send(message)

        if fault.after_execute:
            await self._app(scope, receive, send_late)
        else:
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)

    async def _hang(self, receive: Receive) -> None:
        """Wait until the client disconnects or the faults are cleared."""
        waits = {
            asyncio.ensure_future(_disconnected(receive)),
            asyncio.ensure_future(self._cleared.wait()),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _control(self, scope: Scope, receive: Receive) -> Response:
        match scope["method"]:
            case "GET":
                return JSONResponse({"faults": [_shown(*each) for each in self.seen]})
            case "DELETE":
                self.clear()
                return Response(status_code=204)
            case "POST":
                return self._added(await body_of(receive))
            case _:
                return Response(status_code=405, headers={"Allow": "GET, POST, DELETE"})

    def _added(self, body: bytes) -> Response:
        try:
            fault = FAULT.validate_json(body)
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False, include_input=False, include_context=False)
            return JSONResponse({"errors": errors}, status_code=422)
        self.add(fault)
        return JSONResponse(_shown(fault, 0), status_code=201)


def _shown(fault: Fault, fired: int) -> dict[str, Any]:
    return {**{to_camel(name): value for name, value in asdict(fault).items()}, "fired": fired}


async def body_of(receive: Receive) -> bytes:
    """Read the whole body of a request."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """Replay the body, then pass on everything that follows."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return first.pop() if first else await receive()

    return replayed


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _swallow(_: Message) -> None:
    """Discard the answer of an executed request, so that the client never sees it."""


async def _break_off(send: Send) -> None:
    """Announce more bytes than are sent: the server must then close the connection mid-answer."""
    length = str(PROMISED_BYTES).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
