"""The bodies of POST /api/control. WebSocket frames use the same types."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from brain.http.bodies import INVALID_BODY, Body, Cleaned, ClientId, DeviceBody, MindId, parse
from brain.http.edge import MAX_SEQ, Problem
from brain.run.messages import Heard, How

MAX_RESULT_CHARS = 20_000  # of a client tool's result; the limit of every tool's result

type QuestionId = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,64}$")]


class StopBody(Body):
    """Stop the run with `run_id`, or the open run if none is given. Or stop a job: all of its
    minds, or the one with the number `mind`.
    """

    type: Literal["stop"]
    run_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    job: MindId | None = None
    mind: Annotated[int, Field(ge=0, le=MAX_SEQ)] | None = None

    @model_validator(mode="after")
    def _names_one_thing(self) -> "StopBody":
        """A mind's number says nothing without its job, and the user's own run must go on then."""
        if self.mind is not None and self.job is None:
            raise ValueError("must name the job of the mind")
        if self.job is not None and self.run_id is not None:
            raise ValueError("must name a job or a run, not both")
        return self


class HeardBody(Body):
    """Report how much of a message the user heard, or (`shown`) that they have it in view.

    `claim` is the right under which it was to be said aloud.
    """

    type: Literal["heard"]
    seq: Annotated[int, Field(ge=1, le=MAX_SEQ)]
    how: Literal["played", "cutOff", "unspoken", "shown"]
    chars: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    claim: Annotated[int, Field(ge=0, le=MAX_SEQ)] = 0

    def heard(self) -> Heard:
        """Return the report as the engine's type."""
        return Heard(seq=self.seq, how=How(self.how), chars=self.chars)


class ClaimBody(Body):
    """Ask for the right to say a message aloud: one page of the user has it at a time."""

    type: Literal["claim"]
    seq: Annotated[int, Field(ge=1, le=MAX_SEQ)]
    device: ClientId


class DecideBody(Body):
    """Approve or reject a question."""

    type: Literal["approve", "reject"]
    question_id: QuestionId
    patience: Annotated[float, Field(ge=0, le=3600, strict=False)] | None = None
    device: DeviceBody | None = None


class EditBody(Body):
    """Approve a question with different arguments."""

    type: Literal["edit"]
    question_id: QuestionId
    arguments: dict[str, Any]
    patience: Annotated[float, Field(ge=0, le=3600, strict=False)] | None = None
    device: DeviceBody | None = None


class AnswerBody(Body):
    """Answer a question with the user's text or with the result of a client tool."""

    type: Literal["answer"]
    question_id: QuestionId
    text: Annotated[Cleaned, Field(min_length=1, max_length=MAX_RESULT_CHARS)]
    patience: Annotated[float, Field(ge=0, le=3600, strict=False)] | None = None
    device: DeviceBody | None = None


class WithdrawBody(Body):
    """Take back a text that has had no effect yet and whose answer was not heard."""

    type: Literal["withdraw"]
    message_id: ClientId


type Order = StopBody | HeardBody | ClaimBody | WithdrawBody | DecideBody | EditBody | AnswerBody
type DecisionBody = DecideBody | EditBody | AnswerBody

ORDERS: dict[str, type[Order]] = {
    "stop": StopBody,
    "heard": HeardBody,
    "claim": ClaimBody,
    "withdraw": WithdrawBody,
    "approve": DecideBody,
    "reject": DecideBody,
    "edit": EditBody,
    "answer": AnswerBody,
}


def parse_order(content: Any) -> Order:
    """Parse a body into its order type. Raises Problem 422."""
    kind = content.get("type") if isinstance(content, dict) else None
    known = ORDERS.get(kind) if isinstance(kind, str) else None
    if known is None:
        fault = {"field": "type", "message": f"must be one of {', '.join(ORDERS)}"}
        raise Problem(422, INVALID_BODY, errors=[fault])
    return parse(known, content)
