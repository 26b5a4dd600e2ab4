"""The lifespan of an ASGI app that has nothing to start: services are created on first use."""

from datetime import UTC, datetime

from starlette.types import Receive, Send


async def live_on(receive: Receive, send: Send) -> None:
    """Answer the lifespan events."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def invocation_seconds() -> float | None:
    """Return the seconds left for this invocation; None if the platform does not report them."""
    try:
        from vercel_runtime import get_deadline
    except ImportError:  # another host
        return None
    deadline = get_deadline()
    if deadline is None:
        return None
    return float((deadline - datetime.now(UTC)).total_seconds())
