"""What GPT-Live and Realtime share: a session is created with an offer and can be hung up."""

from __future__ import annotations

import uuid
from abc import abstractmethod

from local.voice.calls import BadOffer, Call, Senses
from local.voice.errors import Refused
from local.voice.records import Json, Records, Session


class WebRtcCall(Call):
    """A call whose events go over the data channel `oai-events`."""

    def __init__(self, session: Session, senses: Senses, records: Records) -> None:
        super().__init__(session, senses, records)
        self.peer = senses.peer()

    async def accept(self, offer: str) -> str:
        """Answer the offer, in SDP. Raises Refused."""
        try:
            answer = await self.peer.accept(offer, self)
        except BadOffer as wrong:
            raise Refused(400, str(wrong), code="invalid_offer", param="sdp") from None
        self.records.lines[self.session.id] = self
        return answer

    async def transmit(self, text: str) -> None:
        self.peer.send(text)

    async def emit(self, type: str, **fields: object) -> Json:
        """Send an event with an id of its own; returns it."""
        event = {"type": type, "event_id": f"event_{uuid.uuid4().hex[:20]}", **fields}
        await self.send(event)
        return event

    async def opened(self) -> None:
        self.session.connections += 1
        await self.greet()

    @abstractmethod
    async def greet(self) -> None:
        """Send the first event."""

    @abstractmethod
    async def farewell(self, reason: str) -> None:
        """Send the last event, if the vendor has one."""

    async def hang_up(self) -> None:
        """End the call at the request of the server."""
        await self.farewell("close_requested")
        await self.close("hangup")

    async def end(self, reason: str, code: int) -> None:
        """End the call from the vendor's side."""
        await self.farewell(reason)
        await self.close(reason)

    async def gone(self) -> None:
        await self.close("connection_lost")

    async def close(self, by: str) -> None:
        self.drop_tasks()
        await self.records.end(self.session, by)
        await self.peer.close()


async def hang_up(records: Records, id: str, vendor: str) -> None:
    """Hang up a session. Raises Refused if it is unknown or over."""
    session = records.find(id, vendor)
    if session is None:
        raise Refused(404, "No session with that id was found.", code="session_not_found")
    session.hang_ups += 1
    if session.ended_by:
        await records.tell()
        raise Refused(404, "The session has ended.", code="session_not_found")
    line = records.lines.get(id)
    if isinstance(line, WebRtcCall):
        await line.hang_up()
    else:
        await records.end(session, "hangup")
