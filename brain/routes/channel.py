"""POST /api/websocketToBrain: what the channel's server tells of those who are connected to it."""

import logging
from typing import assert_never

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.cloud.presence import ClientMessage, MemberChange, Occupied, Presence
from brain.http.edge import Answer, read_body
from brain.wiring import Wiring

log = logging.getLogger("brain")


async def channel_to_brain(request: Request, wiring: Wiring) -> ASGIApp:
    """Keep who listens. Signed by the channel's server, and not older than five minutes.

    A message of a client's by this road is validated, and authorised by the channel, which lets
    only its user's pages write to it. By design it changes nothing: texts come by HTTP, where they
    are acknowledged. This is the seam for another setup.
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
            pass  # who is subscribed to the messages is what counts
        case ClientMessage(member=member) if member and not member.startswith(presence.user_hash):
            log.warning("channel: a client's message on another user's channel")
        case ClientMessage():
            log.info("channel: a client's message changes nothing")
        case _:
            assert_never(presence)
