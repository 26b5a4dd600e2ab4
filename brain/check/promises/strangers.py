"""What belongs to others, or to nobody, is not found."""

from __future__ import annotations

from brain.check.calls import HttpAnswer
from brain.check.model import NotOffered, Promise, need
from brain.check.people import Visitor
from brain.check.site import SHORT, Site
from brain.codec import Json

GROUP = "strangers"
UNKNOWN = "check-no-such-id"
IDS = (  # of reading routes; each with an id that nobody has
    "/api/documents?id={}",
    "/api/jobs/{}/status",
    "/api/jobs/{}/report",
    "/api/jobs/{}/messages",
    "/api/messages?mind={}",
    "/api/edits?document={}",
)


async def unknown_ids(site: Site) -> str:
    asked = 0
    for path in IDS:
        is_of_documents = "documents" in path or "document=" in path
        if is_of_documents and not site.features.get("documents"):
            continue
        if not is_of_documents and not site.features.get("jobs"):
            continue
        answer = await site.get(path.format(UNKNOWN))
        need(answer.status == 404, f"{answer.what} to an id that nobody has")
        asked += 1
    if not asked:
        raise NotOffered("neither documents nor jobs are set up")
    return f"404 from {asked} routes"


async def others(site: Site) -> str:
    """A second user asks for the first one's document, text and channel."""
    other = site.other
    if other is None:
        raise NotOffered("it needs a second user: --other-token, or BRAIN_JWT_SECRET")
    id = site.new_id()
    if site.features.get("model", {}).get("name"):
        await site.answered(await site.say(site.text(SHORT), messageId=id, patience=20))
    await _same_as_unknown(site, other, id)
    if site.features.get("documents"):
        await _document(site, other)
    log = await site.calls.send("GET", "/api/messages?sinceSeq=0&limit=500", token=other.token)
    need(site.watch.mark.encode() not in log.body, "the other user's log has the text")
    body = {"socket_id": "1.1", "channel_name": site.me.session["channel"]}
    signed = await site.calls.send("POST", "/api/pusherAuth", token=other.token, body=body)
    need(signed.status != 200, "the other user may subscribe to the channel")
    return "nothing of the first user is there for the second"


async def _same_as_unknown(site: Site, other: Visitor, id: str) -> None:
    """The text of another user is answered as one that does not exist."""
    found = await _withdrawn(site, other, id)
    unknown = await _withdrawn(site, other, site.new_id())
    need(found.status == 404, f"{found.what}: the other user takes a text back")
    need(
        found.body == unknown.body, "another user's text is answered otherwise than an unknown one"
    )


async def _withdrawn(site: Site, other: Visitor, id: str) -> HttpAnswer:
    order = {"type": "withdraw", "messageId": id}
    return await site.calls.send("POST", "/api/control", token=other.token, body=order)


async def _document(site: Site, other: Visitor) -> None:
    mark = site.watch.mark
    body: Json = {"title": f"Check {mark}", "body": mark, "key": site.new_id()}
    made = await site.post("/api/documents", body)
    need(made.status == 201, made.what)
    id = made.object()["id"]
    site.documents.append(id)
    path = f"/api/documents?id={id}"
    for method, sent in (
        ("GET", None),
        ("PATCH", {"find": mark, "replace": "x"}),
        ("DELETE", None),
    ):
        answer = await site.calls.send(method, path, token=other.token, body=sent)
        hidden = answer.status == 404 or (method == "DELETE" and answer.status == 200)
        need(hidden, f"{answer.what} to another user's document")
    still = await site.get(path)
    need(still.status == 200 and still.object()["body"] == mark, "the other user has changed it")


PROMISES = (
    Promise(
        group=GROUP,
        name="Unknown ids are not found",
        expected="404",
        look=unknown_ids,
    ),
    Promise(
        group=GROUP,
        name="Another user finds nothing",
        expected="404 for the other user, as for an id that nobody has",
        look=others,
    ),
)
