"""The two tools by which the brain speaks. They run nothing: the loop itself turns them into
messages.
"""

from brain.run.step import CONTINUE, QUIT
from brain.run.tools import Effect, ToolSpec

CONTINUE_SPEC = ToolSpec(
    name=CONTINUE,
    description=(
        "Say something to the user now and go on working: what you are about to do, or how far "
        "you are. Read out at once."
    ),
    parameters={
        "type": "object",
        "properties": {
            "message": {"type": "string", "minLength": 1, "description": "one short sentence"},
            "progress": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "description": "how much of a long task is done, 0 to 1",
            },
        },
        "required": ["message"],
        "additionalProperties": False,
    },
    effect=Effect.READS,
)

QUIT_SPEC = ToolSpec(
    name=QUIT,
    description=(
        "Say your answer to the user and end. Without a message only if you have already said "
        "all there is to say."
    ),
    parameters={
        "type": "object",
        "properties": {
            "message": {"type": ["string", "null"], "description": "the answer, for the ear"}
        },
        "additionalProperties": False,
    },
    effect=Effect.READS,
)

SAY_SPECS = (CONTINUE_SPEC, QUIT_SPEC)
