"""Removes what the check has made, and says what stays."""

from __future__ import annotations

from brain.check.model import Broken
from brain.check.site import Site

ERASE = "/api/erase"


async def tidy(site: Site) -> list[str]:
    """Delete the documents and the texts. Returns what could not be removed, in sentences."""
    left = list[str]()
    for id in site.documents:
        left += await _deleted(site, id)
    try:
        last = (await site.log())[-1:]
    except Broken as broken:
        return [*left, f"What was said stays in the log: {broken}."]
    if last and not await _erased(site, int(last[0]["seq"])):
        entries = f"entries {site.since + 1} to {last[0]['seq']} of the log of {site.me.id}"
        left.append(f"What was said stays: {entries}. This version has no way to remove them.")
    return left


async def _deleted(site: Site, id: str) -> list[str]:
    try:
        answer = await site.calls.send("DELETE", f"/api/documents?id={id}", token=site.me.token)
    except Broken as broken:
        return [f"The document {id} stays: {broken}."]
    is_gone = answer.status in (200, 404)
    return [] if is_gone else [f"The document {id} stays: {answer.what}."]


async def _erased(site: Site, last_seq: int) -> bool:
    """Erase what was said, where the deployment offers that: all of a user of our own."""
    document = site.watch.document
    if document is None or ERASE not in document.paths:
        return False
    body: dict[str, object] = {"scope": "messages", "fromSeq": site.since + 1, "untilSeq": last_seq}
    if site.me.is_own:
        body = {"scope": "all", "confirm": site.me.id}
    try:
        answer = await site.post(ERASE, body)
        if site.other is not None and site.other.is_own:
            everything = {"scope": "all", "confirm": site.other.id}
            await site.calls.send("POST", ERASE, token=site.other.token, body=everything)
    except Broken:
        return False
    return answer.status == 200
