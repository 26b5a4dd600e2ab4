"""What the strictest common servers and chat templates accept of a request, as rules with names.

The scripted model refuses a request that breaks a rule. So every test that reaches it also checks
the requests, and a request that passes here is taken by servers of any kind.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from local.model.directions import Json

FIELDS = {"model", "messages", "tools", "stream", "stream_options", "reasoning_effort"} | {
    # Only where a mind's profile sets them. A server that rejects one is asked again without it.
    "temperature", "max_tokens", "max_completion_tokens", "stop", "seed",
}  # fmt: skip
CARRIED = {"reasoning_content", "reasoning", "reasoning_details"}
MESSAGE_FIELDS = {
    "system": {"role", "content"},
    "user": {"role", "content"},
    "assistant": {"role", "content", "tool_calls", *CARRIED},
    "tool": {"role", "content", "tool_call_id"},
}
CALL_FIELDS = {"id", "type", "function", "extra_content"}
SCHEMA_FIELDS = {
    "type", "description", "properties", "required", "items", "enum", "minimum", "maximum",
    "minLength", "maxLength", "minItems", "maxItems",
}  # fmt: skip
LENGTHS = ("minLength", "maxLength", "minItems", "maxItems")
TYPES = {"object", "array", "string", "number", "integer", "boolean"}
LARGEST = 256  # of a length or a number of items
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ID = re.compile(r"[A-Za-z0-9]{9}")

type Rule = Callable[[Json], Iterator[str]]


def broken(request: Json) -> dict[str, str]:
    """Return the rules that the request breaks, each with a reason."""
    found = {name: next(rule(request), None) for name, rule in RULES.items()}
    return {name: reason for name, reason in found.items() if reason is not None}


def one_system(request: Json) -> Iterator[str]:
    """There is one system message, the first."""
    roles = [message["role"] for message in request["messages"]]
    if roles[:1] != ["system"] or "system" in roles[1:]:
        yield f"the roles are {' '.join(roles[:9])}"


def begins_with_user(request: Json) -> Iterator[str]:
    """A user message comes after it."""
    if [message["role"] for message in _talk(request)[:1]] != ["user"]:
        yield "no user message comes first"


def alternation(request: Json) -> Iterator[str]:
    """Without tool results and messages with calls, user and assistant take turns."""
    said = [m["role"] for m in _talk(request) if m["role"] != "tool" and not m.get("tool_calls")]
    if any(one == two for one, two in pairwise(said)):
        yield f"the roles are {' '.join(said)}"
    for one, two in _pairs(request):
        if one["role"] == two["role"] == "assistant" and not one.get("tool_calls"):
            yield "the assistant speaks twice in a row"


def results(request: Json) -> Iterator[str]:
    """The results of a message's calls stand right after it, in the order of the calls."""
    waiting: list[str] = []
    for message in (*_talk(request), {"role": "end"}):
        if message["role"] == "tool":
            if waiting[:1] != [message["tool_call_id"]]:
                yield "a result stands in another place than its call"
            waiting = waiting[1:]
            continue
        if waiting:
            yield "a call has no result"
        waiting = [call["id"] for call in message.get("tool_calls", ())]


def after_results(request: Json) -> Iterator[str]:
    """The assistant comes after tool results."""
    for one, two in _pairs(request):
        if one["role"] == "tool" and two["role"] not in ("tool", "assistant"):
            yield f"a message of {two['role']} comes after a result"


def last(request: Json) -> Iterator[str]:
    """The last message is the user's or a tool result."""
    if request["messages"] and request["messages"][-1]["role"] == "assistant":
        yield "the last message is the assistant's"


def ids(request: Json) -> Iterator[str]:
    """Call ids are nine letters or digits, unique in the request."""
    found = [call["id"] for call in _calls(request)]
    yield from (f"an id is {id!r}" for id in found if not ID.fullmatch(id))
    if len(set(found)) < len(found):
        yield "an id stands twice"


def names(request: Json) -> Iterator[str]:
    """Names of calls and tools are legal."""
    tools = [tool["function"]["name"] for tool in request.get("tools", ())]
    for name in (*tools, *(call["function"]["name"] for call in _calls(request))):
        if not NAME.fullmatch(name):
            yield f"a name is {name!r}"


