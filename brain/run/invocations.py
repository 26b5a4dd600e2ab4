"""Something the model can ask for, and one asking."""

from dataclasses import dataclass
from typing import Protocol

from brain.run.journal import ToolCall
from brain.run.tools import Json, ToolSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolInvocation:
    """One run of a tool: for whom, with which arguments (valid by the schema), under which
    idempotency key.

    `tainted`: the run has read what others wrote. For tools that have to tell whose an argument is:
    `said` are the user's own words, in this run and in the log's tail, `read` what tools gave in
    this run that others wrote, `earlier` the run's calls of the same tool before this one.
    """

    user_id: str
    call: ToolCall
    arguments: Json
    idempotency_key: str
    tainted: bool = False
    user_words: tuple[str, ...] = ()
    foreign_texts: tuple[str, ...] = ()
    earlier_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What an acting tool is about to do, for the user to say yes to.

    `question` reads back exactly what will be done; `recipients` are the addresses that get
    something by it, in lower case. `foreign`: the question quotes what others wrote.
    """

    question: str
    recipients: tuple[str, ...]
    foreign: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolResult:
    """What a tool gave, where it depends on the single result whether others wrote it."""

    text: str
    foreign: bool = False


class Tool(Protocol):
    """Something the model can ask for."""

    @property
    def spec(self) -> ToolSpec:
        """What the model is told."""

    async def run(self, invocation: ToolInvocation) -> str | ToolResult:
        """Do it and return the text for the model. Raises ToolFault with a text for the model."""

    async def outcome(self, invocation: ToolInvocation) -> str | None:
        """After a crash: what the errand gave if the far side knows that it was done; None if it
        cannot tell.

        Raises ToolFault when the far side knows that it was not done.
        """


class AskingTool(Tool, Protocol):
    """A tool that does nothing without the user's yes: `asks` or `guarded` stands in its spec."""

    async def prepare(self, invocation: ToolInvocation) -> Proposal | None:
        """What it would do, to the letter; None if there is nothing to ask about that. Changes
        nothing. Raises ToolFault if it could not be done.
        """
