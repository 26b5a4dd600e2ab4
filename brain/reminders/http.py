"""GET and DELETE /api/reminders: what the user asked to be reminded of."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import Json, iso
from brain.codec.places import ListPlace, page_of_all
from brain.feature import Resources
from brain.http.edge import tagged
from brain.http.resources import after_of, deleted, id_of, limit_of, page_to_wire
from brain.reminders.model import Reminder
from brain.reminders.ports import Reminders


def reminder_routes(reminders: Callable[[], Reminders]) -> Resources:
    """The routes for reminders."""

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return a page of reminders, the next one to come first."""
        every = await reminders().all(user_id)
        page = page_of_all(
            every, _place, limit=limit_of(request), after=after_of(request), newest_first=False
        )
        return tagged(request, page_to_wire("reminders", page, _to_wire))

    async def cancel(request: Request, user_id: str) -> ASGIApp:
        """Cancel a reminder. The queue's call for it finds nothing."""
        id = id_of(request)
        gone = await reminders().take(user_id, id)
        return deleted(id, "reminder", was_there=gone is not None)

    return {"reminders": {"GET": show, "DELETE": cancel}}


def _place(reminder: Reminder) -> ListPlace:
    return ListPlace(at=reminder.at, id=reminder.id)


def _to_wire(reminder: Reminder) -> Json:
    return {
        "id": reminder.id,
        "text": reminder.text,
        "at": iso(reminder.at),
        "foreign": reminder.foreign,
    }
