"""Decides to which turn of a call a request belongs, and which tools of a platform count."""

import math
import re
from typing import Any

from msgspec.structs import replace

from brain.codec import Json, clean, fingerprint
from brain.voice.chat.model import (
    NO_CALL,
    ChatRequest,
    CurrentTurn,
    Owed,
    PlacedText,
    Said,
    ToolAnswer,
    TurnText,
)
from brain.voice.chat.quotes import words_of

REPLACE_S = 10.0  # seconds in which a request without a call id replaces an earlier one
AGAIN_S = 60.0  # seconds in which a request without a call id counts as the same one again
MOST_TEXTS = 16  # texts of a turn that are remembered; platforms ask three times
MOST_EARLIER = 8  # texts of earlier turns that are remembered, for a late retry
MOST_QUOTE_CHARS = 4_000  # of the quote that is remembered
CALL_PREFIX = "call_"  # of the id of a tool call; the rest is the id of its question
TOOL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
TOOL_DESCRIPTION_CHARS = 1_000
ENDS = frozenset(
    {
        "end_call",
        "endCall",
        "transferCall",
        "transfer_call",
        "skip_turn",
        "language_detection",
        "voicemail_detection",
    }
)
ENDS_PREFIX = "transfer_to_"
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def place(asked: ChatRequest, last: CurrentTurn | None, now_ms: int) -> PlacedText:
    """Return where a request belongs, given the last turn of its call."""
    if last is None:
        return _opened(asked, None, now_ms, index=asked.said.answers)
    if (known := _retried(asked, last)) is not None:
        return PlacedText(
            message_id=known.message_id, index=last.index, turn=last, is_over=known.over
        )
    age_s = max(now_ms - last.at_ms, 0) / 1000
    is_same = asked.said.text == last.words and not asked.key
    limit_s = math.inf if asked.call else AGAIN_S if is_same else REPLACE_S
    if age_s > limit_s or not _is_same_turn(asked.said, last, age_s):
        return _opened(asked, last, now_ms, index=max(asked.said.answers, last.index + 1))
    return _continued(asked, last, now_ms)


def _retried(asked: ChatRequest, last: CurrentTurn) -> TurnText | None:
    """Return the text that this request repeats late: one of an earlier turn, or (known by its key)
    one that was replaced. A text without a key can be said again in the same turn.
    """
    replaced = (replace(text, over=True) for text in last.texts[:-1])
    known = (*last.earlier, *replaced) if asked.key else last.earlier
    for text in reversed(known):
        if asked.key and text.message_id == key_id(asked.key):
            return text
        if not asked.key and asked.said.answers < last.answers and text.print == _print(asked.said):
            return text
    return None


def _is_same_turn(said: Said, last: CurrentTurn, age_s: float) -> bool:
    """Whether no assistant message follows the words of the last turn in this history.

    The number of assistant messages says so, unless the platform has dropped or corrected some. An
    unchanged number counts only if the last one is the same, or has been cut to what was heard. A
    smaller one counts only for words that go on from those before, soon after them.
    """
    if said.answers == last.answers:
        quote = _words(said.quote)
        return _begins(quote, last.quote) or _begins(last.quote, quote)
    before, words = _words(last.words), _words(said.text)
    goes_on = f" {before} " in f" {words} " and _words(said.before) != before
    return said.answers < last.answers and goes_on and age_s <= REPLACE_S


def _opened(asked: ChatRequest, last: CurrentTurn | None, now_ms: int, *, index: int) -> PlacedText:
    """Return the place of a request that opens the next turn."""
    text = TurnText(message_id=_message_id(asked, index), print=_print(asked.said))
    past: tuple[TurnText, ...] = ()
    owed: tuple[Owed, ...] = ()
    if last is not None:
        replaced = (replace(text, over=True) for text in last.texts[:-1])
        past = (*last.earlier, *replaced, last.texts[-1])[-MOST_EARLIER:]
        # What was told after the answer of that turn is not told again.
        owed = tuple(replace(one, by=text.message_id) for one in last.owed if not one.by)
    turn = CurrentTurn(
        index=index,
        answers=asked.said.answers,
        words=asked.said.text,
        quote=_words(asked.said.quote),
        at_ms=now_ms,
        texts=(text,),
        earlier=past,
        owed=owed,
    )
    return PlacedText(message_id=text.message_id, index=index, turn=turn, is_next=True)


def _continued(asked: ChatRequest, last: CurrentTurn, now_ms: int) -> PlacedText:
    """Return the place of a request of the last turn: the same text again, or another one."""
    id = _message_id(asked, last.index)
    if asked.said.text == last.words or id == last.message_id:
        former = last.texts[-2].message_id if len(last.texts) > 1 else None
        return PlacedText(message_id=last.message_id, index=last.index, turn=last, replaces=former)
    text = TurnText(message_id=id, print=_print(asked.said))
    turn = replace(
        last,
        answers=asked.said.answers,
        words=asked.said.text,
        quote=_words(asked.said.quote),
        at_ms=now_ms,
        texts=(*(one for one in last.texts if one.message_id != id), text)[-MOST_TEXTS:],
        owed=tuple(replace(one, by=id if one.by else "") for one in last.owed),
    )
    return PlacedText(message_id=id, index=last.index, turn=turn, replaces=last.message_id)


def _message_id(asked: ChatRequest, index: int) -> str:
    if asked.key:
        return key_id(asked.key)
    call = asked.call or NO_CALL
    return f"chat-{fingerprint({'call': call, 'turn': index, 'text': asked.said.text})}"


def key_id(key: str) -> str:
    """Return the message id of an Idempotency-Key: itself, or its hash if it cannot be one."""
    return key if CLIENT_ID.fullmatch(key) else f"key-{fingerprint({'key': key})}"


def _print(said: Said) -> str:
    return fingerprint({"n": said.answers, "text": said.text, "quote": _words(said.quote)})


def _words(text: str) -> str:
    return " ".join(word.text for word in words_of(text))[:MOST_QUOTE_CHARS]


def _begins(part: str, whole: str) -> bool:
    return f"{whole} ".startswith(f"{part} ") or not part


# ---- tools


def usable_tools(given: Any) -> tuple[Json, ...]:
    """Return the platform's tools as client tools. What cannot be a name is passed over."""
    listed = given if isinstance(given, list) else []
    found = [tool for one in listed if (tool := _tool(one)) is not None]
    return tuple({tool["name"]: tool for tool in reversed(found)}.values())[::-1]


def _tool(given: Any) -> Json | None:
    function = given.get("function") if isinstance(given, dict) else None
    if not isinstance(function, dict):
        return None
    name = function.get("name")
    if not isinstance(name, str) or not TOOL_NAME.fullmatch(name):
        return None
    description = function.get("description")
    text = clean(description).strip() if isinstance(description, str) else ""
    parameters = function.get("parameters")
    tool: Json = {"name": name, "description": text[:TOOL_DESCRIPTION_CHARS].strip() or name}
    return tool if parameters in (None, {}) else {**tool, "parameters": parameters}


def ends_turn(tool: str) -> bool:
    """Whether no result of this tool comes: the platform ends or redirects the call."""
    return tool in ENDS or (tool.startswith(ENDS_PREFIX) and len(tool) > len(ENDS_PREFIX))


def tool_answer(tool_call_id: str, text: str) -> ToolAnswer | None:
    """Return the result with the question that it answers; None if the call is not one of ours."""
    question_id = tool_call_id.removeprefix(CALL_PREFIX)
    if question_id == tool_call_id or not CLIENT_ID.fullmatch(question_id):
        return None
    return ToolAnswer(question_id=question_id, text=text)
