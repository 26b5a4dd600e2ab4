"""A helper's own tools: they keep what it finds, and end its task."""

from collections.abc import Awaitable, Callable

from brain.codec import clean
from brain.jobs.life.specs import FINISH, NOTE_PROGRESS, NOTE_RESULT
from brain.jobs.model import Job, Mind, ProgressNote
from brain.jobs.ports import JobStore, MindRuns
from brain.tools.invocations import Tool, ToolInvocation, ToolResult

type TellProgress = Callable[[Job, Mind, ProgressNote, str], Awaitable[None]]


def helper_tools(
    jobs: JobStore, runs: MindRuns, job: Job, mind: Mind, tell: TellProgress
) -> dict[str, Tool]:
    """Return the tools by name. `tell` tells the owner how far the mind is."""

    async def note_result(invocation: ToolInvocation) -> ToolResult:
        text, foreign = invocation.arguments["text"], invocation.tainted
        await jobs.note(mind.id, result=text, foreign=foreign)
        return ToolResult(text="Kept.")

    async def note_progress(invocation: ToolInvocation) -> ToolResult:
        text, share = clean(invocation.arguments["text"]), invocation.arguments.get("share")
        note = ProgressNote(number=mind.number, text=text, share=share, foreign=invocation.tainted)
        if await runs.note_progress(job.id, note):
            await tell(job, mind, note, invocation.idempotency_key)
        return ToolResult(text="Noted.")

    tools = (
        Tool(spec=NOTE_RESULT, run=note_result),
        Tool(spec=NOTE_PROGRESS, run=note_progress),
        Tool(spec=FINISH, run=finish),
    )
    return {tool.spec.name: tool for tool in tools}


async def finish(invocation: ToolInvocation) -> ToolResult:
    """Do nothing: the journal has the arguments, and the run ends with them."""
    return ToolResult(text="Your task has ended.")
