"""The mind that writes the report of a job. It gets the results as text, and has one tool."""

from collections.abc import Sequence

from msgspec.structs import replace

from brain.errors import ToolFault
from brain.jobs.gate import ReportGate
from brain.jobs.helpers.instructions import REPORTER
from brain.jobs.life.ending import EndsByTool
from brain.jobs.life.reports import false_count, tokens_for_report
from brain.jobs.life.specs import FILE_REPORT
from brain.jobs.minds import Base
from brain.jobs.model import Job, Mind
from brain.run.limits import Limits
from brain.run.services import Services
from brain.tools.invocations import Tool, ToolInvocation, ToolResult

WALL_S = 5 * 60.0
LOOPS = 5  # it may be told once or twice what is wrong with its report


def reporter(base: Base, job: Job, minds: Sequence[Mind], known: frozenset[int]) -> Services:
    """Return the services of a job's reporter. `known` are the counts that it may state."""

    async def file(invocation: ToolInvocation) -> ToolResult:
        given = invocation.arguments
        if wrong := false_count((given["headline"], given["summary"]), job, known):
            raise ToolFault(wrong)
        return ToolResult(text="Filed.")

    async def is_due() -> bool:
        now = await base.jobs.job(job.user_id, job.id)
        return now is not None and now.status == "summarising"

    return base.alone(
        model=EndsByTool(base.model({}, job), tool=FILE_REPORT.name, field="headline"),
        tools={FILE_REPORT.name: Tool(spec=FILE_REPORT, run=file)},
        limits=_limits(base, job, minds),
        instructions=REPORTER,
        around=(ReportGate(runs=base.runs, is_due=is_due),),
    )


def _limits(base: Base, job: Job, minds: Sequence[Mind]) -> Limits:
    limits = base.limits(job, wall_s=WALL_S)
    return replace(limits, loops=LOOPS, tokens=max(tokens_for_report(job, minds), 1))
