"""Finds tool calls that a model has written into its text. Pure.

A server without a parser for a model's calls sends them as text: in tags, after a marker, or as a
JSON object. Marked calls are calls whatever their name is. An object without a marker is a call
only if it names an offered tool and has arguments.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from brain.cloud.model.arguments import argument_piece, argument_texts, tool_name
from brain.cloud.model.markup import named_body, tagged_arguments, without_noise
from brain.cloud.model.values import NOTHING, encoded_object, parsed_from
from brain.codec import Json

MOST_ATTEMPTS = 200  # places in one text that are read as JSON

_WRAPPER = r"<(?P<tag>\|?(?:tool_?calls?|function_?calls?|tool_use|tool_call_begin|python_tag)\|?)>"
_FUNCTION = r"<(?:function|invoke)(?:=|\s+name=)[\"']?(?P<name>[^<>\"'\s]{1,80})[\"']?\s*>"
_FENCE = r"```[a-z_]{0,12}\s*(?=[\[{])"
_MARK = re.compile(
    rf"(?P<wrapper>{_WRAPPER})|(?P<function>{_FUNCTION})|(?P<list>\[TOOL_CALLS\])"
    rf"|(?P<fence>{_FENCE})|(?P<bare>\{{|\[\s*(?=\{{))"
)
_CLOSER = re.compile(
    r"\s{0,99}(?:</?\|?(?:tool_?calls?|function_?calls?|tool_use|function|invoke|tool_call_end)\|?>"
    r"|<\|tool_call_end\|>|\[/TOOL_CALLS\]|```(?=\s*<\|tool))"
)
_EMPTY_FENCE = re.compile(r"```[a-z_]{0,12}\s*```")
_FENCE_END = re.compile(r"\s{0,99}```")
_BLOCK_END = re.compile(r"</\|?(?:tool_?calls?|function_?calls?|tool_use|function|invoke)\|?>|\Z")
_VISIBLE = re.compile(r"\S")
_CALL_NAMES = ("name", "function", "tool", "tool_name")
_ARGUMENTS = ("arguments", "parameters", "args", "input")


class TextCall(NamedTuple):
    """A call in a text. `arguments` is JSON text, valid or not."""

    name: str
    arguments: str


class FoundCalls(NamedTuple):
    """Calls that begin at one place of a text, and where they end."""

    calls: list[TextCall]
    end: int


def text_calls(text: str, offered: Mapping[str, Json]) -> tuple[str, list[TextCall]]:
    """Return the text without calls, and the calls. `offered` are the tools' schemas by name."""
    calls: list[TextCall] = []
    kept: list[str] = []
    text = without_noise(text)
    start = at = 0
    for _ in range(MOST_ATTEMPTS):
        mark = _MARK.search(text, at)
        if mark is None:
            break
        found = _read(text, mark, offered)
        if found is None:
            at = mark.end()
            continue
        calls += found.calls
        kept.append(text[start : mark.start()].strip())
        start = at = found.end
    if not calls and not kept:
        return text, []
    kept.append(text[start:].strip())
    return _EMPTY_FENCE.sub("", "\n".join(part for part in kept if part)).strip(), calls


def _read(text: str, mark: re.Match[str], offered: Mapping[str, Json]) -> FoundCalls | None:
    if mark["list"]:
        return _after_marker(text, mark.end(), offered)
    if mark["function"]:
        return _closed(text, _function(text, mark["name"], mark.end(), offered))
    if mark["wrapper"]:
        return _wrapped(text, mark.end(), offered)
    start = mark.end() if mark["fence"] else mark.start()
    found = _objects(text, start, offered, is_marked=False)
    if found is None or not mark["fence"]:
        return found
    fence = _FENCE_END.match(text, found.end)
    return FoundCalls(found.calls, fence.end() if fence else found.end)


