"""The lifespan of an ASGI app that has nothing to start: services are created on first use."""

from starlette.types import Receive, Send


async def live_on(receive: Receive, send: Send) -> None:
    """Answer the lifespan events."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
