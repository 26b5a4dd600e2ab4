"""The schemas of the answers to orders that are no texts."""

from brain.codec import Json
from local.openapi.schemas import TEXT, WHOLE, nullable, ref, thing


def controlled() -> dict[str, Json]:
    """The answers to orders that are no texts."""
    return {
        "Stopped": thing(
            {
                "state": {"type": "string", "enum": ["stopped", "idle"]},
                "runId": nullable(TEXT),
                "message": nullable(ref("Message")),
            }
        ),
        "HeardMark": thing(
            {
                "seq": WHOLE,
                "how": {"type": "string", "enum": ["played", "cutOff", "unspoken", "shown"]},
            }
        ),
        "Claimed": thing(
            {
                "seq": WHOLE,
                "state": {"type": "string", "enum": ["yours", "held", "over"]},
                "claim": WHOLE,
                "leftMs": WHOLE,
            }
        ),
        "Withdrawn": thing(
            {
                "state": {"type": "string", "enum": ["withdrawn", "stands"]},
                "messageId": TEXT,
                "seq": WHOLE,
            }
        ),
    }
