"""POST /api/websocketToBrain: webhooks of the channel's server about its connections."""

import logging
from typing import assert_never

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.cloud.presence import ClientMessage, MemberChange, Occupied, Presence
from brain.http.edge import Answer, read_body
from brain.wiring import Wiring

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
        case Occupied() | MemberChange():
            pass  # only subscribers of the private channel count, because they get the messages
        case ClientMessage(member=member) if member and not member.startswith(presence.user_hash):
            log.warning("channel: client message on another user's channel")
        case ClientMessage():
            log.info("channel: client message ignored")
        case _:
            assert_never(presence)