def arguments(request: Json) -> Iterator[str]:
    """The arguments of a call are the text of a JSON object."""
    for call in _calls(request):
        text = call["function"]["arguments"]
        try:
            value = json.loads(text, parse_constant=lambda name: name)
            if not isinstance(value, dict):
                yield f"the arguments are {text[:40]}"
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            yield f"the arguments are {text[:40]}"


def no_blank(request: Json) -> Iterator[str]:
    """No text is empty or white space; a text beside calls may be null."""
    for message in request["messages"]:
        content = message["content"]
        if isinstance(content, str) and not content.strip():
            yield f"a text of {message['role']} is blank"
        if not isinstance(content, str) and not (content is None and message.get("tool_calls")):
            yield f"a text of {message['role']} is missing"
        if message.get("tool_calls") == []:
            yield "a list of calls is empty"


def fields(request: Json) -> Iterator[str]:
    """Everything has documented fields only."""
    yield from _others("the request", request, FIELDS)
    for message in request["messages"]:
        yield from _others(message["role"], message, MESSAGE_FIELDS[message["role"]])
    for call in _calls(request):
        yield from _others("a call", call, CALL_FIELDS)
        yield from _others("a call's function", call["function"], {"name", "arguments"})
    for tool in request.get("tools", ()):
        yield from _others("a tool", tool, {"type", "function"})
        allowed = {"name", "description", "parameters"}
        yield from _others("a tool's function", tool["function"], allowed)


def tool_shape(request: Json) -> Iterator[str]:
    """Each tool has a description, and parameters with at least one property."""
    for tool in request.get("tools", ()):
        function = tool["function"]
        parameters = function.get("parameters") or {}
        if not function.get("description", "").strip():
            yield f"{function['name']} has no description"
        if parameters.get("type") != "object" or not parameters.get("properties"):
            yield f"{function['name']} has no parameters"


def schema(request: Json) -> Iterator[str]:
    """Schemas have the keywords that all servers take."""
    for path, node in _schemas(request):
        for name in sorted(set(node) - SCHEMA_FIELDS):
            yield f"{path} has {name}"
        if not isinstance(node.get("type"), str) or node["type"] not in TYPES:
            yield f"{path} has the type {node.get('type')!r}"
        words = node.get("enum", ["word"])
        if not words or not all(isinstance(word, str) and word for word in words):
            yield f"{path} has an enum of other things than words"
        if ("enum" in node and node["type"] != "string") or (
            node.get("type") == "array" and "items" not in node
        ):
            yield f"{path} is not whole"
        if set(node.get("required", ())) - set(node.get("properties", ())):
            yield f"{path} requires what is no property"


def bounds(request: Json) -> Iterator[str]:
    """Lengths and numbers of items are small."""
    for path, node in _schemas(request):
        yield from (f"{path} has a large {key}" for key in LENGTHS if node.get(key, 0) > LARGEST)


RULES: dict[str, Rule] = {
    "one-system": one_system,
    "begins-with-user": begins_with_user,
    "alternation": alternation,
    "results": results,
    "after-results": after_results,
    "last": last,
    "ids": ids,
    "names": names,
    "arguments": arguments,
    "no-blank": no_blank,
    "fields": fields,
    "tool-shape": tool_shape,
    "schema": schema,
    "bounds": bounds,
}


def _talk(request: Json) -> list[Json]:
    return [message for message in request["messages"] if message["role"] != "system"]


def _pairs(request: Json) -> Iterator[tuple[Json, Json]]:
    talk = _talk(request)
    yield from pairwise(talk)


def _calls(request: Json) -> list[Json]:
    return [call for message in request["messages"] for call in message.get("tool_calls") or ()]


def _others(what: str, value: Json, allowed: set[str]) -> Iterator[str]:
    yield from (f"{what} has {name}" for name in sorted(set(value) - allowed))


def _schemas(request: Json) -> Iterator[tuple[str, Json]]:
    """Yield all schemas in the tools' parameters with their paths."""
    waiting = [
        (t["function"]["name"], t["function"]["parameters"]) for t in request.get("tools", ())
    ]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        inner: Sequence[tuple[str, Json]] = list(node.get("properties", {}).items())
        waiting += [(f"{path}.{name}", one) for name, one in inner]
        waiting += [(f"{path}[]", node["items"])] if "items" in node else []
