"""Something the model can ask for, and one call of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from brain.codec import Json, dumps
from brain.says import en
from brain.says.texts import Texts
from brain.tools.spec import ToolCall, ToolSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolInvocation:
    """One run of a tool: for whom, with which arguments (valid by the schema), under which
    idempotency key.

    `tainted`: the run has read what others wrote. The rest is for tools that have to know who wrote
    an argument: `user_words` are the user's own words, in this run and in the end of the log,
    `foreign_texts` what tools gave in this run that others wrote, `earlier_calls` the run's calls
    of the same tool before this one. `texts` are in the user's language where a question is
    prepared.
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
    """What an acting tool is about to do, for the user to say yes to.

    `question` reads back exactly what will be done; `recipients` are the addresses that get
    something by it, in lower case. `foreign`: the question quotes what others wrote.
    """

    question: str
    recipients: tuple[str, ...] = ()
    foreign: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolResult:
    """What a tool gave, as a text for the model. `foreign`: others wrote it, or a part of it."""

    text: str
    foreign: bool = False

    @classmethod
    def of(cls, content: Json, *, foreign: bool = False) -> "ToolResult":
        """The content as compact JSON."""
        return cls(text=dumps(content), foreign=foreign)


async def nothing(invocation: ToolInvocation) -> None:
    """Ask nothing, or know nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """Something the model can ask for. `brain.tools.typed` makes one from a type and a function.

    * `run` does it. Raises ToolFault with a text for the model.
    * `prepare` says what a tool that `asks` or is `guarded` would do; None if there is nothing to
      ask. It changes nothing. Raises ToolFault if the call could not be carried out.
    * `outcome` is for a call that was under way in a crash: its result, if the far side knows that
      it was done; None if nobody knows. Raises ToolFault if the far side knows that it was not
      done.
    """

    spec: ToolSpec
    run: Callable[[ToolInvocation], Awaitable[ToolResult]]
    prepare: Callable[[ToolInvocation], Awaitable[Proposal | None]] = nothing
    outcome: Callable[[ToolInvocation], Awaitable[str | None]] = nothing
