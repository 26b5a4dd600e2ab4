"""How an instance starts. While it imports modules, the user waits for the first answer.

A function imports this first. The garbage collector would look through what the imports make again
and again, and find no garbage: 8 % of that wait. So it waits until the start is over, and never
looks at what is there by then.
"""

import asyncio
import gc
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

MOST_OBJECTS = 200_000  # that a start may make before the collector looks; it makes half of them
START_S = 2.0  # seconds after the first request in which the last imports happen

_usual = gc.get_threshold()
gc.set_threshold(MOST_OBJECTS)

# We have no plugin of pydantic. To look for one, it reads about every installed package: 6 ms.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def started(app: "ASGIApp", *, start_s: float = START_S) -> "ASGIApp":
    """Build the ASGI app of a function that ends the start some time after its first request."""
    ending: asyncio.TimerHandle | None = None

    async def serve(scope: "Scope", receive: "Receive", send: "Send") -> None:
        nonlocal ending
        if ending is None and scope["type"] != "lifespan":
            ending = asyncio.get_running_loop().call_later(start_s, _end)
        await app(scope, receive, send)

    return serve


def _end() -> None:
    gc.freeze()
    gc.set_threshold(*_usual)
