"""GET /api/export and POST /api/erase: what the user may do with everything there is of them."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, model_validator
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp

from brain.feature import Resources
from brain.http.bodies import INVALID_BODY, Body, parse
from brain.http.edge import MAX_SEQ, Answer, Problem, read_json
from brain.user.flow import ErasingServices, erase_all, erase_conversation, erase_messages
from brain.user.model import RowCounts
from brain.user.packing import Export

MOST_ERASED = 1_000  # entries of one request
CONFIRM = "must be the id of the user"


class EraseBody(Body):
    """What to erase. `confirm` is the user's id, for what cannot be taken back."""

    scope: Literal["all", "conversation", "messages"]
    confirm: Annotated[str, Field(max_length=300)] | None = None
    from_seq: Annotated[int, Field(ge=1, le=MAX_SEQ)] | None = None
    until_seq: Annotated[int, Field(ge=1, le=MAX_SEQ)] | None = None

    @model_validator(mode="after")
    def _names_what_it_erases(self) -> "EraseBody":
        """A range belongs to messages, and to nothing else."""
        given = [self.from_seq, self.until_seq]
        if self.scope == "messages":
            if self.from_seq is None or self.until_seq is None:
                raise ValueError("must name fromSeq and untilSeq")
            if not 0 <= self.until_seq - self.from_seq < MOST_ERASED:
                raise ValueError(f"must name 1 to {MOST_ERASED} entries, the first one first")
        elif given != [None, None]:
            raise ValueError("must not name entries: only messages are erased one by one")
        return self


def user_routes(erasing: Callable[[], ErasingServices], export: Callable[[], Export]) -> Resources:
    """The routes for everything that there is of a user."""

    async def erase(request: Request, user_id: str) -> ASGIApp:
        """Erase, and say how much. The same again erases what has come since."""
        body = parse(EraseBody, await read_json(request))
        return Answer({"state": "erased", "counts": await _erased(erasing(), user_id, body)})

    async def download(request: Request, user_id: str) -> ASGIApp:
        """Return everything as a ZIP file, while it is read."""
        made = export()
        pieces = await made.begin(user_id)
        name = f"second-brain-{made.day()}.zip"
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        return StreamingResponse(pieces, headers=headers, media_type="application/zip")

    return {"erase": {"POST": erase}, "export": {"GET": download}}


async def _erased(services: ErasingServices, user_id: str, body: EraseBody) -> RowCounts:
    if body.scope == "messages":
        first, last = body.from_seq or 0, body.until_seq or 0  # both are there, as validated
        return await erase_messages(services, user_id, first=first, last=last)
    if body.confirm != user_id:
        raise Problem(422, INVALID_BODY, errors=[{"field": "confirm", "message": CONFIRM}])
    erase = erase_all if body.scope == "all" else erase_conversation
    return await erase(services, user_id)
