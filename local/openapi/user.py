"""The routes for the user's devices, and for everything that there is of a user."""

from brain.codec import Json
from local.openapi.operations import USER, deleting, got, operation, posted
from local.openapi.schemas import MOMENT, TEXT, WHOLE, nullable, ref, thing

ERASED_ENTRY: Json = {
    **thing(
        {
            "seq": WHOLE,
            "id": TEXT,
            "role": {"type": "string", "enum": ["user", "brain"]},
            "kind": {"type": "string", "enum": ["erased"]},
            "text": {"type": "string", "enum": [""]},
            "createdAt": MOMENT,
        }
    ),
    "description": "The place of an entry whose text the user has erased.",
}
READ: Json = {"type": "array", "items": {"anyOf": [ref("Entry"), ref("ErasedEntry")]}}
ERASED: Json = thing(
    {
        "state": {"type": "string", "enum": ["erased"]},
        "counts": {"type": "object", "additionalProperties": WHOLE},
    }
)


def user_paths() -> Json:
    """The routes for devices, export and erasure."""
    file = {"schema": {"type": "string", "format": "binary"}}
    packed = {"description": "A ZIP file.", "content": {"application/zip": file}}
    return {
        "/api/push": _push(),
        "/api/export": {
            "get": operation(
                "Take along everything that there is of the user.",
                {"200": packed},
                errors=(401, 503),
                security=USER,
            )
        },
        "/api/erase": {
            "post": posted(
                "Erase everything, the conversation, or messages.",
                ref("EraseBody"),
                "Erased",
                errors=(503,),
                security=USER,
            )
        },
    }


def _push() -> Json:
    devices = thing({"publicKey": nullable(TEXT), "subscriptions": WHOLE})
    keep = posted(
        "Push notifications to this browser.", "PushBody", devices, errors=(404, 503), security=USER
    )
    endpoint = {"name": "endpoint", "in": "query", "required": True, "schema": TEXT}
    return {
        "get": got("Show the key for subscriptions, and how many devices there are.", devices),
        "put": keep,
        "delete": {**deleting("Push no more to this browser."), "parameters": [endpoint]},
    }
