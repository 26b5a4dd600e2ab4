"""Help with instructions: its paths, and the data of its events."""

from brain.codec import Json
from local.openapi.operations import USER, posted
from local.openapi.schemas import TEXT, ref, thing

_TEXTS: Json = {"type": "array", "items": TEXT}

ASSIST: dict[str, Json] = {
    "AssistPiece": thing({"text": TEXT}),
    "AssistDone": {
        "description": "The improved instructions, what is still open, and what was changed.",
        **thing({"prompt": TEXT, "questions": _TEXTS, "changes": _TEXTS}),
    },
    "AssistError": thing({"title": TEXT}),
}


def assist_paths() -> Json:
    """The paths of the route."""
    asked = posted(
        "Improve instructions; the answer is streamed.",
        "AssistBody",
        "AssistDone",
        errors=(503,),
        security=USER,
    )
    events = {"content": "AssistPiece", "done": "AssistDone", "error": "AssistError"}
    kinds = {name: ref(kind) for name, kind in events.items()}
    stream = {"schema": TEXT, "x-events": kinds}
    asked["responses"]["200"]["content"] = {"text/event-stream": stream}
    return {"/api/assist": {"post": asked}, "/api/promptbro/assist": {"post": asked}}
