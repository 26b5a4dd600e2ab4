"""The specification of a tool: what the model is shown, and how the engine may run it."""

from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from brain.codec import SPARSE, Json


class Effect(StrEnum):
    """What happens if a tool runs twice. It decides what the engine does after a crash."""

    READS = "reads"  # no effect: it may run in parallel with others, and again
    REPEATS = "repeats"  # no second effect: an idempotency key protects it
    ACTS = "acts"  # harm: it is recorded before it runs, and not run again after a crash


class ToolSpec(Struct, frozen=True, kw_only=True):
    """What the model is shown of a tool, and how the engine may run it.

    `parameters` is a JSON schema of type object. `limit_s` is the time limit of one call in
    seconds. `foreign`: its results are text by third parties. `asks`: each call needs the user's
    approval. `guarded`: it needs approval only in a tainted run. `client`: the front end runs it.
    `ends`: no result comes, because the front end ends or redirects the call; the run ends with it.
    """

    name: str
    description: str
    parameters: Json
    effect: Effect
    limit_s: float = 20.0
    foreign: bool = False
    asks: bool = False
    guarded: bool = False
    client: bool = False
    ends: bool = False


class ClientTool(Struct, frozen=True, kw_only=True):
    """A tool of a front end, as the front end describes it.

    `foreign`: third parties may have written its results, as on a screen or in a clipboard. The
    front end has to say if nobody else can word them, as with a battery level. `ends`: see
    `ToolSpec`.
    """

    name: str
    description: str
    parameters: Json
    foreign: Annotated[bool, SPARSE] = True
    ends: Annotated[bool, SPARSE] = False

    @property
    def spec(self) -> ToolSpec:
        """The specification for the model and the engine."""
        return ToolSpec(
            name=self.name,
            description=self.description,
            parameters=self.parameters,
            effect=Effect.READS,
            foreign=self.foreign,
            client=True,
            ends=self.ends,
        )


class ToolCall(Struct, frozen=True, kw_only=True):
    """A tool call as the model wrote it. `arguments` is its JSON text, valid or not."""

    id: str
    name: str
    arguments: str
