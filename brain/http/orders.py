"""The bodies of POST /api/control, which are the frames of a socket too."""

from typing import Annotated, Any, Literal

from pydantic import Field

from brain.http.bodies import Body, Cleaned, parse
from brain.http.edge import MAX_SEQ, Problem
from brain.run.messages import Heard, How

MAX_RESULT_CHARS = 20_000  # of what came of a tool in the front end; as long as any tool's result

type QuestionId = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,64}$")]


class StopBody(Body):
    """End the run: this one, or whichever is open."""

    type: Literal["stop"]
    run_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class HeardBody(Body):
    """What became of a message at the user's ear."""

    type: Literal["heard"]
    seq: Annotated[int, Field(ge=1, le=MAX_SEQ)]
    how: Literal["played", "cutOff", "unspoken"]
    chars: Annotated[int, Field(ge=0, le=1_000_000)] = 0

    def heard(self) -> Heard:
        """In the brain's words."""
        return Heard(seq=self.seq, how=How(self.how), chars=self.chars)


class DecideBody(Body):
    """A yes or a no to a question."""

    type: Literal["approve", "reject"]
    question_id: QuestionId
    patience: Annotated[float, Field(ge=0, le=3600, strict=False)] | None = None


class EditBody(Body):
    """A yes, with other arguments."""

    type: Literal["edit"]
    question_id: QuestionId
    arguments: dict[str, Any]
    patience: Annotated[float, Field(ge=0, le=3600, strict=False)] | None = None


class AnswerBody(Body):
    """What the user says to a question, or what came of a tool in their front end."""

    type: Literal["answer"]
    question_id: QuestionId
    text: Annotated[Cleaned, Field(min_length=1, max_length=MAX_RESULT_CHARS)]
    patience: Annotated[float, Field(ge=0, le=3600, strict=False)] | None = None


type Order = StopBody | HeardBody | DecideBody | EditBody | AnswerBody
type DecisionBody = DecideBody | EditBody | AnswerBody

ORDERS: dict[str, type[Order]] = {
    "stop": StopBody,
    "heard": HeardBody,
    "approve": DecideBody,
    "reject": DecideBody,
    "edit": EditBody,
    "answer": AnswerBody,
}


def parse_order(content: Any) -> Order:
    """The body as its type. Raises Problem 422."""
    kind = content.get("type") if isinstance(content, dict) else None
    known = ORDERS.get(kind) if isinstance(kind, str) else None
    if known is None:
        fault = {"field": "type", "message": f"must be one of {', '.join(ORDERS)}"}
        raise Problem(422, "The body does not fit the schema.", errors=[fault])
    return parse(known, content)
