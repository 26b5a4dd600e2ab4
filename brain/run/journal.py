"""The journal: what happened in a run, in the order in which it was recorded."""

from dataclasses import dataclass
from typing import Annotated

from brain.codec import NEEDED, Named
from brain.run.messages import Remark, Utterance
from brain.tools.spec import ClientTool, ToolCall


@dataclass(frozen=True, kw_only=True, slots=True)
class Overheard:
    """The conversation around the utterance at `seq` that only the front end knows
    (recentContext).
    """

    seq: int
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Equipped:
    """The tools that the front end of the utterance at `seq` can run itself."""

    seq: int
    tools: tuple[ClientTool, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """An utterance became part of the run."""

    utterance: Utterance


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The model answered. `tokens` counts prompt and answer, 0 where the provider does not tell."""

    text: str
    calls: tuple[ToolCall, ...]
    tokens: Annotated[int, NEEDED] = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Interrupted:
    """The model's answer was cut off by the end of the invocation after `text`."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """A tool that acts on the world is about to run: after a crash nobody knows whether it did."""

    tool_call_id: Annotated[str, Named("call")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """What a tool call gave; `failed` when the text tells of an error, `foreign` when others wrote
    it.
    """

    tool_call_id: Annotated[str, Named("call")]
    text: str
    failed: Annotated[bool, NEEDED] = False
    foreign: bool = False


type RunRecord = Answered | Interrupted | Started | Returned  # what the brain itself records
type Entry = Overheard | Equipped | Joined | RunRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """What a run has used of its limits. Times are the store's, in milliseconds since 1970."""

    started_ms: int
    loops: int = 0
    tokens: int = 0
    handoffs: int = 0
    attempts: int = 0
    pace_ms: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run as the store hands it to the invocation that continues it.

    `step` numbers the commits; `first_seq` is the log's place of the run's first utterance: what
    stands before it is history, what comes after is in the journal. `spent.attempts` counts the
    invocations that began this step and did not get to record it, `spent.pace_ms` is how long a
    loop has lately taken.
    """

    run_id: str
    step: int
    first_seq: int
    spent: Spent
    journal: tuple[Entry, ...]
    poisoned: bool = False
