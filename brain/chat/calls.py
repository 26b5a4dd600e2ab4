"""Tool calls in the form that every server accepts: their ids, names and arguments."""

import json
import re
from functools import lru_cache
from hashlib import sha256
from typing import Any, NoReturn

from brain.codec import clean, dumps

ID_CHARS = 9  # some servers accept ids of exactly nine letters or digits
PLACE_CHARS = 4  # of an id; 36 ** 4 calls of one run have different ids
NAME_CHARS = 64
UNKNOWN = "unknown"  # the name of a call whose name has no character that a name may have
RAW_CHARS = 2_000  # of arguments that are no JSON object

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_MARKUP = re.compile(r"[<\[{|]")


@lru_cache(maxsize=1024)  # the same calls are in every request of a run
def call_id(run: str, place: int) -> str:
    """Return the id of the call number `place` of a run, counted from 0.

    The same call always has the same id, and two calls of a run have different ids.
    """
    head = int(sha256(run.encode()).hexdigest(), 16)
    return _in_digits(head, ID_CHARS - PLACE_CHARS) + _in_digits(place, PLACE_CHARS)


@lru_cache(maxsize=256)
def legal_name(name: str) -> str:
    """Return the name without what cannot stand in a name.

    Models put their own markup behind a name (`find<|channel|>commentary`) or a scope before it
    (`functions.find`, `default_api:find`).
    """
    head = next((part for part in _MARKUP.split(name) if _NAME.search(part)), "")
    scoped = [part for part in re.split(r"[.:/]", head) if _NAME.search(part)]
    found = "".join(_NAME.findall(scoped[-1])) if scoped else ""
    return found[:NAME_CHARS] or UNKNOWN


def object_text(arguments: str) -> str:
    """Return the arguments as the text of a JSON object.

    What is no object is put into one as text, so that the model sees what it has written.
    """
    try:
        value = _DECODER.decode(arguments or "{}")
        if isinstance(value, dict):
            return clean(_ENCODER.encode(value))
    except (ValueError, RecursionError):
        pass
    raw = clean(arguments)[:RAW_CHARS].strip()
    return dumps({"raw": raw}) if raw else "{}"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(parse_constant=_refuse)  # made once, for all calls
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _in_digits(number: int, length: int) -> str:
    """Return the last digits of the number to base 36."""
    digits: list[Any] = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
