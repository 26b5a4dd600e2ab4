"""Stopping a run, and taking a text back."""

from __future__ import annotations

import asyncio

from brain.check.model import Promise, need
from brain.check.site import LONG, SHORT, Site, finals

GROUP = "orders"
QUIET_S = 2.0  # seconds after a stop in which nothing may be said


async def stop(site: Site) -> str:
    site.need_model()
    outcome = await site.say(site.text(LONG), patience=0.2)
    stopped = await site.order("stop", runId=outcome["runId"])
    need(stopped["state"] in ("stopped", "idle"), f"the state {stopped['state']}")
    need(stopped["runId"] in (outcome["runId"], None), "another run was stopped")
    if stopped["state"] == "idle":
        final = await site.answered(outcome)
        return f"the run had just ended by itself, with entry {final['seq']}"
    status = (await site.get("/api/status")).object()
    need(status["state"] != "running", "the status says running after the stop")
    before = await site.log()
    await asyncio.sleep(QUIET_S)
    after = await site.log()
    late = [entry for entry in after[len(before) :] if entry["runId"] == outcome["runId"]]
    need(not late, f"{len(late)} messages of the run after its stop")
    need(len(finals(after, outcome["runId"])) <= 1, "the run has more than one final message")
    again = await site.order("stop", runId=outcome["runId"])
    need(again["state"] in ("stopped", "idle"), f"the state {again['state']} to a second stop")
    return "stopped, and nothing was said afterwards"


async def withdraw(site: Site) -> str:
    site.need_model()
    id = site.new_id()
    turn = {"call": site.new_id(), "index": 0}
    await site.say(site.text(SHORT), messageId=id, patience=0.2, speculative=True, turn=turn)
    taken = await site.order("withdraw", messageId=id)
    need(taken["state"] in ("withdrawn", "stands"), f"the state {taken['state']}")
    need(taken["messageId"] == id, "the answer names another text")
    await site.until_idle()
    named = [one for one in await site.log() if one.get("messageId") == id]
    texts = [one for one in named if one.get("kind", "text") == "text"]
    need(len(texts) == 1, f"the text stands in the log {len(texts)} times")
    entry = texts[0]
    if taken["state"] == "stands":
        need(not entry.get("withdrawn"), "it stands, but the log says that it was withdrawn")
        return "it stands: something had come of it"
    need(entry.get("withdrawn") is True, "the log does not say that it was withdrawn")
    shown = [
        one
        for one in await site.log()
        if one.get("answersSeq") == entry["seq"] and not one.get("withdrawn")
    ]
    need(not shown, "its answer stands in the log, and is not withdrawn")
    return "withdrawn, with what was answered"


async def unknown(site: Site) -> str:
    orders: list[dict[str, object]] = [
        {"type": "withdraw", "messageId": site.new_id()},
        {"type": "approve", "questionId": "check-no-such-question"},
        {"type": "reject", "questionId": "check-no-such-question"},
    ]
    for order in orders:
        answer = await site.post("/api/control", order)
        need(answer.status == 404, f"{answer.what} to {order['type']} of an unknown id")
    wrong = await site.post("/api/control", {"type": "no-such-order"})
    need(wrong.status == 422, f"{wrong.what} to an unknown order")
    idle = await site.order("stop", runId="check-no-such-run")
    need(idle["state"] == "idle", f"a run that does not exist was {idle['state']}")
    return "404 for unknown ids, 422 for an unknown order, idle for an unknown run"


PROMISES = (
    Promise(
        group=GROUP,
        name="A run can be stopped",
        expected="stop: stopped, and nothing is said afterwards",
        look=stop,
    ),
    Promise(
        group=GROUP,
        name="A text can be taken back",
        expected="withdraw: withdrawn in the log, with its answer",
        look=withdraw,
    ),
    Promise(
        group=GROUP,
        name="Orders for what does not exist are refused",
        expected="404, 422, idle",
        look=unknown,
    ),
)
