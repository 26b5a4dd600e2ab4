"""Opens WS /api/live: finds out who has connected, and reports errors to the connection."""

import asyncio

from msgspec import Struct
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from brain.codec import Json, clean
from brain.errors import SettingMissing, TokenRefused
from brain.http.crossing import allowed_in
from brain.http.devices import named_in
from brain.http.edge import Problem, not_set_up
from brain.http.minds import NAMED
from brain.http.origins import is_own
from brain.http.right import Right
from brain.http.socket import NOT_ALLOWED, UNKNOWN, HangUp, Socket
from brain.wiring import Wiring

TOKEN = "token."  # prefix of the subprotocol with the token; a URL with it would be logged
SETUP = "setup"  # type of the first frame of a telephone call
HELLO_S = 5.0  # seconds to wait for a first frame with the token if no subprotocol has it


def is_welcome(scope: Scope, wiring: Wiring) -> bool:
    """Whether no browser connects, or a page of this deployment or of an allowed origin does.

    CORS does not apply to WebSockets, so this is checked here. With a wrong setting no other origin
    is allowed.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    try:
        return origin is None or is_own(origin, headers) or allowed_in(wiring, origin) is not None
    except SettingMissing as error:
        not_set_up(error)
        return False


async def let_in(offered: list[str], socket: Socket, wiring: Wiring) -> Right | Json:
    """Return the right of the token in a subprotocol or the first frame; or the first frame itself
    if it is that of a telephone call. Raises HangUp, Gone.
    """
    token = next((name.removeprefix(TOKEN) for name in offered if name.startswith(TOKEN)), "")
    try:
        if not token:
            async with asyncio.timeout(HELLO_S):
                hello = await socket.hear()
            if hello["type"] == SETUP:
                return hello
            token = str(hello.get("token") or "") if hello["type"] == "hello" else ""
        return Right(await wiring.tokens.read(token), wiring.clock)
    except TimeoutError:
        raise HangUp(NOT_ALLOWED, "a token is required") from None
    except (TokenRefused, Problem) as refused:
        raise HangUp(NOT_ALLOWED, str(refused)) from None


class LiveUrl(Struct, frozen=True):
    """What the address of a connection names.

    `mind`: whose log and texts the connection is for; None means the user's own brain. `device` is
    the name of the page; empty if it gives none.
    """

    mind: str | None
    device: str

    @classmethod
    def of(cls, scope: Scope) -> "LiveUrl":
        query = HTTPConnection(scope).query_params
        mind = query.get(NAMED)
        return cls(None if mind is None else clean(mind), named_in(query))


async def opened_log(wiring: Wiring, user_id: str, mind: str | None) -> str:
    """Return whose log a connection is for. Raises HangUp if the user has no such mind."""
    try:
        return user_id if mind is None else await wiring.background_minds.log_of(user_id, mind)
    except Problem as unknown:
        raise HangUp(UNKNOWN, unknown.title) from None


def error_frame(problem: Problem, frame: Json) -> Json:
    """Return the frame that reports an error of another frame."""
    wire = {name: value for name, value in problem.to_wire().items() if name != "type"}
    return {"type": "error", **named(frame), **wire}


def named(frame: Json) -> Json:
    """Return the fields that identify a frame in its answer. Invalid ids are left out."""
    ids = {name: frame.get(name) for name in ("messageId", "questionId", NAMED)}
    return {"of": frame.get("type")} | {
        name: clean(id) for name, id in ids.items() if id and isinstance(id, str)
    }
