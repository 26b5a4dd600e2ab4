"""Which calls of a front end's own tools wait for the user's approval.

They act on the user's device, so they normally run without a question. But a front end that opens
an address tells its owner everything that is in it. In a tainted run the address may come from text
by third parties, and carry what the run knows.
"""

import json
from collections.abc import Iterator
from typing import Any

from brain.codec import Json
from brain.texts.addresses import holds_address, was_said
from brain.texts.plain import plain_line, plain_text
from brain.tools.invocations import Proposal, ToolInvocation

OPENS = "openpage"  # the tool whose whole argument is an address, however it is written


def proposal(invocation: ToolInvocation) -> Proposal | None:
    """Return what to ask before the call; None if the front end may run it at once.

    An address that the user has said needs no question.
    """
    if not invocation.tainted:
        return None
    name = invocation.call.name
    opens = name.replace("_", "").casefold() == OPENS
    texts = [text for text in _texts(invocation.arguments) if opens or holds_address(text)]
    if all(was_said(text, invocation.user_words) for text in texts):
        return None
    plain: Json = _plain(invocation.arguments)
    question = invocation.texts.ask_front_end(name, [*plain], [*map(_shown, plain.values())])
    return Proposal(question=question, foreign=True, arguments=plain)


def _plain(value: Any) -> Any:
    """Return the value without what the question could not show: the call has what was approved."""
    match value:
        case str():
            return plain_text(value)
        case dict():
            return {plain_line(name): _plain(one) for name, one in value.items()}
        case list():
            return [_plain(one) for one in value]
        case _:
            return value


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _texts(arguments: Json) -> Iterator[str]:
    """Yield all texts in the arguments, and the names of fields inside them."""
    waiting: list[object] = [*arguments.values()]
    while waiting:
        match waiting.pop():
            case str(text) if text.strip():
                yield text
            case dict() as fields:
                waiting += [*fields.values(), *fields]
            case list() as items:
                waiting += items
            case _:
                pass
