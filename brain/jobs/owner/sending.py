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
    MOST_TOKENS_EACH,
    TOKENS_HELPER,
)
from brain.jobs.rules import MINDS_MOST
from brain.texts.plain import plain_line, plain_text
from brain.tools.spec import Effect, ToolSpec

SEND_S = 30.0  # seconds: enough for the database and twelve messages to the queue


def _text(words: str, least: int, most: int) -> Json:
    return {"type": "string", "description": words, "minLength": least, "maxLength": most}


_TASK: Json = {
    "type": "object",
    "properties": {
        "title": _text("a few words, as the user would name it", 1, MAX_TASK_CHARS),
        "brief": _text(
            "all that the helper has to know: it hears nothing else, and cannot ask",
            1,
            MAX_BRIEF_CHARS,
        ),
        "profile": _text("the id of one of the user's agents", 1, 64),
    },
    "required": ["title", "brief"],
    "additionalProperties": False,
}
SEND_HELPERS = ToolSpec(
    name="sendHelpers",
    description=(
        "Let one to ten helpers work in the background, each on a task of its own, while you go on "
        "talking with the user: for what takes minutes, such as reading many pages or comparing "
        "several things. They read documents, email and the web, and change nothing. The user is "
        "told when they are done; do not wait for them. Returns the job's id at once."
    ),
    parameters={
        "type": "object",
        "properties": {
            "tasks": {
                "type": "array",
                "items": _TASK,
                "minItems": 1,
                "maxItems": MINDS_MOST,
                "description": "one for each helper",
            },
            "join": {
                "type": "string",
                "enum": ["report", "each"],
                "description": "report: one report of all (default); each: tell of each result",
            },
            "document": _text("the id of a document that they write together", 1, 64),
            "context": {
                "type": "string",
                "enum": ["none", "talk"],
                "description": "talk: they are also told the end of this talk; none by default",
            },
            "tokensEach": {
                "type": "integer",
                "minimum": LEAST_TOKENS_EACH,
                "maximum": MOST_TOKENS_EACH,
                "description": f"the most that each may use; {TOKENS_HELPER} by default",
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
    description=(
        "Say something to a helper that still works: a correction, or one more thing to look at. "
        "It hears this at its next step."
    ),
    parameters={
        "type": "object",
        "properties": {
            "job": _text("from sendHelpers or listJobs", 1, 300),
            "helper": {
                "type": ["integer", "string"],
                "description": "its number n, or its title",
            },
            "text": _text("what to say", 1, MAX_BRIEF_CHARS),
        },
        "required": ["job", "helper", "text"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
    guarded=True,
)
STOP_HELPERS = ToolSpec(
    name="stopHelpers",
    description=(
        "Stop a job, or one of its helpers. The result says what was stopped, and what had ended "
        "before."
    ),
    parameters={
        "type": "object",
        "properties": {
            "job": _text("from sendHelpers or listJobs", 1, 300),
            "helper": {
                "type": ["integer", "string"],
                "description": "the number n or the title of one helper; all by default",
            },
        },
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
