"""Carries fields of an answer that we do not know back to the model that sent them. Pure.

Some providers want their own fields back with the calls of a run: thoughts, or a signature of them.
The fields are kept with the answer (`Answered.carried`) and put into the same place of a later
request. They are never logged.
"""

import json
import re
from collections.abc import Mapping, Sequence

from brain.cloud.model.values import as_object, as_objects
from brain.codec import Json, clean
from brain.run.ports import CARRIED

MAX_CARRIED_BYTES = 64 * 1024  # of one answer; longer thoughts are not carried
MOST_LEVELS = 20  # of nested values
MOST_ITEMS = 2_000  # of a list

KNOWN_MESSAGE_FIELDS = frozenset(
    {"role", "content", "refusal", "tool_calls", "function_call", "annotations", "usage"}
)
# Texts that arrive in pieces. Of other texts the last one counts.
_IN_PIECES = re.compile(r"(?:reasoning|thinking|thought)(?:_content|_text)?")
_PART_IN_PIECES = frozenset({"text", "summary", "data", "thinking", "content"})


def unknown_fields(message: Mapping[str, object]) -> Json:
    """Return the fields of a message or a delta that we do not know."""
    return {key: message[key] for key in message.keys() - KNOWN_MESSAGE_FIELDS}


def merged(known: Json, new: Json) -> None:
    """Add the fields of a later chunk to those of the earlier ones."""
    for key in sorted(new):
        value, before = new[key], known.get(key)
        if value is None or value in ("", [], {}):
            continue
        if isinstance(value, dict) and isinstance(before, dict):
            merged(before, value)
        elif isinstance(value, list) and isinstance(before, list):
            _extended(before, value)
        elif isinstance(value, str) and isinstance(before, str) and _IN_PIECES.fullmatch(key):
            known[key] = before + value if len(before) <= MAX_CARRIED_BYTES else before
        else:
            known[key] = value


def carried(model: str, message: Json, calls: Sequence[Json]) -> Json | None:
    """Return the value of `Answered.carried`; None if there is nothing, or too much."""
    if not message and not any(calls):
        return None
    try:
        fields = {"model": model, "message": message, "calls": list(calls)}
        if _levels(fields) > MOST_LEVELS:
            return None
        text = clean(json.dumps(fields, ensure_ascii=False, allow_nan=False))
    except (ValueError, RecursionError):
        return None
    return as_object(json.loads(text)) if len(text.encode()) <= MAX_CARRIED_BYTES else None


def restored(messages: Sequence[Json], model: str, *, refused: bool = False) -> list[Json]:
    """Return the messages with the carried fields in their places, if `model` sent them.

    `refused`: the server does not accept them.
    """
    return [_restored(message, model, refused=refused) for message in messages]


def _restored(message: Json, model: str, *, refused: bool) -> Json:
    if CARRIED not in message:
        return message
    fields = as_object(message[CARRIED])
    plain = {key: value for key, value in message.items() if key != CARRIED}
    if refused or fields.get("model") != model:
        return plain
    whole = {**as_object(fields.get("message")), **plain}
    if calls := as_objects(plain.get("tool_calls")):
        extra = as_objects(fields.get("calls"))
        extra += [{}] * (len(calls) - len(extra))
        whole["tool_calls"] = [_in_call(*pair) for pair in zip(calls, extra, strict=False)]
    return whole


def _in_call(call: Json, extra: Json) -> Json:
    function = {**as_object(extra.get("function")), **as_object(call.get("function"))}
    return {**extra, **call, "function": function}


def _extended(before: list[object], new: list[object]) -> None:
    """Add parts to a list. A part with the index and type of the last one continues it."""
    for part in new[:MOST_ITEMS]:
        last = before[-1] if before else None
        if _is_same_part(last, part) and isinstance(last, dict) and isinstance(part, dict):
            for key, value in part.items():
                is_text = key in _PART_IN_PIECES and isinstance(value, str)
                if is_text and isinstance(last.get(key), str):
                    last[key] += value if len(last[key]) <= MAX_CARRIED_BYTES else ""
                elif value is not None:
                    last[key] = value
        elif len(before) < MOST_ITEMS:
            before.append(part)


def _is_same_part(last: object, part: object) -> bool:
    if not isinstance(last, dict) or not isinstance(part, dict) or "index" not in part:
        return False
    return all(last.get(key) == part.get(key) for key in ("index", "type"))


def _levels(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_levels, inner), default=0)
