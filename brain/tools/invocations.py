"""A tool, one invocation of it, its result, and the proposal that a user approves first."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from brain.codec import Json, dumps
from brain.errors import ToolFault
from brain.says import en
from brain.says.texts import Texts
from brain.texts.moments import DEFAULT_ZONE
from brain.tools.content import QuestionContent
from brain.tools.spec import ToolCall, ToolSpec

MOST_UNASKED = (
    3  # calls of one tool in a tainted run: enough for one email, no use to flood anybody
)
ASK_FIRST = (
    f"Not done: this run has read text by others and has called this tool {MOST_UNASKED} times. "
    "Ask the user first."
)


class ToolInvocation(Struct, frozen=True, kw_only=True):
    """One invocation of a tool. The arguments match its schema.

    `tainted`: the model has read text by third parties in this run. The next fields help a tool to
    find out who wrote an argument. `user_words` are the user's own texts in this run and at the end
    of the log. `foreign_texts` are tool results of this run that third parties wrote.
    `earlier_calls` are the run's earlier calls of the same tool. `approved`: the user has decided
    on exactly this call. `texts` are in the user's language while a question is prepared and while
    a tool that acts runs. `zone` is the user's time zone, an IANA name.
    """

    user_id: str
    call: ToolCall
    arguments: Json
    idempotency_key: str
    tainted: bool = False
    user_words: tuple[str, ...] = ()
    foreign_texts: tuple[str, ...] = ()
    earlier_calls: tuple[ToolCall, ...] = ()
    approved: bool = False
    texts: Texts = en
    zone: str = DEFAULT_ZONE

    def check_count(self) -> None:
        """Raise ToolFault if a tainted run has called this tool `MOST_UNASKED` times before.

        What it writes is kept and told later. So text by others must not fill the user's things.
        """
        if self.tainted and not self.approved and len(self.earlier_calls) >= MOST_UNASKED:
            raise ToolFault(ASK_FIRST)


class Proposal(Struct, frozen=True, kw_only=True):
    """What a tool is about to do, for the user to approve.

    `question` says exactly what will be done. `recipients` are the addresses that receive
    something, in lower case. `foreign`: the question quotes text by third parties. `arguments` are
    the call's arguments as they are shown; the approved call has these. `content` is what is sent,
    if something is.
    """

    question: str
    recipients: tuple[str, ...] = ()
    foreign: bool = False
    arguments: Json | None = None
    content: QuestionContent | None = None


class ToolResult(Struct, frozen=True, kw_only=True):
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


def as_they_are(arguments: Json) -> Json:
    """Return the arguments unchanged."""
    return arguments


async def nothing(invocation: ToolInvocation) -> None:
    """Return None: nothing to ask, or no known outcome."""


class Tool(Struct, frozen=True, kw_only=True):
    """A tool that the model can call. `brain.tools.typed` makes one from a type and a function.

    * `run` executes a call. Raises ToolFault with a text for the model.
    * `prepare` returns the proposal of a tool that `asks` or is `guarded`; None if there is nothing
      to ask. It has no effects. Raises ToolFault if the call cannot be carried out.
    * `outcome` is for a call that a crash interrupted. It returns the result if the service knows
      that the call was done, and None if this is unknown. Raises ToolFault if the service knows
      that the call was not done.
    * `plain` returns arguments as they will be shown, hashed and used. Raises ToolFault if they
      cannot be shown as they are.
    """

    spec: ToolSpec
    run: Callable[[ToolInvocation], Awaitable[ToolResult]]
    prepare: Callable[[ToolInvocation], Awaitable[Proposal | None]] = nothing
    outcome: Callable[[ToolInvocation], Awaitable[ToolResult | None]] = nothing
    plain: Callable[[Json], Json] = as_they_are
