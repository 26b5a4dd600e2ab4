"""Reads the body of a chat completion. What is not needed is passed over, whatever it is.

Platforms send what their SDKs have: parts of content, roles and fields that are new next month. So
only what would make the request meaningless is refused.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from brain.codec import Json, clean, fingerprint
from brain.texts.visible import is_blank
from brain.voice.chat.model import ChatRequest, Said, ToolAnswer
from brain.voice.chat.rules import tool_answer, usable_tools

MANNER_CHARS = 2_000  # of the platform's system and developer messages together
MOST_CALL_CHARS = 256
MOST_URL_CHARS = 2_000
MOST_QUOTE_CHARS = 20_000  # of what is quoted of us, from its end: a quarter of an hour of speech
MOST_RESULTS = 16  # tool results that one request can bring: the newest ones
MOST_RESULT_CHARS = 64_000


class NotAsked(ValueError):
    """The request cannot be understood. `param` names its field, None for the whole body."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


def asked_in(body: Any, headers: Mapping[str, str]) -> ChatRequest:
    """Read a request. Raises NotAsked."""
    if not isinstance(body, dict):
        raise NotAsked("The body must be a JSON object.")
    count = body.get("n")
    if isinstance(count, int | float) and count > 1:
        raise NotAsked("Only one choice can be given: n must be 1.", "n")
    messages = _messages(body.get("messages"))
    said = said_in(messages)
    if not said.text and not said.results:
        words = "There is nothing to answer: no text of the user follows the last assistant message"
        raise NotAsked(f"{words}.", "messages")
    extra, options = _object(body, "elevenlabs_extra_body"), _object(body, "stream_options")
    return ChatRequest(
        said=said,
        call=_call(body, headers, extra),
        key=clean(headers.get("idempotency-key", "")).strip(),
        manner=_manner(messages),
        tools=usable_tools(body.get("tools")),
        model=_text(body.get("model")),
        is_stream=body.get("stream") is True,
        tells_usage=options.get("include_usage") is True,
        patience_s=_seconds(_object(body, "metadata").get("patience")),
        control_url=_control_url(body),
        is_drawled=isinstance(body.get("elevenlabs_extra_body"), dict),
    )


def said_in(messages: Sequence[Json]) -> Said:
    """Return what the user says in this history, and what is quoted of us before it."""
    roles = [message["role"] for message in messages]
    last = max((place for place, role in enumerate(roles) if role == "assistant"), default=-1)
    before = max((p for p, role in enumerate(roles[: last + 1]) if role == "user"), default=-1)
    first = max(
        (p for p, role in enumerate(roles[: before + 1]) if role == "assistant"), default=-1
    )
    after = messages[last + 1 :]
    answers = [_content(m) for m in messages[before + 1 : last + 1] if m["role"] == "assistant"]
    found = [answer for m in after if (answer := _result(m)) is not None]
    return Said(
        text=_joined(after),
        answers=roles.count("assistant"),
        quote=" ".join(filter(None, answers))[-MOST_QUOTE_CHARS:],
        before=_joined(messages[first + 1 : before + 1]),
        results=tuple(found[-MOST_RESULTS:]),
    )


def _messages(given: Any) -> list[Json]:
    if not isinstance(given, list):
        raise NotAsked("messages must be a list.", "messages")
    if not all(isinstance(one, dict) and isinstance(one.get("role"), str) for one in given):
        raise NotAsked("Each message must be an object with a role.", "messages")
    return given


def _joined(messages: Iterable[Json]) -> str:
    """Return the user's words in these messages, joined by a space."""
    texts = (_content(message) for message in messages if message["role"] == "user")
    text = " ".join(text.strip() for text in texts if text.strip())
    return "" if is_blank(text) else text


def _content(message: Json) -> str:
    """Return the text of a message. Parts other than texts are passed over."""
    content = message.get("content")
    if isinstance(content, list):
        return " ".join(filter(None, map(_part, content)))
    return _text(content)


def _part(part: Any) -> str:
    if isinstance(part, dict):
        return _text(part.get("text")) if part.get("type") == "text" else ""
    return _text(part)


def _result(message: Json) -> ToolAnswer | None:
    if message["role"] != "tool":
        return None
    text = _content(message)[:MOST_RESULT_CHARS]
    return tool_answer(_text(message.get("tool_call_id")), text)


def _manner(messages: Iterable[Json]) -> str:
    """Return the beginning of the system and developer messages."""
    texts = (_content(m) for m in messages if m["role"] in ("system", "developer"))
    return "\n".join(text.strip() for text in texts if not is_blank(text))[:MANNER_CHARS].strip()


def _call(body: Json, headers: Mapping[str, str], extra: Json) -> str:
    """Return the id of the call, empty if it is missing. A long one is shortened to its hash."""
    places = (
        headers.get("x-call-id"),
        _object(body, "call").get("id"),
        extra.get("conversation_id"),
        _object(body, "metadata").get("call"),
        body.get("user"),
    )
    named = (str(one) if isinstance(one, int) else _text(one).strip() for one in places)
    call = next((name for name in named if not is_blank(name)), "")
    return call if len(call) <= MOST_CALL_CHARS else fingerprint({"call": call})


def _control_url(body: Json) -> str | None:
    url = _text(_object(_object(body, "call"), "monitor").get("controlUrl"))
    return url if 0 < len(url) <= MOST_URL_CHARS else None


def _seconds(given: Any) -> float | None:
    """Return a number of seconds. OpenAI's metadata has texts as values; None for anything else."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    try:
        seconds = float(given)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _object(body: Json, name: str) -> Json:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""
