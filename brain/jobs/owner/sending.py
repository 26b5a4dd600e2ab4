"""The arguments of the tools for jobs, with lists of objects or of two types. Pure.

Their schemas are written out: these are beyond `brain.tools.arguments`.
"""

from collections.abc import Sequence

from brain.codec import Json
from brain.jobs.model import Mind
from brain.jobs.plans.helpers import Task
from brain.jobs.plans.limits import (
    LEAST_TOKENS_EACH,
    MAX_BRIEF_CHARS,
    MAX_TASK_CHARS,
    TOKENS_HELPER,
)
from brain.jobs.rules import MINDS_MOST, MOST_TOKENS_EACH
from brain.texts.plain import plain_line, plain_text
from brain.tools.spec import Effect, ToolSpec

SEND_S = 30.0  # seconds: enough for the database and twelve messages to the queue


def _text(most: int, words: str = "") -> Json:
    described = {"description": words} if words else {}
    return {"type": "string", "minLength": 1, "maxLength": most, **described}


_JOB = _text(300, "its id")
_HELPER: Json = {"type": ["integer", "string"], "description": "its n or title"}
_TASK: Json = {
    "type": "object",
    "properties": {
        "title": _text(MAX_TASK_CHARS),
        "brief": _text(MAX_BRIEF_CHARS, "all that it has to know"),
        "profile": _text(64, "an agent's id"),
    },
    "required": ["title", "brief"],
    "additionalProperties": False,
}
SEND_HELPERS = ToolSpec(
    name="sendHelpers",
    description=(
        "Let helpers work in the background, each on its own task, for what takes minutes. They "
        "read documents, email and the web, and change nothing. The user is told the result."
    ),
    parameters={
        "type": "object",
        "properties": {
            "tasks": {"type": "array", "items": _TASK, "minItems": 1, "maxItems": MINDS_MOST},
            "join": {
                "type": "string",
                "enum": ["report", "each"],
                "description": "one report (default), or each result",
            },
            "document": _text(64, "id; they write it together"),
            "context": {
                "type": "string",
                "enum": ["none", "talk"],
                "description": "talk: they hear its end",
            },
            "tokensEach": {
                "type": "integer",
                "minimum": LEAST_TOKENS_EACH,
                "maximum": MOST_TOKENS_EACH,
                "description": f"at most; {TOKENS_HELPER} by default",
            },
        },
        "required": ["tasks"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
    limit_s=SEND_S,
    asks=True,
)
TELL_HELPER = ToolSpec(
    name="tellHelper",
    description="Say something to a helper, heard at its next step.",
    parameters={
        "type": "object",
        "properties": {"job": _JOB, "helper": _HELPER, "text": _text(MAX_BRIEF_CHARS)},
        "required": ["job", "helper", "text"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
    guarded=True,
)
STOP_HELPERS = ToolSpec(
    name="stopHelpers",
    description="Stop a job, or one of its helpers.",
    parameters={
        "type": "object",
        "properties": {"job": _JOB, "helper": _HELPER},
        "required": ["job"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
)


def tasks_in(arguments: Json) -> list[Task]:
    """Return the tasks of a call, with only what a reader can see of their texts."""
    return [
        Task(
            title=plain_line(task["title"]) or task["title"],
            brief=plain_text(task["brief"]),
            profile=task.get("profile"),
        )
        for task in arguments["tasks"]
    ]


def helper_in(named: int | str, minds: Sequence[Mind]) -> Mind | None:
    """Return the helper with this number or this title."""
    text = str(named).strip()
    if text.isascii() and text.isdigit():
        return next((mind for mind in minds if str(mind.number) == text), None)
    fitting = [mind for mind in minds if mind.label.casefold() == text.casefold()]
    return fitting[0] if len(fitting) == 1 else None
