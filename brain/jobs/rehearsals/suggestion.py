"""Applies the changes that a report suggests to the instructions that were tried."""

from collections.abc import Sequence

from brain.codec import Json

MAX_CHARS = 20_000  # of instructions


def revised(instructions: str, edits: Sequence[Json]) -> str | None:
    """Return the instructions with the edits, in their order.

    An edit whose `find` is null adds a line at the end. None if a `find` does not stand there
    exactly once, if the result is too long, or if nothing would change.
    """
    text = instructions
    for edit in edits:
        find, replace = edit.get("find"), edit.get("replace") or ""
        if not find:
            text = "\n".join(part for part in (text.rstrip(), replace.strip()) if part)
        elif text.count(find) == 1:
            text = text.replace(find, replace)
        else:
            return None
    return text if text != instructions and len(text) <= MAX_CHARS else None
