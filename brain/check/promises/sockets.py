"""How an answer comes over connections that stay open: the socket and the channel."""

from __future__ import annotations

import json
from urllib.parse import quote

from brain.check.frames import Frames, SocketClosed, connected
from brain.check.model import NotOffered, Promise, need
from brain.check.site import SHORT, Site, gaps
from brain.codec import Json

GROUP = "roads"
FOREIGN_CHANNEL = "private-user-00000000000000000000000000000000"


async def socket(site: Site) -> str:
    """Ask over the socket."""
    site.need_model()
    since, id = await site.last_seq(), site.new_id()
    url, protocols = site.socket_url("/api/live"), ("brain", f"token.{site.me.token}")
    async with connected(url, limit_s=site.answer_s, protocols=protocols) as frames:
        ready = await frames.until("ready")
        need(ready["lastSeq"] >= since, f"ready with lastSeq {ready['lastSeq']}, not {since}")
        await frames.send({"type": "ping"})
        await frames.until("pong")
        await frames.send({"type": "resume", "sinceSeq": since})
        said = {"type": "say", "text": site.text(SHORT), "messageId": id, "patience": 20}
        await frames.send(said)
        entries = await _followed(frames, id)
    need(not (gap := gaps(entries, since)), gap)
    return f"{len(entries)} entries in order, and a reply"


async def _followed(frames: Frames, id: str) -> list[Json]:
    """Return the entries up to the end of the run, once the reply has come too."""
    entries, replied = list[Json](), False
    while not (replied and entries and entries[-1].get("doneAfterThis")):
        frame = await frames.until("message", "reply", "error")
        need(frame["type"] != "error", f"an error frame with the status {frame.get('status')}")
        if frame["type"] == "message":
            entries.append(frame["message"])
        else:
            need(frame.get("messageId") == id, "a reply to another text")
            replied = True
    return entries


async def socket_refuses(site: Site) -> str:
    protocols = ("brain", "token.not-a-token")
    code = 0
    try:
        url = site.socket_url("/api/live")
        async with connected(url, limit_s=15, protocols=protocols) as frames:
            await frames.hear()
    except SocketClosed as closed:
        code = closed.code
    need(code == 4401, f"closed with {code}, not 4401" if code else "a connection")
    return "closed with 4401"


async def channel(site: Site) -> str:
    """Subscribe as a page does, and ask with so little patience that the answer comes there."""
    site.need_model()
    at, name = site.me.session["pusher"], site.me.session["channel"]
    if not at:
        raise NotOffered("no channel is set up")
    async with connected(_channel_url(at), limit_s=site.answer_s) as frames:
        hello = await frames.until("pusher:connection_established", "pusher:error", by="event")
        need(hello["event"] != "pusher:error", "the vendor refuses the key")
        socket_id = json.loads(hello["data"])["socket_id"]
        signed = await site.post("/api/pusherAuth", _wanted(socket_id, name))
        need(signed.status == 200, signed.what)
        foreign = await site.post("/api/pusherAuth", _wanted(socket_id, FOREIGN_CHANNEL))
        need(foreign.status == 403, f"{foreign.what} to another user's channel")
        data = {"channel": name, "auth": signed.object()["auth"]}
        await frames.send({"event": "pusher:subscribe", "data": data})
        await frames.until("pusher_internal:subscription_succeeded", by="event")
        outcome = await site.say(site.text(SHORT), patience=0.05)
        seen = await _news(frames, outcome)
    await site.answered(outcome)
    return seen


def _wanted(socket_id: str, name: str) -> Json:
    return {"socket_id": socket_id, "channel_name": name}


async def _news(frames: Frames, outcome: Json) -> str:
    """Wait until the channel carries the answer, or says that the log has grown by it."""
    while True:
        event = await frames.until("message", "log", "pusher:ping", by="event")
        if event["event"] == "pusher:ping":
            await frames.send({"event": "pusher:pong", "data": {}})
            continue
        data = json.loads(event["data"])
        if event["event"] == "message" and data.get("runId") == outcome["runId"]:
            return f"a message of the run, entry {data['seq']}"
        if event["event"] == "log" and data.get("lastSeq", 0) >= outcome["seq"]:
            return f"the news that the log has {data['lastSeq']} entries"


def _channel_url(at: Json) -> str:
    """Return the address of the vendor's socket, as its own client makes it."""
    host = at.get("wsHost") or f"ws-{at.get('cluster') or 'mt1'}.pusher.com"
    secure = bool(at["forceTLS"])
    port = at.get("wsPort") or (443 if secure else 80)
    scheme = "wss" if secure else "ws"
    query = "protocol=7&client=brain-check&version=1&flash=false"
    return f"{scheme}://{host}:{port}/app/{quote(str(at['key']))}?{query}"


PROMISES = (
    Promise(
        group=GROUP,
        name="The socket takes texts and brings answers",
        expected="WS /api/live: ready, pong, the entries in order, a reply",
        look=socket,
    ),
    Promise(
        group=GROUP,
        name="The socket refuses wrong tokens",
        expected="close code 4401",
        look=socket_refuses,
    ),
    Promise(
        group=GROUP,
        name="The channel brings answers",
        expected="a subscription to the own channel only, and a message or news there",
        look=channel,
    ),
)
