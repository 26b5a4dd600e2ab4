"""Composes what the model is shown, again for each loop.

The messages are: the instructions with the user's memory, the end of the log, and the transcript of
this run. Servers keep the beginning of a request in a cache. So what never changes comes first, the
time stands in the user's messages, and within a run each request begins with the one before it.
"""

from collections.abc import Iterable, Sequence

from brain.chat.notes import INSTRUCTIONS, LeftOut, system_text, wrapped_up
from brain.chat.parts import RequestParts, newest
from brain.chat.sizes import fitted
from brain.chat.strict import note, user_line
from brain.chat.tools import chat_tool
from brain.codec import Json
from brain.run.history import offers, open_questions
from brain.run.journal import Joined, Run
from brain.run.limits import Limits
from brain.run.messages import Heard, LogEntry
from brain.run.ports import Prompt
from brain.run.transcript import Scene, transcript
from brain.texts.moments import DEFAULT_ZONE
from brain.tools.spec import ToolSpec


def compose(
    run: Run,
    history: Sequence[LogEntry],
    tools: Iterable[ToolSpec] = (),
    *,
    limits: Limits,
    wrap_up: bool,
    heard: Sequence[Heard] = (),
    instructions: str = INSTRUCTIONS,
    memory: str = "",
    left_out: LeftOut | None = None,
    zone: str = DEFAULT_ZONE,
    language: str | None = None,
) -> Prompt:
    """Return what the model is asked: the messages of this run, and the tools.

    `wrap_up` tells the model to finish in this loop. `heard` says which messages the user heard
    only in part. `memory` is the memory text; empty for none. `left_out` are texts that the model's
    provider refuses. `zone` and `language` are the user's: an IANA name and a BCP 47 tag.
    """
    scene = Scene.of(run, history, heard=heard, left_out=left_out or LeftOut(), zone=zone)
    joined = [entry.utterance for entry in run.journal if isinstance(entry, Joined)]
    notes = [*open_questions(heard, scene.before, joined), *offers(heard, scene.before)]
    lines = [*(user_line(note(text)) for text in notes), *transcript(scene)]
    parts = RequestParts(
        system=system_text(instructions, memory, language),
        past=newest(
            [(entry.seq, scene.line(entry)) for entry in scene.before],
            most=limits.tail_entries,
            room=limits.history_chars,
            has_older=len(history) >= limits.tail_entries,
        ),
        run=fitted(wrapped_up(lines) if wrap_up else lines, limits.journal_chars),
    )
    return _prompt(
        parts, [chat_tool(spec.name, spec.description, spec.parameters) for spec in tools]
    )


def _prompt(parts: RequestParts, tools: Sequence[Json]) -> Prompt:
    def shorter(chars: int) -> Prompt | None:
        shrunk = parts.shorter(chars)
        return None if shrunk is None else _prompt(shrunk, tools)

    return Prompt(messages=parts.messages, tools=tools, shorter=shorter)
