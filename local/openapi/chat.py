"""The chat model for voice platforms: its paths, and its schemas in OpenAI's form."""

from brain.codec import Json
from local.openapi.operations import USER, answered
from local.openapi.schemas import FLAG, TEXT, WHOLE, nullable, ref, thing

CHAT: dict[str, Json] = {
    "ChatBody": {
        "description": "A request as OpenAI's SDK sends it. Other fields are passed over.",
        **thing(
            {"messages": {"type": "array", "items": ref("ChatMessage")}},
            model=TEXT,
            stream=FLAG,
            stream_options=thing({}, include_usage=FLAG),
            tools={"type": "array", "items": {"type": "object"}},
            metadata={"type": "object"},
            user=TEXT,
            n={"type": "integer", "maximum": 1},
        ),
    },
    "ChatMessage": thing(
        {"role": TEXT},
        content={"anyOf": [TEXT, {"type": "array", "items": {"type": "object"}}, {"type": "null"}]},
        tool_call_id=TEXT,
    ),
    "ChatCall": thing(
        {
            "id": TEXT,
            "type": {"type": "string", "enum": ["function"]},
            "function": thing({"name": TEXT, "arguments": TEXT}),
        }
    ),
    "ChatUsage": thing({"prompt_tokens": WHOLE, "completion_tokens": WHOLE, "total_tokens": WHOLE}),
    "ChatCompletion": thing(
        {
            "id": TEXT,
            "object": {"type": "string", "enum": ["chat.completion"]},
            "created": WHOLE,
            "model": TEXT,
            "choices": {
                "type": "array",
                "items": thing(
                    {
                        "index": WHOLE,
                        "message": thing(
                            {"role": TEXT, "content": TEXT},
                            tool_calls={"type": "array", "items": ref("ChatCall")},
                        ),
                        "finish_reason": {"type": "string", "enum": ["stop", "tool_calls"]},
                    }
                ),
            },
            "usage": ref("ChatUsage"),
        }
    ),
    "ChatModels": thing(
        {
            "object": {"type": "string", "enum": ["list"]},
            "data": {
                "type": "array",
                "items": thing({"id": TEXT, "object": TEXT, "created": WHOLE, "owned_by": TEXT}),
            },
        }
    ),
    "ChatError": {
        "description": "An error in OpenAI's form.",
        **thing(
            {
                "error": thing(
                    {"message": TEXT, "type": TEXT, "param": nullable(TEXT), "code": nullable(TEXT)}
                )
            }
        ),
    },
}
ERRORS = {
    400: "The request cannot be understood; `param` names the field.",
    401: "The access key or the token is missing or wrong.",
    413: "The body is longer than 1 MiB.",
    429: "Too many messages, or too many wrong keys; see Retry-After.",
    500: "The server has failed, or is not fully set up.",
    503: "A service cannot be reached; see Retry-After. Nothing was accepted.",
}
PARENTS = ("/v1", "/api/v1")


def chat_paths() -> Json:
    """The paths of the chat model, each under two names."""
    complete = _operation(
        "Answer what the user has said last: the brain as a chat model. See docs/voice.md.",
        "ChatCompletion",
        (400, 401, 413, 429, 500, 503),
    )
    complete["responses"]["200"]["content"]["text/event-stream"] = {"schema": TEXT}
    content = {"application/json": {"schema": ref("ChatBody")}}
    complete["requestBody"] = {"required": True, "content": content}
    models = _operation("List the one model that there is.", "ChatModels", (401, 429, 500, 503))
    return {
        f"{parent}/{name}": operation
        for parent in PARENTS
        for name, operation in (
            ("chat/completions", {"post": complete}),
            ("models", {"get": models}),
        )
    }


def _operation(summary: str, answer: str, errors: tuple[int, ...]) -> Json:
    kind = {"application/json": {"schema": ref("ChatError")}}
    refused = {str(status): {"description": ERRORS[status], "content": kind} for status in errors}
    security: list[Json] = [{name: []} for name in USER]
    return {
        "summary": summary,
        "security": security,
        "responses": {"200": answered(answer), **refused},
    }
