"""The persona in the body of PUT /api/preferences."""

from typing import Any

from brain.codec import Form, clean
from brain.preferences.model import Persona
from brain.preferences.rules import Complaint

MOST_NAME = 80  # characters
MOST_INSTRUCTIONS = 4_000  # characters, about 1,000 tokens in every request

PERSONA = Form(Persona)


def persona_from_wire(wire: Any) -> Persona | Complaint | None:
    """Parse the persona. None: the body has none, so that it stays as it is."""
    given = wire.get("persona") if isinstance(wire, dict) else None
    if given is None:
        return None
    if not isinstance(given, dict):
        return Complaint(field="persona", message="must be {name, instructions}")
    name, text = given.get("name") or "", given.get("instructions") or ""
    if not isinstance(name, str) or len(name) > MOST_NAME:
        said = f"must be a text of at most {MOST_NAME} characters, or null"
        return Complaint(field="persona.name", message=said)
    if not isinstance(text, str) or len(text) > MOST_INSTRUCTIONS:
        said = f"must be a text of at most {MOST_INSTRUCTIONS} characters"
        return Complaint(field="persona.instructions", message=said)
    return Persona(name=" ".join(clean(name).split()) or None, instructions=clean(text).strip())
