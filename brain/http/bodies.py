"""The request bodies of the routes, and the errors for invalid ones."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from brain.codec import clean, dumps
from brain.http.edge import INVALID_BODY as INVALID_BODY
from brain.http.edge import MAX_SEQ, Problem
from brain.http.words import fault_to_wire
from brain.run.messages import CallTurn, Remark
from brain.run.ports import Schemas
from brain.says.choice import tag_in
from brain.texts.moments import zone_in
from brain.texts.visible import is_blank
from brain.tools.client_schemas import objection
from brain.tools.spec import ClientTool

MAX_TEXT_CHARS = 8000
MAX_CONTEXT_BYTES = 32 * 1024
MAX_TOOLS_CHARS = 16 * 1024  # of the schemas of all client tools together
MAX_MIND_CHARS = 100  # of the id of a mind or a job; ours are shorter
MOST_MINDS = 10  # of one job
MOST_CALLS = 1_000_000  # of one job: a sweep a minute for two years
NOT_ACCEPTED = "must be a JSON schema of type object: {}"


def cleaned(value: Any) -> Any:
    """Clean a text before pydantic validates it: pydantic rejects lone surrogates."""
    return clean(value) if isinstance(value, str) else value


def not_blank(text: str) -> str:
    """Return the text. Raises ValueError if nothing of it can be seen."""
    if is_blank(text):
        raise ValueError("must not be empty")
    return text


def _fits(entries: list["ContextLine"]) -> list["ContextLine"]:
    if sum(len(entry.text.encode()) for entry in entries) > MAX_CONTEXT_BYTES:
        raise ValueError(f"must not be longer than {MAX_CONTEXT_BYTES // 1024} KiB in total")
    return entries


def _schema(parameters: dict[str, Any]) -> dict[str, Any]:
    if reason := objection(parameters):
        raise ValueError(NOT_ACCEPTED.format(reason))
    return parameters


def _few(tools: list["ToolLine"]) -> list["ToolLine"]:
    if sum(len(dumps(tool.parameters)) for tool in tools) > MAX_TOOLS_CHARS:
        raise ValueError(f"must not be longer than {MAX_TOOLS_CHARS // 1024} KiB in total")
    if len({tool.name for tool in tools}) < len(tools):
        raise ValueError("must have different names")
    return tools


type Cleaned = Annotated[str, BeforeValidator(cleaned)]
type Text = Annotated[
    Cleaned, Field(min_length=1, max_length=MAX_TEXT_CHARS), AfterValidator(not_blank)
]
type Language = Annotated[str | None, BeforeValidator(tag_in)]  # an unknown tag counts as not given
type Zone = Annotated[str | None, BeforeValidator(zone_in)]  # the same of an unknown name
type MindId = Annotated[Cleaned, Field(min_length=1, max_length=MAX_MIND_CHARS)]
type ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class Body(BaseModel):
    """A request body: camelCase on the wire, snake_case in Python. Unknown fields are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True)


class ContextLine(Body):
    """One line of the recent context."""

    role: Literal["user", "assistant"]
    text: Cleaned


