"""Says in plain words what is wrong with a field of a request, instead of a library's words.

The words are English: developers read them, and the page has its own. They never repeat the value.
"""

from collections.abc import Callable, Mapping
from typing import Any

from brain.codec import Json

KEY = "[key]"  # how pydantic marks a fault in the name of a field

type Context = Mapping[str, Any]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _count(value: int, one: str, many: str) -> str:
    return f"{_number(value)} {one if value == 1 else many}"


def _too_long(context: Context) -> str:
    """Say how long a list may be, and how long it is."""
    most = _count(context["max_length"], "entry", "entries")
    has = context.get("actual_length")
    return f"must have at most {most}" + (f"; it has {_number(has)}" if has is not None else "")


def _too_short(context: Context) -> str:
    return f"must have at least {_count(context['min_length'], 'entry', 'entries')}"


def _expected(context: Context) -> str:
    """Say what may stand here. Pydantic's text is `'a', 'b' or 'c'`."""
    named = str(context.get("expected") or context.get("expected_tags") or "")
    return f"must be {named}"


WORDS: dict[str, Callable[[Context], str]] = {
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is not known here",
    "string_type": lambda _: "must be a text",
    "int_type": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "int_parsing_size": lambda _: "must be a smaller whole number",
    "float_type": lambda _: "must be a number",
    "float_parsing": lambda _: "must be a number",
    "finite_number": lambda _: "must be a finite number",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
    "list_type": lambda _: "must be a list",
    "tuple_type": lambda _: "must be a list",
    "dict_type": lambda _: "must be an object",
    "model_type": lambda _: "must be an object",
    "model_attributes_type": lambda _: "must be an object",
    "none_required": lambda _: "must be null",
    "string_too_long": lambda c: _long_text(c, None),
    "string_too_short": lambda c: _short_text(c),
    "string_pattern_mismatch": lambda c: f"must match {c['pattern']}",
    "too_long": _too_long,
    "too_short": _too_short,
    "literal_error": _expected,
    "enum": _expected,
    "union_tag_invalid": _expected,
    "union_tag_not_found": lambda _: "is missing",
    "greater_than_equal": lambda c: f"must be at least {_number(c['ge'])}",
    "greater_than": lambda c: f"must be more than {_number(c['gt'])}",
    "less_than_equal": lambda c: f"must be at most {_number(c['le'])}",
    "less_than": lambda c: f"must be less than {_number(c['lt'])}",
    **dict.fromkeys(
        (
            "datetime_type",
            "datetime_parsing",
            "datetime_from_date_parsing",
            "datetime_object_invalid",
            "timezone_aware",
            "timezone_offset",
        ),
        lambda _: "must be a date and time with an offset, such as 2026-12-01T18:00:00Z",
    ),
    "bytes_type": lambda _: "must be a text",
    "url_type": lambda _: "must be a web address",
    "url_parsing": lambda _: "must be a web address",
    "json_invalid": lambda _: "must be JSON",
    "string_unicode": lambda _: "must be a text",
}
OTHERWISE = "is not valid"  # for a kind of fault that no field has today
OWN = "Value error, "  # pydantic's prefix of the words of our own validators


def _long_text(context: Context, length: int | None) -> str:
    most = f"must have at most {_count(context['max_length'], 'character', 'characters')}"
    return most if length is None else f"{most}; it has {_number(length)}"


def _short_text(context: Context) -> str:
    least = context["min_length"]
    if least == 1:
        return "must not be empty"
    return f"must have at least {_count(least, 'character', 'characters')}"


def words_of(fault: Mapping[str, Any]) -> str:
    """Return what is wrong with a field, for one of pydantic's errors (with `input` and `ctx`)."""
    kind, context, given = fault["type"], fault.get("ctx") or {}, fault.get("input")
    if kind in ("value_error", "assertion_error"):
        return str(fault["msg"]).removeprefix(OWN)
    # A text that is bounded beside a validator gets pydantic's words for lists.
    if kind == "too_long" and isinstance(given, str):
        kind, context = "string_too_long", {"max_length": context["max_length"]}
    if kind == "too_short" and isinstance(given, str):
        kind = "string_too_short"
    if kind == "string_too_long":
        return _long_text(context, len(given) if isinstance(given, str) else None)
    words = WORDS.get(kind)
    return OTHERWISE if words is None else words(context)


def fault_to_wire(fault: Mapping[str, Any]) -> Json:
    """Return one entry of `errors`: the field's path, and what is wrong with it."""
    path = [str(step) for step in fault["loc"] if step != KEY]
    return {"field": ".".join(path) or "body", "message": words_of(fault)}
