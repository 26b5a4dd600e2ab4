"""POST /api/websocketToBrain: webhooks of the channel's server about its connections."""

import logging
import re
from typing import assert_never

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.cloud.presence import ClientMessage, MemberChange, Occupied, Presence
from brain.cloud.redis.devices.claims import note_member
from brain.http.edge import Answer, read_body
from brain.wiring import Wiring

PAGE = re.compile(r"[A-Za-z0-9_.-]{1,64}")  # the name of a page, or its connection

log = logging.getLogger("brain")


async def channel_to_brain(request: Request, wiring: Wiring) -> ASGIApp:
    """Store which users have a subscribed page. Webhooks are signed and at most five minutes old.

    A client's message is validated; the channel lets only the user's own pages send one. By
    design it changes nothing: texts are sent over HTTP, where they are acknowledged. A setup that
    sends texts over the channel would handle them here.
    """
    found = wiring.webhooks.read(
        await read_body(request),
        key=request.headers.get("x-pusher-key"),
        signature=request.headers.get("x-pusher-signature"),
        now=wiring.clock.utc(),
    )
    for presence in found:
        await _note(presence, wiring)
    return Answer({"ok": True})


async def _note(presence: Presence, wiring: Wiring) -> None:
    match presence:
        case Occupied(channel="private"):
            found = await wiring.store.note_presence(
                presence.user_hash, is_occupied=presence.is_occupied, at_ms=presence.at_ms
            )
            if presence.is_occupied and found.is_new and found.held and found.user_id:
                await wiring.wake(found.user_id)
        case MemberChange(user_hash=user_hash, is_present=is_on, at_ms=at_ms):
            if (name := _page(presence)) is not None:
                await note_member(wiring.redis, user_hash, name, is_on=is_on, at_ms=at_ms)
        case Occupied(user_hash=user_hash, is_occupied=False, at_ms=at_ms):
            await note_member(wiring.redis, user_hash, "", is_on=False, at_ms=at_ms)
        case Occupied():
            pass  # its members are reported one by one
        case ClientMessage(member=member) if member and not member.startswith(presence.user_hash):
            log.warning("channel: client message on another user's channel")
        case ClientMessage():
            log.info("channel: client message ignored")
        case _:
            assert_never(presence)


def _page(change: MemberChange) -> str | None:
    """Return the name of the page that came or left; None for a member that we did not sign."""
    user_hash, _, name = change.member.partition(".")
    return name if user_hash == change.user_hash and PAGE.fullmatch(name) else None