class ToolLine(Body):
    """A tool that the front end runs. `parameters` is a JSON schema of type object.

    `foreign` is false only if nobody else can word the results.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
    description: Annotated[Cleaned, Field(min_length=1, max_length=1_000)]
    parameters: Annotated[dict[str, Any], AfterValidator(_schema)] = {
        "type": "object",
        "properties": {},
    }
    foreign: bool = True

    @model_validator(mode="after")
    def _describes_its_results(self) -> "ToolLine":
        """Without words about the tool nobody can tell whose text it returns."""
        if not self.foreign and is_blank(self.description):
            raise ValueError("must have a description if its results are not foreign")
        return self


class TurnBody(Body):
    """Which turn of which call of a voice platform a text belongs to."""

    call: Annotated[Cleaned, Field(min_length=1, max_length=256)]
    index: Annotated[int, Field(ge=0, le=MAX_SEQ)]


class DeviceBody(Body):
    """The page that sends a text or a decision. `socketId` is its connection to the channel, which
    need not be told. `speaks`: it reads answers aloud.
    """

    id: ClientId
    socket_id: Annotated[str, Field(pattern=r"^[0-9]{1,20}\.[0-9]{1,20}$")] | None = None
    speaks: bool = False


class VoiceBody(Body):
    """The body of POST /api/voiceToBrain.

    `replaces` is the message id of an earlier text of the same turn, which this text takes back.
    `speculative`: the speaker may not have finished. `mind` or `job`: the text is for an agent that
    works in the background, or for all agents of a job.
    """

    text: Text
    message_id: ClientId | None = None
    recent_context: Annotated[list[ContextLine], Field(max_length=50), AfterValidator(_fits)] = []
    patience: Annotated[float, Field(ge=0, le=3600, strict=False)] | None = None
    agent_call_id: Annotated[Cleaned, Field(min_length=1, max_length=256)] | None = Field(
        default=None, alias="callId"
    )
    client_tools: Annotated[list[ToolLine], Field(max_length=16), AfterValidator(_few)] = []
    language: Language = None
    zone: Zone = None
    turn: TurnBody | None = None
    replaces: ClientId | None = None
    speculative: bool = False
    device: DeviceBody | None = None
    mind: MindId | None = None
    job: MindId | None = None

    def call_turn(self) -> CallTurn | None:
        """Return the turn as the engine's type."""
        turn = self.turn
        return None if turn is None else CallTurn(call=turn.call, index=turn.index)

    def tools(self) -> tuple[ClientTool, ...]:
        """Return the client tools as the engine's type."""
        return tuple(
            ClientTool(
                name=t.name,
                description=t.description,
                parameters=t.parameters,
                foreign=t.foreign,
            )
            for t in self.client_tools
        )

    def remarks(self) -> tuple[Remark, ...]:
        """Return the recent context as the engine's type."""
        return tuple(Remark(role=line.role, text=line.text) for line in self.recent_context)


class SessionBody(Body):
    """The body of POST /api/session."""

    access_key: Annotated[str, Field(max_length=1000)] | None = None
    token: Annotated[str, Field(max_length=10_000)] | None = None
    language: Language = None
    zone: Zone = None


class WakeCallBody(Body):
    """The body of POST /api/brainToBrain."""

    user_id: Annotated[str, Field(min_length=1, max_length=256)]
    run_id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^\S+$")]
    fence: Annotated[int, Field(ge=0)] = 0
    wake: Annotated[int, Field(ge=0)] = 0
    reason: Literal["handoff", "wakeup", "event"]


class HangUpBody(Body):
    """The body of POST /api/brainToBrain that ends a voice session, also of an erased user."""

    user_id: Annotated[str, Field(min_length=1, max_length=256)]
    reason: Literal["hangup"]
    voice_session_id: Annotated[str, Field(min_length=1, max_length=128)]
    vendor: Annotated[str, Field(max_length=64)] = ""
    call_id: Annotated[str, Field(max_length=1_000)] = ""
    begun_s: Annotated[int, Field(ge=0)] = 0  # Unix time


class MindCallBody(Body):
    """The body of POST /api/brainToBrain for a mind of a job, or for the whole job.

    `user_id` is the owner. `mind` is the mind's number, the reporter, or None: the job.
    """

    user_id: Annotated[str, Field(min_length=1, max_length=256)]
    job: Annotated[str, Field(pattern=r"^[0-9a-z]{26}$")]
    mind: Annotated[int, Field(ge=0, lt=MOST_MINDS)] | Literal["report"] | None
    reason: Literal["start", "say", "report", "sweep"]
    attempt: Annotated[int, Field(ge=0, le=MOST_CALLS)] = Field(default=0, alias="try")


async def check_tools(body: VoiceBody, checker: Callable[[], Schemas]) -> None:
    """Check the schemas of the client tools by compiling them in another process.

    `checker` is called only if there is a schema to check. Raises Problem 422, CheckerUnreachable.
    """
    if not body.client_tools:
        return
    reasons = await checker().objections([tool.parameters for tool in body.client_tools])
    faults = [
        {"field": f"clientTools.{place}.parameters", "message": NOT_ACCEPTED.format(reason)}
        for place, reason in enumerate(reasons)
        if reason
    ]
    if faults:
        raise Problem(422, INVALID_BODY, errors=faults)


def parse[T: Body](kind: type[T], content: Any, *, title: str = INVALID_BODY) -> T:
    """Validate a body or a query. Raises Problem 422 with this title, which lists each invalid
    field.
    """
    try:
        return kind.model_validate(content, by_alias=True)
    except ValidationError as error:
        faults = [fault_to_wire(fault) for fault in error.errors(include_url=False)]
        raise Problem(422, title, errors=faults) from None
