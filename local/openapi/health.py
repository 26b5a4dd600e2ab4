"""The schemas of what a deployment says of itself and of its user's settings."""

from brain.codec import Json
from local.openapi.schemas import FLAG, TEXT, WHOLE, nullable, ref, thing

HEALTH: Json = {
    "description": "Which services are set up: `note` says that only settings are checked. "
    "`missing` names "
    "settings and shows no value. "
    "`faults` are models whose last try failed, with the class of the fault, and why the last look "
    "into the mailbox failed, in a sentence. `absent` is what is not offered, and which variable "
    "is missing for it. With `deep` each service was asked: `variables`, `reason` and `fix` say "
    "what is wrong with it, `off` that it is not set up, `note` what to know.",
    **thing(
        {
            "ok": FLAG,
            "version": TEXT,
            "checks": {
                "type": "object",
                "additionalProperties": thing(
                    {"ok": FLAG},
                    missing=TEXT,
                    faults={"type": "array", "items": TEXT},
                    ms=WHOLE,
                    variables={"type": "array", "items": TEXT},
                    reason=TEXT,
                    fix=TEXT,
                    off=TEXT,
                    note=TEXT,
                ),
            },
        },
        deep=FLAG,
        note=TEXT,
        absent={"type": "object", "additionalProperties": TEXT},
    ),
}


PERSONA = thing({"name": nullable(TEXT), "instructions": TEXT})


def in_use(preferences: Json) -> Json:
    """The preferences as they are returned: with what holds now."""
    return {
        **preferences,
        "properties": {**preferences["properties"], "persona": PERSONA, "inUse": ref("InUse")},
        "required": [*preferences["required"], "persona", "inUse"],
    }
