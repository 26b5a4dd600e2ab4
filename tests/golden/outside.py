"""What the queue and the channel are sent, as they get it, and what a page's subscription is
signed with.
"""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from tests.golden.forms import (
    ChannelSettings,
    PusherChannel,
    QStashQueue,
    QueueSettings,
    WakeCall,
    check_event,
    due_event,
    entry_for_channel,
)
from tests.golden.keeps import DIGEST
from tests.golden.samples import MESSAGES
from tests.golden.text import shown
from tests.local.serving import served

SOCKET_ID = "1234.5678"


class Recorder:
    """A server that keeps what it is sent, and is content with all of it."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive, send)
        headers = {
            name: value for name, value in sorted(request.headers.items()) if "upstash" in name
        }
        path = request.url.path
        body = shown((await request.body()).decode())
        if isinstance(body, str):
            body = {"text": body}
        self.requests.append(
            {"method": request.method, "path": path, "headers": headers, "body": body}
        )
        await JSONResponse({"messageId": "m", "scheduleId": "s"})(scope, receive, send)

    def last(self) -> dict[str, Any]:
        """The request that came last; there was one since."""
        [request] = self.requests
        self.requests.clear()
        return request


@asynccontextmanager
async def _recorded() -> AsyncIterator[tuple[Recorder, str]]:
    recorder = Recorder()
    async with served(recorder) as url:
        yield recorder, url


async def sent() -> dict[str, Any]:
    """Each thing that is sent, as the service gets it."""
    async with _recorded() as (recorder, url):
        return {**await _queued(recorder, url), **await _published(recorder, url)}


async def _queued(recorder: Recorder, url: str) -> dict[str, Any]:
    at = QueueSettings(
        url=url,
        token="a-token",
        current_key="current",
        next_key="next",
        public_url="https://brain.example",
        headers={"x-own": "1"},
    )
    handoff = WakeCall(user_id="änna", run_id="r1", reason="handoff", fence=2)
    wakeup = WakeCall(user_id="anna", run_id="r1", reason="wakeup", wake=3)
    found: dict[str, Any] = {}
    async with aclosing(QStashQueue(at)) as queue:
        await queue.publish(handoff, delay_s=0, dedup_id="r1-handoff-2")
        found["queue: hand-over"] = recorder.last()
        await queue.publish(wakeup, delay_s=30.5, dedup_id="r1-wake-3")
        found["queue: wake-up"] = recorder.last()
        await queue.tell(due_event("anna", "r-1"), delay_s=60, dedup_id="reminder-r-1-1")
        found["queue: reminder"] = recorder.last()
        await queue.keep_schedule("mailbox", cron="*/10 * * * *", event=check_event("anna"))
        found["queue: schedule"] = recorder.last()
    return found


async def _published(recorder: Recorder, url: str) -> dict[str, Any]:
    host, _, port = url.removeprefix("http://").partition(":")
    at = ChannelSettings(
        app_id="42", key="key", secret="secret", cluster=None, host=host, port=int(port), tls=False
    )
    async with aclosing(PusherChannel(at)) as channel:
        await channel.publish("anna", "message", entry_for_channel(MESSAGES["odd text"]))
        request = recorder.last()
        body = request["body"]
        told = json.loads(body["text"]) if set(body) == {"text"} else body
        published = {**told, "data": shown(told["data"])}
        names = {side: f"{side}-user-{DIGEST}" for side in ("private", "presence")}
        signed = {s: channel.sign(SOCKET_ID, name, user_id="anna") for s, name in names.items()}
        return {
            "channel: message": {"path": request["path"], "body": published},
            "channel: signed": {"names": names, **signed},
            "channel: another's": channel.sign(SOCKET_ID, names["private"], user_id="ben"),
        }