def _wrapped(text: str, start: int, offered: Mapping[str, Json]) -> FoundCalls:
    """Read what stands in tags such as `<tool_call>`."""
    inner = _MARK.match(text, _after_space(text, start))
    while inner and inner["wrapper"]:
        start = inner.end()
        inner = _MARK.match(text, _after_space(text, start))
    start = _after_space(text, start)
    if inner and inner["function"]:
        return _closed(text, _function(text, inner["name"], inner.end(), offered))
    found = _objects(text, start, offered, is_marked=True) or _named(text, start, offered)
    return _closed(text, found)


def _after_marker(text: str, start: int, offered: Mapping[str, Json]) -> FoundCalls:
    """Read what follows Mistral's marker: a list of calls, or names with arguments."""
    start = _after_space(text, start)
    return _closed(
        text, _objects(text, start, offered, is_marked=True) or _named(text, start, offered)
    )


def _function(text: str, name: str, start: int, offered: Mapping[str, Json]) -> FoundCalls:
    """Read the arguments in `<function=name>`: JSON, or a tag for each."""
    known = tool_name(name, offered)
    begin = _after_space(text, start)
    value, end = parsed_from(text, begin)
    if value is not NOTHING and encoded_object(value) is not None:
        return FoundCalls([TextCall(known, argument_texts(text[begin:end])[0])], end)
    end = _end_of_block(text, start)
    arguments = tagged_arguments(text[start:end], offered.get(known, {}))
    return FoundCalls([TextCall(known, arguments)], end)


def _named(text: str, start: int, offered: Mapping[str, Json]) -> FoundCalls:
    """Read a name and then arguments, or what cannot be read: the model is told."""
    end = _end_of_block(text, start)
    name, body, taken = named_body(text[start:end])
    known = tool_name(name, offered)
    if body.startswith("<"):
        return FoundCalls([TextCall(known, tagged_arguments(body, offered.get(known, {})))], end)
    value, json_end = parsed_from(body, 0)
    if value is not NOTHING:
        call = TextCall(known, argument_texts(body[:json_end])[0])
        return FoundCalls([call], start + taken + json_end)
    return FoundCalls([TextCall(known, body)], end)


def _objects(
    text: str, start: int, offered: Mapping[str, Json], *, is_marked: bool
) -> FoundCalls | None:
    """Read an object, or a list of objects, as calls; None if it is not."""
    value, end = parsed_from(text, start)
    items = value if isinstance(value, list) else [value]
    calls = [call for item in items for call in _calls(item, offered, is_marked=is_marked)]
    if value is NOTHING or not calls or len(calls) < len(items):
        return None
    return FoundCalls(calls, end)


def _calls(item: object, offered: Mapping[str, Json], *, is_marked: bool) -> list[TextCall]:
    """Return the calls in an object: its own, or those in its list `tool_calls`."""
    call = encoded_object(item) if is_marked else item
    if not isinstance(call, dict):
        return []
    if isinstance(several := call.get("tool_calls"), list):
        return [one for each in several for one in _calls(each, offered, is_marked=is_marked)]
    inner = call.get("function")
    call = inner if isinstance(inner, dict) else call
    given = next((call[key] for key in _CALL_NAMES if key in call), "")
    name = tool_name(given, offered) if isinstance(given, str) else ""
    arguments = next((call[key] for key in _ARGUMENTS if key in call), None)
    is_call = is_marked or (name in offered and encoded_object(arguments) is not None)
    if not name or not is_call:
        return []
    return [TextCall(name, argument_texts(argument_piece(arguments))[0])]


def _after_space(text: str, start: int) -> int:
    """Return where the next character is that is not white space, or the end."""
    found = _VISIBLE.search(text, start)
    return found.start() if found else len(text)


def _closed(text: str, found: FoundCalls) -> FoundCalls:
    """Skip the closing tags after calls."""
    end = found.end
    while closer := _CLOSER.match(text, end):
        end = closer.end()
    return FoundCalls(found.calls, end)


def _end_of_block(text: str, start: int) -> int:
    """Return where the block ends: at its closing tag, the next call, or the end of the text."""
    closer = _BLOCK_END.search(text, start)
    following = re.compile(rf"{_WRAPPER}|\[TOOL_CALLS\]").search(text, start)
    ends = [match.start() for match in (closer, following) if match]
    return min(ends, default=len(text))
