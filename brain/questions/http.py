"""GET /api/questions: the question that waits for a decision."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import Json
from brain.feature import Resources
from brain.http.edge import tagged
from brain.questions.flow import readable_question
from brain.run.messages import Message
from brain.run.records import message_to_wire
from brain.run.store import StateStore

ASKED = ("id", "kind", "text", "question", "expiresAt", "createdAt", "foreign")


def question_to_wire(message: Message) -> Json:
    """The JSON form of an open question, without seq: it is not stored with the question."""
    wire = message_to_wire(message)
    return {name: wire[name] for name in ASKED if name in wire}


def question_routes(store: Callable[[], StateStore]) -> Resources:
    """The route for the open question."""

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return the open question, or null; null too if newer code asked it."""
        asked = await readable_question(store(), user_id)
        waiting = asked.message if asked is not None and asked.is_open else None
        return tagged(request, {"question": waiting and question_to_wire(waiting)})

    return {"questions": {"GET": show}}
