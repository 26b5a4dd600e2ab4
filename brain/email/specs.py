"""What the model is told of the email tools."""

from brain.email import outgoing as letters
from brain.run.tools import Effect, ToolSpec

FOUND = 8  # emails of a search unless asked otherwise: about 800 tokens
MAX_FOUND = 20
MAX_QUERY_CHARS = 1_000
MAX_ID_CHARS = 64
MAX_ADDRESS_CHARS = 320
SENDING_S = 60.0  # seconds: a look into the sent emails, the server's answer, the copy

_ID = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_ID_CHARS,
    "description": "an email's id as searchEmail gave it",
}
_DAY = {"type": "string", "maxLength": 40}
_BODY = {
    "type": "string",
    "minLength": 1,
    "maxLength": letters.MAX_BODY_CHARS,
    "description": "the whole text, plain, with greeting and signature",
}
PEOPLE = {
    "type": "array",
    "items": {"type": "string", "minLength": 3, "maxLength": MAX_ADDRESS_CHARS},
    "minItems": 1,
    "maxItems": letters.MAX_RECIPIENTS,
}

SEARCH = ToolSpec(
    name="searchEmail",
    description=(
        "Find the user's emails, received and sent: by what they say, by who wrote them, by when. "
        "All filters are optional; without a query the newest that pass them come first. Returns "
        "for each its id, sender, subject, time, whether it is unread, and the passage that fits "
        "best; an empty list means that none fits: try other words or fewer filters."
    ),
    parameters={
        "type": "object",
        "properties": {
            "query": {
                "type": "string",
                "maxLength": MAX_QUERY_CHARS,
                "description": "a question, or the words that the email would use",
            },
            "from": {
                "type": "string",
                "maxLength": MAX_ADDRESS_CHARS,
                "description": "who wrote it: a name, a part of one, or an address",
            },
            "since": {**_DAY, "description": "not older than this, such as 2026-01-31"},
            "before": {**_DAY, "description": "older than this, such as 2026-02-28"},
            "unread": {"type": "boolean", "description": "true: only those not yet read"},
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_FOUND,
                "description": f"how many at most; {FOUND} if left out",
            },
        },
        "additionalProperties": False,
    },
    effect=Effect.READS,
    foreign=True,
)

READ = ToolSpec(
    name="readEmail",
    description=(
        "Read an email whole. A long one comes in slices: charactersLeft says how much follows, "
        "nextOffset where to go on reading. Attachments are named; they cannot be opened."
    ),
    parameters={
        "type": "object",
        "properties": {
            "id": _ID,
            "offset": {
                "type": "integer",
                "minimum": 0,
                "maximum": 1_000_000,
                "description": "the character to begin at; 0 if left out",
            },
        },
        "required": ["id"],
        "additionalProperties": False,
    },
    effect=Effect.READS,
    foreign=True,
)

SEND = ToolSpec(
    name="sendEmail",
    description=(
        "Send an email in the user's name. They are asked before it goes out, with all of its "
        "text. Use replyToEmail to answer one."
    ),
    parameters={
        "type": "object",
        "properties": {
            "to": {**PEOPLE, "description": "addresses, such as anna@example.org"},
            "subject": {
                "type": "string",
                "minLength": 1,
                "maxLength": letters.MAX_SUBJECT_CHARS,
                "description": "one line",
            },
            "body": _BODY,
            "cc": {**PEOPLE, "minItems": 0, "description": "addresses that get a copy"},
        },
        "required": ["to", "subject", "body"],
        "additionalProperties": False,
    },
    effect=Effect.ACTS,
    limit_s=SENDING_S,
    asks=True,
)

REPLY = ToolSpec(
    name="replyToEmail",
    description=(
        "Answer an email in the user's name: to whoever wrote it, or with `all` to everybody who "
        "got it too. They are asked before it goes out, with all of its text."
    ),
    parameters={
        "type": "object",
        "properties": {
            "id": _ID,
            "body": _BODY,
            "all": {"type": "boolean", "description": "true: to everybody; false if left out"},
        },
        "required": ["id", "body"],
        "additionalProperties": False,
    },
    effect=Effect.ACTS,
    limit_s=SENDING_S,
    asks=True,
)
