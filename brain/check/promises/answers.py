"""Every text is answered once, also when it is sent twice or while the brain works."""

from __future__ import annotations

import asyncio

from brain.check.model import Promise, need
from brain.check.site import LONG, SHORT, Site, finals, gaps
from brain.codec import Json

GROUP = "answers"
PATIENCE_S = 20.0  # seconds to wait for the answer in the response
STATES = ("done", "running", "recorded", "duplicate")


async def once(site: Site) -> str:
    """Say a text, wait for its answer, and count both in the log."""
    site.need_model()
    before = await site.log()
    id = site.new_id()
    outcome = await site.say(site.text(SHORT), messageId=id, patience=PATIENCE_S, callId=id)
    need(outcome["state"] in ("done", "running"), f"the state {outcome['state']}")
    final = await site.answered(outcome)
    entries = (await site.log())[len(before) :]
    asked = [entry for entry in entries if entry.get("messageId") == id]
    need(len(asked) == 1, f"the text stands in the log {len(asked)} times")
    need(asked[0]["text"] == site.text(SHORT), "the log has another text than was said")
    need(asked[0]["seq"] == outcome["seq"], "the answer names another place in the log")
    ends = finals(entries, outcome["runId"])
    need(len(ends) == 1, f"the run has {len(ends)} final messages")
    if outcome["message"] is not None:
        need(
            outcome["message"]["id"] == final["id"], "the response has another answer than the log"
        )
        need(outcome["message"]["callId"] == id, "the answer does not repeat callId")
    return f"a text, and one answer in the {'response' if outcome['message'] else 'log'}"


async def by_the_model(site: Site) -> str:
    """Whether the last answer is one, and no error in plain words."""
    site.need_model()
    last = [entry for entry in await site.log() if entry.get("doneAfterThis")]
    outcome: Json = last[-1] if last else await _asked(site)
    status = await site.until_idle()
    because = status.get("endedBecause")
    need(outcome["kind"] != "error", f"an error message; the run ended because of: {because}")
    need(str(outcome["text"]).strip(), "an empty answer")
    return f"{len(outcome['text'])} characters"


async def _asked(site: Site) -> Json:
    return await site.answered(await site.say(site.text(SHORT), patience=PATIENCE_S))


async def twice(site: Site) -> str:
    """Send one text three times: twice at once, and again when it is answered."""
    site.need_model()
    id = site.new_id()
    said: Json = {"messageId": id, "patience": PATIENCE_S}
    pair = await asyncio.gather(*(site.say(site.text(SHORT), **said) for _ in range(2)))
    final = await site.answered(pair[0])
    third = await site.say(site.text(SHORT), **said)
    outcomes = [*pair, third]
    entries = await site.log()
    count = sum(entry.get("messageId") == id for entry in entries)
    need(count == 1, f"the text stands in the log {count} times")
    for name in ("runId", "seq"):
        found = {outcome[name] for outcome in outcomes}
        need(len(found) == 1, f"the answers have {len(found)} different values of {name}")
    need(third["state"] in ("done", "duplicate"), f"the state {third['state']} the third time")
    told = {one["message"]["id"] for one in outcomes if one["message"]} | {final["id"]}
    need(len(told) == 1, f"{len(told)} different answers")
    need(len(finals(entries, final["runId"])) == 1, "the run has more than one final message")
    return "one text and one answer for three requests"


async def meanwhile(site: Site) -> str:
    """Say a text while a run is on."""
    site.need_model()
    first = await site.say(site.text(LONG), patience=0.2)
    second = await site.say(site.text(SHORT), patience=0.2)
    need(second["state"] in STATES, f"the state {second['state']}")
    need(second["seq"] > first["seq"], "the second text stands before the first")
    final = await site.answered(second)
    need(final["seq"] > second["seq"], "nothing was said after the second text")
    await site.until_idle()
    entries = await site.log()
    for outcome in (first, second):
        ends = finals(entries, outcome["runId"])
        need(len(ends) == 1, f"a run has {len(ends)} final messages")
    if second["state"] == "recorded":
        need(first["runId"] == second["runId"], "it was recorded, but for another run")
        return "the run took it up"
    return "the run had just ended: both were answered, one after the other"


async def without_gaps(site: Site) -> str:
    """Read the log in pages of all sizes, and backwards."""
    if not await site.log():
        site.need_model()
        await _asked(site)
    entries = await site.log()
    need(not (gap := gaps(entries, site.since)), gap)
    status = (await site.get("/api/status")).object()
    last = entries[-1]["seq"] if entries else site.since
    need(status["lastSeq"] >= last, f"the status says {status['lastSeq']}, the log has {last}")
    ids = [entry["id"] for entry in entries]
    need(len(set(ids)) == len(ids), "two entries have the same id")
    few, at = list[Json](), site.since
    while len(few) < len(entries):
        got = (await site.get(f"/api/messages?sinceSeq={at}&limit=7")).object()
        need(got["messages"], f"nothing after {at}")
        few, at = few + got["messages"], got["nextSince"]
    need([one["id"] for one in few[: len(ids)]] == ids, "pages of seven bring other entries")
    back = (await site.get(f"/api/messages?beforeSeq={last + 1}&limit=5")).object()["messages"]
    wanted = ids[-5:]
    need([one["id"] for one in back][-len(wanted) :] == wanted, "reading backwards brings others")
    return f"{len(entries)} entries, from {site.since + 1} to {last}"


PROMISES = (
    Promise(
        group=GROUP,
        name="A text is answered once",
        expected="POST /api/voiceToBrain: one entry, and one final message of its run",
        look=once,
    ),
    Promise(
        group=GROUP,
        name="The model answers",
        expected="an answer that is no error message",
        look=by_the_model,
    ),
    Promise(
        group=GROUP,
        name="A text that is sent again is the same text",
        expected="the same messageId: one entry, one run, one answer",
        look=twice,
    ),
    Promise(
        group=GROUP,
        name="A text during a run is taken up",
        expected="it is recorded, and something is said after it",
        look=meanwhile,
    ),
    Promise(
        group=GROUP,
        name="The log has no gaps",
        expected="every seq once, in every size of page, and backwards",
        look=without_gaps,
    ),
)
