"""Performs the step named in its query; one request can wait until another lets it continue."""

import asyncio
import os
from collections import defaultdict
from typing import Any

from vercel_runtime import get_deadline

reached: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        step, _, name = scope["query_string"].decode().partition("=")
        await STEPS[step](name, receive, send)


async def reach(name: str, _: Any, send: Any) -> None:
    reached[name].set()
    await _answer(send, "reached")


async def wait_for(name: str, _: Any, send: Any) -> None:
    await reached[name].wait()
    await _answer(send, f"{name} was reached")


async def stream(_name: str, _: Any, send: Any) -> None:
    await _begin(send)
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    await reached["second"].wait()
    await send({"type": "http.response.body", "body": b"second"})


async def until_left(_name: str, receive: Any, send: Any) -> None:
    await _begin(send)
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass
    print("left")


async def work_on(_name: str, _: Any, send: Any) -> None:
    await _answer(send, "answered")
    await reached["work"].wait()
    reached["done"].set()


async def hang(_name: str, receive: Any, _: Any) -> None:
    reached["hanging"].set()
    while (await receive())["type"] != "http.disconnect":
        pass
    reached["disconnected"].set()
    await asyncio.Event().wait()


async def answer_and_hang(_name: str, _: Any, send: Any) -> None:
    await _answer(send, "answered")
    await asyncio.Event().wait()


async def deadline(_name: str, _: Any, send: Any) -> None:
    moment = get_deadline()
    await _answer(send, moment.isoformat() if moment else "none")


async def pid(_name: str, _: Any, send: Any) -> None:
    await _answer(send, str(os.getpid()))


async def _answer(send: Any, text: str) -> None:
    await _begin(send)
    await send({"type": "http.response.body", "body": text.encode()})


async def _begin(send: Any) -> None:
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


STEPS = {
    step.__name__: step
    for step in (reach, wait_for, stream, until_left, work_on, hang, answer_and_hang, deadline, pid)
}
