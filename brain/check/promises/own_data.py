"""The user's own data: documents and lists."""

from __future__ import annotations

from brain.check.model import NotOffered, Promise, need
from brain.check.site import Site
from brain.codec import Json

GROUP = "data"
LISTS = {  # the field with the rows, by route; which of them there are says the session
    "documents": "documents",
    "facts": "facts",
    "rules": "rules",
    "reminders": "reminders",
}


async def document(site: Site) -> str:
    """Make a document, read, change and delete it."""
    if not site.features.get("documents"):
        raise NotOffered("no database is set up")
    made = await _made(site)
    id = made["id"]
    read = await site.get(f"/api/documents?id={id}")
    need(read.status == 200 and read.object()["body"] == made["body"], f"{read.what} to its id")
    patch = {"find": "first", "replace": "second"}
    token = site.me.token
    path = f"/api/documents?id={id}"
    changed = await site.calls.send("PATCH", path, token=token, body=patch)
    need(changed.status == 200, changed.what)
    need("second" in changed.object()["body"], "the change is not in the document")
    stale = {"body": "from an older version", "version": made["version"]}
    refused = await site.calls.send("PATCH", path, token=token, body=stale)
    need(refused.status == 409, f"{refused.what} to a change of an older version")
    gone = await site.calls.send("DELETE", path, token=token)
    need(gone.status == 200, gone.what)
    need((await site.get(path)).status == 404, "it can be read after it was deleted")
    return "made once, read, changed, deleted"


async def _made(site: Site) -> Json:
    """Make a document twice with one key, and return it."""
    mark = site.watch.mark
    body = {"title": f"Check {mark}", "body": f"The first line. {mark}", "key": site.new_id()}
    pair = [await site.post("/api/documents", body) for _ in "12"]
    for answer in pair:
        need(answer.status == 201, answer.what)
        site.documents.append(str(answer.object()["id"]))
    first, second = (answer.object() for answer in pair)
    need(first["id"] == second["id"], "the same key has made two documents")
    return first


async def lists(site: Site) -> str:
    if not site.features.get("documents"):
        raise NotOffered("no database is set up")
    seen = []
    for name, field in LISTS.items():
        answer = await site.get(f"/api/{name}?limit=2")
        if answer.status == 404:
            continue
        need(answer.status == 200, answer.what)
        rows = answer.object()[field]
        need(len(rows) <= 2, f"/api/{name} has more rows than the limit")
        wrong = await site.get(f"/api/{name}?cursor=nonsense")
        need(wrong.status == 422, f"{wrong.what} to an invalid cursor")
        seen.append(f"{answer.object().get('total', len(rows))} {name}")
    need(seen, "there is no list at all")
    return ", ".join(seen)


async def preferences(site: Site) -> str:
    """Read the settings, and have a wrong one refused. Nothing is changed."""
    first = await site.get("/api/preferences")
    if first.status == 404 or not site.features.get("documents"):
        raise NotOffered("no settings are kept here")
    need(first.status == 200, first.what)
    wrong: Json = {"zone": "Mars/Olympus"}
    answer = await site.calls.send("PUT", "/api/preferences", token=site.me.token, body=wrong)
    need(answer.status == 422, f"{answer.what} to an unknown time zone")
    again = await site.get("/api/preferences")
    need(again.body == first.body, "a refused change has changed the settings")
    return "an unknown time zone is refused, and nothing is changed"


PROMISES = (
    Promise(
        group=GROUP,
        name="Documents are kept, changed and deleted",
        expected="201 once for one key, 409 to a stale change, 404 after the deletion",
        look=document,
    ),
    Promise(
        group=GROUP,
        name="Lists come in pages",
        expected="at most as many rows as asked, 422 to a wrong cursor",
        look=lists,
    ),
    Promise(
        group=GROUP,
        name="Wrong settings are refused",
        expected="422, and the settings stay as they are",
        look=preferences,
    ),
)
