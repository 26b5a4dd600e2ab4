"""The tools with which minds end: what a helper found, and the report of a job."""

from brain.codec import Json
from brain.tools.spec import Effect, ToolSpec

RESULT_CHARS = 20_000
NOTE_CHARS = 20_000
PROGRESS_CHARS = 80
HEADLINE_CHARS = 300  # it is spoken
SUMMARY_CHARS = 20_000
MOST_SOURCES = 50
MOST_FINDINGS = 50
MOST_EDITS = 5


def _text(words: str, most: int, least: int = 1) -> Json:
    return {"type": "string", "description": words, "minLength": least, "maxLength": most}


def _object(required: list[str], **properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _list(of: Json, words: str, most: int) -> Json:
    return {"type": "array", "description": words, "items": of, "maxItems": most}


_SOURCE = _object(
    ["title"],
    title=_text("its title", 300),
    url=_text("the address of a page", 2_000),
    documentId=_text("the id of a document", 64),
    emailId=_text("the id of an email", 64),
)
_FINDING = _object(
    ["what", "runs", "severity"],
    what=_text("what was found", 1_000),
    runs=_list({"type": "integer", "minimum": 0}, "the numbers of the parts that show it", 10),
    seq={"type": "integer", "minimum": 0, "description": "the place in the log that shows it"},
    severity={"type": "string", "enum": ["low", "medium", "high"]},
)
_EDIT = _object(
    ["replace"],
    find={
        "type": ["string", "null"],
        "description": "the words of the instructions to replace; null to add a line",
        "maxLength": 20_000,
    },
    replace=_text("the new words", 20_000, least=0),
    because=_list({"type": "integer", "minimum": 0}, "numbers of findings, from 0", MOST_FINDINGS),
)

FINISH = ToolSpec(
    name="finish",
    description=(
        "End your task with its result. Set complete to false if a part of the task is not done, "
        "and say what is missing."
    ),
    parameters=_object(
        ["result", "complete"],
        result=_text("the whole result, so that it can be read alone", RESULT_CHARS),
        complete={"type": "boolean", "description": "whether all of the task is done"},
        sources=_list(_SOURCE, "where it was found", MOST_SOURCES),
        needs=_text("what the user would have to decide or approve for the rest", 2_000, least=0),
    ),
    effect=Effect.READS,
)
NOTE_RESULT = ToolSpec(
    name="noteResult",
    description=(
        "Keep what you have found so far. It replaces the note before, and it is the result if "
        "your task is cut off."
    ),
    parameters=_object(["text"], text=_text("all that you have found so far", NOTE_CHARS)),
    effect=Effect.REPEATS,
)
NOTE_PROGRESS = ToolSpec(
    name="noteProgress",
    description="Say how far you are, such as “7 of 12 pages”. Seldom needed.",
    parameters=_object(
        ["text"],
        text=_text("how far, in a few words", PROGRESS_CHARS),
        share={
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "how much is done, 0 to 1",
        },
    ),
    effect=Effect.REPEATS,
)
FILE_REPORT = ToolSpec(
    name="fileReport",
    description="File the report. This ends your work.",
    parameters=_object(
        ["headline", "summary"],
        headline=_text("the result in one or two sentences; it is read aloud", HEADLINE_CHARS),
        summary=_text("the report, in markdown", SUMMARY_CHARS, least=0),
        findings=_list(_FINDING, "what stands out", MOST_FINDINGS),
        suggestion=_object(
            ["edits"], edits=_list(_EDIT, "changes of the instructions", MOST_EDITS)
        ),
    ),
    effect=Effect.READS,
)
