"""A tool, one invocation of it, its result, and the proposal that a user approves first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from brain.codec import Json, dumps
from brain.says import en
from brain.says.texts import Texts
from brain.tools.spec import ToolCall, ToolSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolInvocation:
    """One invocation of a tool. The arguments match its schema.

    `tainted`: the model has read text by third parties in this run. The next fields help a tool to
    find out who wrote an argument. `user_words` are the user's own texts in this run and at the end
    of the log. `foreign_texts` are tool results of this run that third parties wrote.
    `earlier_calls` are the run's earlier calls of the same tool. `texts` are in the user's language
    while a question is prepared and while a tool that acts runs.
    """

    user_id: str
    call: ToolCall
    arguments: Json
    idempotency_key: str
    tainted: bool = False
    user_words: tuple[str, ...] = ()
    foreign_texts: tuple[str, ...] = ()
    earlier_calls: tuple[ToolCall, ...] = ()
    texts: Texts = en


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What a tool is about to do, for the user to approve.

    `question` says exactly what will be done. `recipients` are the addresses that receive
    something, in lower case. `foreign`: the question quotes text by third parties.
    """

    question: str
    recipients: tuple[str, ...] = ()
    foreign: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolResult:
    """The result of a tool as text for the model. `foreign`: third parties wrote part of it.

    `done` is a sentence for the user, in their language, about an act that was done: "Sent to
    anna@example.org." It is empty if the tool only reads.
    """

    text: str
    foreign: bool = False
    done: str = ""

    @classmethod
    def of(cls, content: Json, *, foreign: bool = False, done: str = "") -> "ToolResult":
        """Return the content as compact JSON."""
        return cls(text=dumps(content), foreign=foreign, done=done)


async def nothing(invocation: ToolInvocation) -> None:
    """Return None: nothing to ask, or no known outcome."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A tool that the model can call. `brain.tools.typed` makes one from a type and a function.

    * `run` executes a call. Raises ToolFault with a text for the model.
    * `prepare` returns the proposal of a tool that `asks` or is `guarded`; None if there is nothing
      to ask. It has no effects. Raises ToolFault if the call cannot be carried out.
    * `outcome` is for a call that a crash interrupted. It returns the result if the service knows
      that the call was done, and None if this is unknown. Raises ToolFault if the service knows
      that the call was not done.
    """

    spec: ToolSpec
    run: Callable[[ToolInvocation], Awaitable[ToolResult]]
    prepare: Callable[[ToolInvocation], Awaitable[Proposal | None]] = nothing
    outcome: Callable[[ToolInvocation], Awaitable[ToolResult | None]] = nothing
