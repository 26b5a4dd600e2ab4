"""The scripted model's help with instructions: it adds the user's wish as a line of its own."""

import re
from collections.abc import Sequence

from local.model.directions import Json, Reply

_ASKED = re.compile(
    r"<instructions>\n(?P<instructions>.*)\n</instructions>.*<wish>\n(?P<wish>.*)\n</wish>",
    re.DOTALL,
)
NONE = "(none yet)"


def help_with_instructions(messages: Sequence[Json]) -> Reply | None:
    """Return the answer if the last message asks for this help."""
    asked = _ASKED.fullmatch(str(messages[-1].get("content"))) if messages else None
    if asked is None:
        return None
    wish = asked["wish"].strip()
    lines = [] if asked["instructions"] == NONE else [asked["instructions"], ""]
    lines += [wish, "=== CHANGES ===", f"- Added: {wish}"]
    return Reply(text="\n".join([*lines, "=== QUESTIONS ===", "- Does this always hold?"]))
