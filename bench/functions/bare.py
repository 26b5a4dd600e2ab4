"""The floor for a start: a function that imports nothing."""


async def app(scope, receive, send):  # type: ignore[no-untyped-def]  # annotations would be imports
    """Answer with an empty response."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
