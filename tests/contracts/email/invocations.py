"""One tool invocation, for tests that run the same one twice."""

import json

from brain.codec import Json
from brain.tools.invocations import ToolInvocation
from brain.tools.spec import ToolCall

LETTER: Json = {"to": ["anna@example.org"], "subject": "Once", "body": "Only once, please."}
KEY = "run:1:call"


def invocation(user_id: str, *, key: str = KEY) -> ToolInvocation:
    """Approve this email as the user."""
    call = ToolCall(id="call", name="sendEmail", arguments=json.dumps(LETTER))
    return ToolInvocation(user_id=user_id, call=call, arguments=LETTER, idempotency_key=key)
