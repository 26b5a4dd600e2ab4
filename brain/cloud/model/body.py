"""Writes the body of a request to a model. Pure.

Tools are three quarters of it, and the same ones in every request: each is written once.
"""

from brain.codec import Json, dumps

MOST_KEPT = 256  # written tools; the brain has 50, front ends bring others. The oldest go first

# By identity, because comparing would cost as much. The tool is kept too, so that no other one
# can have its id. Nobody changes a tool that was sent.
_written: dict[int, tuple[Json, bytes]] = {}


def written(body: Json) -> bytes:
    """Return the JSON of a request, with the tools at its end. Lone surrogates become `?`."""
    tools = body.get("tools")
    if not tools:
        return _json(body)
    rest = _json({key: value for key, value in body.items() if key != "tools"})
    return b'%b,"tools":[%b]}' % (rest[:-1], b",".join(map(_tool, tools)))


def _tool(tool: Json) -> bytes:
    known = _written.get(id(tool))
    if known is None or known[0] is not tool:
        if len(_written) >= MOST_KEPT:
            del _written[next(iter(_written))]
        known = _written[id(tool)] = (tool, _json(tool))
    return known[1]


def _json(value: Json) -> bytes:
    return dumps(value).encode("utf-8", "replace")
