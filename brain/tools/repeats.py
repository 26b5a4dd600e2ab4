"""Recognises a model that makes the same failing call again and again."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from brain.tools.decoding import ArgumentsUnreadable, decode
from brain.tools.spec import ToolCall, ToolSpec

MOST = 3  # answers in a row with the same failing call; one more would change nothing


def repeated(failures: Iterator[Iterable[ToolCall]], specs: Mapping[str, ToolSpec]) -> str | None:
    """Return the tool of a call that failed in each of the newest MOST answers; None if none did.

    `failures` are the failed calls of each answer, the newest first. Calls are the same with the
    same tool and the same arguments. All unreadable arguments count as the same, and so do all
    unknown tools, whose name is empty.
    """
    rounds = [{_identity(call, specs) for call in calls} for calls in islice(failures, MOST)]
    same = set.intersection(*rounds) if len(rounds) == MOST else set()
    return min(name for name, _ in same) if same else None


def _identity(call: ToolCall, specs: Mapping[str, ToolSpec]) -> tuple[str, str]:
    if call.name not in specs:
        return "", ""
    try:
        return call.name, json.dumps(decode(call.arguments), sort_keys=True)
    except ArgumentsUnreadable:
        return call.name, ""
