"""Lets the characters of a talk speak: a `Model` that asks the next one's own model."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from msgspec import Struct
from msgspec.structs import replace

from brain.chat.pieces import Delta
from brain.chat.tools import chat_tool
from brain.codec import dumps
from brain.errors import DatabaseUnreachable, LeaseLost, ModelCut, ModelUnavailable
from brain.jobs.ports import JobStore
from brain.jobs.talks.rules import Cast, Character, is_repeating, spoken
from brain.run.journal import Answered
from brain.run.messages import LogEntry
from brain.run.ports import Model, Prompt
from brain.run.turn import Turn
from brain.texts.ear import sentences_so_far
from brain.tools.arguments import About, Arguments, read_arguments
from brain.tools.decoding import ArgumentsUnreadable, decode
from brain.tools.invocations import Tool, ToolInvocation, ToolResult
from brain.tools.say import CONTINUE_SPEC, QUIT_SPEC
from brain.tools.schema import complaint
from brain.tools.spec import ToolCall
from brain.tools.typed import tool

ENDED = "The talk has ended."  # the last words of who has none, or answers the listener too late
SILENT_TRIES = 2  # answers without any words, after which the character counts as unavailable


class EndTalk(Arguments):
    """End the talk: its goal is reached, or it cannot be reached. Say your last words beside it."""

    reached: Annotated[bool, About("whether the goal is reached")]
    why: Annotated[str, About("in one sentence", most=2_000)] = ""


async def _end(given: EndTalk, invocation: ToolInvocation) -> ToolResult:
    return ToolResult(text="The talk ends.")


END_TALK: Tool = tool(EndTalk, _end)
END = END_TALK.spec.name


def ending(call: ToolCall) -> EndTalk | None:
    """Return the arguments of a call that ends the talk; None if they are not valid."""
    if call.name != END:
        return None
    try:
        arguments = decode(call.arguments)
    except ArgumentsUnreadable:
        return None
    if not isinstance(arguments, dict) or complaint(END_TALK.spec.parameters, arguments):
        return None
    return read_arguments(EndTalk, arguments)


class Speaking(Struct, frozen=True, kw_only=True):
    """Answers each loop of a talk with the next character's words.

    `entries` reads the log of the talk; `model_of` returns a character's own model.
    """

    cast: Cast
    entries: Callable[[], Awaitable[Sequence[LogEntry]]]
    model_of: Callable[[Character], Model]

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        """Ask the next character. The brain's own prompt is not shown to anybody.

        Raises as the character's model does, and ModelUnavailable if it says nothing.
        """
        lines = self.cast.lines(await self.entries())
        if spoken(lines) >= self.cast.most:
            return _said(Answered(text="", calls=()), ENDED, QUIT_SPEC.name)
        speaker = self.cast.next(lines)
        asked = Prompt(messages=self.cast.messages(lines, speaker), tools=[_OFFERED])
        tokens = 0
        for _ in range(SILENT_TRIES):
            answer = await _whole(self.model_of(speaker), asked, limit_s)
            tokens += answer.tokens
            last = next((end for call in answer.calls if (end := ending(call))), None)
            words = answer.text.strip() or (last.why.strip() or ENDED if last else "")
            if words:
                break
        else:
            raise ModelUnavailable("a character said nothing")
        is_last = spoken(lines) + 1 >= self.cast.most or is_repeating(lines, words)
        answer = replace(answer, tokens=tokens, speaker=speaker.name)
        if last is not None:
            return _said(answer, words, QUIT_SPEC.name, ends=last)
        return _said(answer, words, QUIT_SPEC.name if is_last else CONTINUE_SPEC.name)


async def _whole(model: Model, asked: Prompt, limit_s: float) -> Answered:
    """Return the answer; of one that has reached its length, its whole sentences."""
    try:
        return await model.answer(asked, limit_s=limit_s)
    except ModelCut as cut:
        text = cut.text.strip()
        if not cut.at_limit or not text:
            raise
        whole = " ".join(sentences_so_far(text))
        return Answered(text=whole or f"{text}…", calls=(), tokens=cut.tokens)


_OFFERED = chat_tool(END_TALK.spec.name, END_TALK.spec.description, END_TALK.spec.parameters)


def _said(answer: Answered, words: str, name: str, *, ends: EndTalk | None = None) -> Answered:
    """Return the answer as the engine takes it: the words as a call that says them."""
    calls = [ToolCall(id="say", name=name, arguments=dumps({"message": words}))]
    if ends is not None:
        end = dumps({"reached": ends.reached, "why": ends.why})
        calls.insert(0, ToolCall(id="end", name=END, arguments=end))
    return replace(answer, text="", calls=tuple(calls), carried=None)


class Pausing(Struct, frozen=True, kw_only=True):
    """An `Around` that gives the invocation back while the talk is paused.

    The hand-over that follows finds the mind paused, and so does every wake-up: nobody works on the
    talk until it is resumed.
    """

    jobs: JobStore

    async def before(self, turn: Turn) -> None:
        await self._look(turn)

    async def between(self, turn: Turn) -> None:
        """Look before each turn of the talk. Raises LeaseLost: unless it is known that the talk
        goes on, it is left to a wake-up.
        """
        try:
            await self._look(turn)
        except DatabaseUnreachable as error:
            raise LeaseLost("not known to go on") from error

    async def after(self, turn: Turn) -> None:
        return None

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        return None

    async def _look(self, turn: Turn) -> None:
        mind = await self.jobs.mind(turn.user_id)
        if mind is not None and mind.status == "paused":
            turn.invocation = replace(turn.invocation, cut=turn.services.clock.now())
