"""Composes what the model is shown, again for each loop.

The messages are: the instructions with the user's memory, the end of the log, and the transcript of
this run. Servers keep the beginning of a request in a cache. So what never changes comes first, the
time stands in the user's messages, and within a run each request begins with the one before it.
"""

from collections.abc import Iterable, Sequence

from brain.chat.notes import INSTRUCTIONS, LeftOut, wrapped_up
from brain.chat.sizes import LONG_CHARS, first_kept, fitted, line_weight, shortened
from brain.chat.talk import Talk
from brain.chat.tools import chat_tool
from brain.codec import Json
from brain.run.journal import Run
from brain.run.limits import Limits
from brain.run.messages import Heard, LogEntry
from brain.run.ports import Prompt
from brain.run.transcript import Scene, transcript
from brain.tools.spec import ToolSpec


def compose(
    run: Run,
    history: Sequence[LogEntry],
    tools: Iterable[ToolSpec] = (),
    *,
    limits: Limits,
    wrap_up: bool,
    heard: Sequence[Heard] = (),
    memory: str = "",
    left_out: LeftOut | None = None,
) -> Prompt:
    """Return what the model is asked: the messages of this run, and the tools.

    `wrap_up` tells the model to finish in this loop. `heard` says which messages the user heard
    only in part. `memory` is the memory text; empty for none. `left_out` are texts that the model's
    provider refuses.
    """
    scene = Scene.of(run, history, heard=heard, left_out=left_out or LeftOut())
    lines = transcript(scene)
    talk = Talk(
        system=f"{INSTRUCTIONS}\n\n{memory}" if memory else INSTRUCTIONS,
        past=_past(scene, limits, has_older=len(history) >= limits.tail_entries),
        run=fitted(wrapped_up(lines) if wrap_up else lines, limits.journal_chars),
    )
    return _prompt(talk, [tool_to_chat(spec) for spec in tools])


def tool_to_chat(spec: ToolSpec) -> Json:
    """Return the tool in the format of the chat completions API."""
    return chat_tool(spec.name, spec.description, spec.parameters)


def _prompt(talk: Talk, tools: Sequence[Json]) -> Prompt:
    def shorter(chars: int) -> Prompt | None:
        shrunk = talk.shorter(chars)
        return None if shrunk is None else _prompt(shrunk, tools)

    return Prompt(messages=talk.messages, tools=tools, shorter=shorter)


def _past(scene: Scene, limits: Limits, *, has_older: bool) -> list[tuple[int, Json]]:
    """Return the newest entries before the run that fit, with their places, oldest first.

    `has_older`: the log may have entries before them.
    """
    most, room = limits.tail_entries, limits.history_chars
    longest = max(room // 3, LONG_CHARS)
    lines = [(entry.seq, shortened(scene.line(entry), longest)) for entry in scene.before]
    # Each entry takes its part of the text and of the number of entries, whichever is more.
    sizes = [max(line_weight(line) * most, room) for _, line in lines]
    is_whole = not has_older and sum(sizes) <= room * most
    first = 0 if is_whole else first_kept([seq for seq, _ in lines], sizes, room * most)
    return [(seq, line) for seq, line in lines[first:] if line["content"]]
