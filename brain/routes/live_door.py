"""The door of WS /api/live: who has connected."""

import asyncio

from brain.errors import TokenRefused
from brain.http.edge import Problem
from brain.http.right import Right
from brain.http.socket import NOT_ALLOWED, HangUp, Socket
from brain.wiring import Wiring

TOKEN = "token."  # prefix of the subprotocol with the token; a URL with it would be logged
HELLO_S = 5.0  # seconds to wait for a first frame with the token if no subprotocol has it


async def let_in(offered: list[str], socket: Socket, wiring: Wiring) -> Right:
    """Return the right of the token in a subprotocol or the first frame. Raises HangUp, Gone."""
    token = next((name.removeprefix(TOKEN) for name in offered if name.startswith(TOKEN)), "")
    try:
        if not token:
            async with asyncio.timeout(HELLO_S):
                hello = await socket.hear()
            token = str(hello.get("token") or "") if hello["type"] == "hello" else ""
        return Right(await wiring.tokens.read(token), wiring.clock)
    except TimeoutError:
        raise HangUp(NOT_ALLOWED, "a token is required") from None
    except (TokenRefused, Problem) as refused:
        raise HangUp(NOT_ALLOWED, str(refused)) from None
