"""The whole document, as OpenAPI 3.1."""

import json

from brain.codec import Json
from brain.http.version import VERSION
from local.openapi.parts import components
from local.openapi.paths import paths


def document() -> Json:
    """The description of all routes."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Second Brain",
            "version": VERSION,
            "summary": "The backend of a voice assistant.",
            "description": "Times are ISO 8601 in UTC. Errors are problem details (RFC 9457).",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths(),
        "components": components(),
    }


def text() -> str:
    """The document as it is stored."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"
