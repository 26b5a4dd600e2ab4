"""What is told of a tool: to the model, and to whoever has to run it safely."""

from dataclasses import dataclass
from enum import StrEnum

from brain.codec import Json


class Effect(StrEnum):
    """What running a tool twice would do."""

    READS = "reads"  # nothing: may run beside others, and again
    REPEATS = "repeats"  # nothing more than once: it runs under its idempotency key
    ACTS = "acts"  # harm: recorded as started before it runs, and after a crash not run again


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolSpec:
    """What the model is told of a tool, and how it may be run.

    `parameters` is a JSON schema of type object, `limit_s` seconds for one run. `foreign`: what it
    returns was written by others. `asks`: it does nothing without the user's yes. `guarded`: it
    does nothing without that in a run which has read what others wrote. `client`: the front end
    runs it.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientTool:
    """A tool of a front end, as that tells of it."""

    name: str
    description: str
    parameters: Json

    @property
    def spec(self) -> ToolSpec:
        """What the model is told of it."""
        return ToolSpec(
            name=self.name,
            description=self.description,
            parameters=self.parameters,
            effect=Effect.READS,
            client=True,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCall:
    """A tool call as the model wrote it. `arguments` is its JSON text, valid or not."""

    id: str
    name: str
    arguments: str
