"""Helpers whose task was written by a run that had read text by others.

The task may be theirs then. So such a helper is mistrusted from its beginning: what it writes is
marked as text by others, and it opens an address only if the user named it, or if it stands in
what the helper itself has read. An address that only the task names may carry what the run knew.
"""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from brain.codec import Json
from brain.jobs.model import Mind
from brain.tools.invocations import Tool, ToolInvocation, ToolResult

FOREIGN = "foreign"  # in a job's request and in a mind's profile: others may have worded it
NAMED = "named"  # in a mind's profile: the words of the user that may be addresses
MOST_NAMED = 20
MOST_CHARS = 2_000  # of one; no longer address is opened


def doubtful(user_words: Iterable[str]) -> Json:
    """Return what is added to the profile of a helper whose task others may have worded."""
    words = (word for text in user_words for word in text.split())
    named = [word for word in words if "." in word and len(word) <= MOST_CHARS]
    return {FOREIGN: True, NAMED: list(dict.fromkeys(reversed(named)))[:MOST_NAMED]}


def doubting(tools: Mapping[str, Tool], mind: Mind) -> dict[str, Tool]:
    """Return the tools as this helper has them: those of a tainted run if its task is doubtful."""
    if not mind.profile.get(FOREIGN):
        return dict(tools)
    return {name: _doubting(tool, mind) for name, tool in tools.items()}


def _doubting(tool: Tool, mind: Mind) -> Tool:
    task = (mind.brief or mind.label).strip()
    named = tuple(mind.profile.get(NAMED) or ())

    async def run(invocation: ToolInvocation) -> ToolResult:
        said = (text for text in invocation.user_words if task not in text)
        return await tool.run(replace(invocation, tainted=True, user_words=(*said, *named)))

    return replace(tool, run=run)
