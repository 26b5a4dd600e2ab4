"""The floor for a turn: the same work by hand with the same SDKs, but without any promise.

POST `{"user", "text", "loops"}` reads the state with one REST call, asks the model once per loop,
and stores each answer with one REST call. With `"look"` it only reads the state. There is no token,
no lease, no fence, no sequence and no recovery.
"""

import json
import os
from typing import Any

from openai import AsyncOpenAI
from upstash_redis.asyncio import Redis

SYSTEM = "You are a voice assistant."
KEEP_S = 600  # seconds

_clients: list[tuple[Redis, AsyncOpenAI]] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Run one turn."""
    if scope["type"] != "http":
        return
    turn = json.loads(await _body(receive))
    content = json.dumps({"text": await _answer(turn)}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _answer(turn: dict[str, Any]) -> str:
    redis, model = _made()
    key = f"floor:{turn['user']}"
    known = await redis.get(key)
    if turn.get("look"):
        return str(known)
    messages = json.loads(known) if known else []
    messages.append({"role": "user", "content": turn["text"]})
    said = ""
    for _ in range(turn["loops"]):
        said = await _ask(model, [{"role": "system", "content": SYSTEM}, *messages])
        messages.append({"role": "assistant", "content": said})
        messages.append({"role": "user", "content": "Go on."})
        await redis.set(key, json.dumps(messages), ex=KEEP_S)
    if not turn["loops"]:
        await redis.set(key, json.dumps(messages), ex=KEEP_S)
    return said


async def _ask(model: AsyncOpenAI, messages: list[dict[str, Any]]) -> str:
    said: list[str] = []
    # The messages bypass the SDK's typed parameters, which would convert each of them.
    stream = await model.chat.completions.create(
        model="script", messages=[], stream=True, extra_body={"messages": messages}
    )
    async for chunk in stream:
        for choice in chunk.choices:
            said.append(choice.delta.content or "")
            said += [
                call.function.arguments or ""
                for call in choice.delta.tool_calls or ()
                if call.function
            ]
    return "".join(said)


def _made() -> tuple[Redis, AsyncOpenAI]:
    """Create the clients in the running loop, and keep them."""
    if not _clients:
        redis = Redis(
            url=os.environ["UPSTASH_REDIS_REST_URL"],
            token=os.environ["UPSTASH_REDIS_REST_TOKEN"],
            rest_retries=0,
            allow_telemetry=False,
        )
        _clients.append((redis, AsyncOpenAI(max_retries=0)))
    return _clients[0]


async def _body(receive: Any) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)
