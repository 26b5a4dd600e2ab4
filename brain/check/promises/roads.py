"""How an answer comes: by streams, by polling, and as that of a chat model."""

from __future__ import annotations

import asyncio

from brain.check.model import NotOffered, Promise, need
from brain.check.site import SHORT, Site, gaps
from brain.codec import Json

GROUP = "roads"


async def answer_stream(site: Site) -> str:
    """Ask with Accept: text/event-stream."""
    site.need_model()
    body = {"text": site.text(SHORT), "messageId": site.new_id(), "patience": 0}
    path, names = "/api/voiceToBrain", list[str]()
    done: Json | None = None
    async with site.calls.stream(
        "POST", path, token=site.me.token, body=body, limit_s=site.answer_s
    ) as events:
        async for event in events:
            need(done is None, f"an event {event.name} after done")
            names.append(event.name)
            if event.name in ("done", "error"):
                done = event.data
    need(names[-1:] == ["done"], f"the stream ended with {names[-1] if names else 'nothing'}")
    final = await site.answered(done or {})
    if done and done["message"]:
        need(done["message"]["id"] == final["id"], "another answer than in the log")
    return f"{len(names)} events, done at the end"


async def stream(site: Site) -> str:
    """Follow the log while a text is answered."""
    site.need_model()
    since = await site.last_seq()
    path = f"/api/stream?sinceSeq={since}"
    entries, run_id = list[Json](), ""
    async with site.calls.stream("GET", path, token=site.me.token, limit_s=site.answer_s) as events:
        asking = asyncio.ensure_future(site.say(site.text(SHORT), patience=20))
        try:
            async for event in events:
                if event.name != "message":
                    continue
                need(event.id == str(event.data["seq"]), "the id of an event is not its seq")
                entries.append(event.data)
                run_id = run_id or str(event.data["runId"])
                if event.data.get("doneAfterThis"):
                    break
        finally:
            asking.cancel()
            await asyncio.wait({asking})
    need(not (gap := gaps(entries, since)), gap)
    await site.until_idle()
    logged = [entry["id"] for entry in await site.log(since)]
    need([entry["id"] for entry in entries] == logged[: len(entries)], "other entries than the log")
    return f"{len(entries)} entries, each once, in the order of the log"


async def polling(site: Site) -> str:
    """Ask with no patience, and find the answer by looking into the log."""
    site.need_model()
    since = await site.last_seq()
    tag = (await site.get(f"/api/messages?sinceSeq={since}")).headers.get("etag", "")
    outcome = await site.say(site.text(SHORT), patience=0.05)
    final = await site.answered(outcome)
    again = await site.get(f"/api/messages?sinceSeq={since}", **{"If-None-Match": tag})
    need(again.status == 200, f"{again.what} to the tag of a shorter log")
    need(any(one["id"] == final["id"] for one in again.object()["messages"]), "no answer there")
    return f"the answer, as entry {final['seq']}"


async def chat(site: Site) -> str:
    """Ask as a voice platform does, twice with one key."""
    site.need_model()
    voice = site.features.get("voice") or {}
    if not voice.get("chat"):
        raise NotOffered("this deployment is no chat model")
    models = await site.calls.send("GET", "/v1/models", token=site.me.token)
    need(models.status == 200, models.what)
    said = [{"role": "user", "content": site.text(SHORT)}]
    headers = {"Idempotency-Key": site.new_id(), "x-call-id": site.new_id()}
    found = [await _completed(site, {"model": "brain", "messages": said}, headers) for _ in "12"]
    need(found[0]["id"] == found[1]["id"], "the same key has got two answers")
    texts = {one["choices"][0]["message"]["content"] for one in found}
    need(len(texts) == 1, "the same key has got two texts")
    wrong = await site.calls.send("GET", "/v1/models", token="not-a-token")
    need(wrong.status == 401, f"{wrong.what} to a wrong key")
    need("error" in wrong.object(), "an error that has not OpenAI's form")
    return "one answer for two requests with one key"


async def _completed(site: Site, body: Json, headers: dict[str, str]) -> Json:
    answer = await site.calls.send(
        "POST",
        "/v1/chat/completions",
        token=site.me.token,
        body=body,
        headers=headers,
        limit_s=site.answer_s,
    )
    need(answer.status == 200, answer.what)
    return answer.object()


PROMISES = (
    Promise(
        group=GROUP,
        name="An answer can be streamed",
        expected="POST /api/voiceToBrain as an event stream: done is the last event",
        look=answer_stream,
    ),
    Promise(
        group=GROUP,
        name="The log can be followed",
        expected="GET /api/stream: each entry once, in order, with its seq as the id",
        look=stream,
    ),
    Promise(
        group=GROUP,
        name="Polling finds the answer",
        expected="GET /api/messages: the answer, under a new ETag",
        look=polling,
    ),
    Promise(
        group=GROUP,
        name="Voice platforms get one answer for one key",
        expected="POST /v1/chat/completions twice with one Idempotency-Key: one answer",
        look=chat,
    ),
)
