"""Checks every request that a test sends to a model by the rules of the strictest servers."""

import re
from collections.abc import Sequence

from brain.run.ports import CARRIED, Prompt
from local.model.directions import Json
from local.model.strict import broken

TIME = re.compile(r"\n\[It is [A-Z][a-z]+day, \d{4}-\d\d-\d\d \d\d:\d\d [^\]]+\.\]")

_broken: list[str] = []  # since the last test
# Hashes of the prompts that break no rule: the simulator sends most of its prompts many times.
_accepted: set[int] = set()
MOST_ACCEPTED = 1_000_000  # of them; some 100 MB


def check(request: Json) -> None:
    """Remember which rules the request breaks; the test then fails at its end."""
    _broken.extend(f"{rule}: {reason}" for rule, reason in broken(request).items())


def request_of(prompt: Prompt) -> Json:
    """Return the request without what the adapter puts into its place."""
    messages = [{k: v for k, v in m.items() if k != CARRIED} for m in prompt.messages]
    return {"messages": messages, "tools": list(prompt.tools)}


def check_prompt(prompt: Prompt) -> None:
    """Check a prompt, and a shorter one made of it, unless the same one was checked before."""
    messages = str(prompt.messages)
    known = hash((messages, str(prompt.tools)))
    if known in _accepted:
        return
    before = len(_broken)
    for each in (prompt, prompt.shorter(len(messages) * 2 // 3)):
        if each is not None:
            check(request_of(each))
    if len(_broken) == before:
        if len(_accepted) >= MOST_ACCEPTED:
            _accepted.clear()
        _accepted.add(known)


def texts(prompt: Prompt) -> list[str]:
    """Return the contents of the messages, without the times of the user's texts."""
    return [TIME.sub("", message["content"] or "") for message in prompt.messages]


def take_broken() -> Sequence[str]:
    """Return the broken rules, and forget them."""
    found = list(_broken)
    _broken.clear()
    return found
