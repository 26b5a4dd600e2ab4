"""Helpers: minds that do one task each in the background, and give back a result."""

from collections.abc import Sequence

from msgspec.structs import replace

from brain.codec import Json
from brain.jobs.helpers.doubt import doubting
from brain.jobs.helpers.instructions import DOCUMENT, HELPER, PROFILE
from brain.jobs.helpers.live_edits import LiveEdits
from brain.jobs.helpers.shown import ShownToHelper, end_of_talk
from brain.jobs.helpers.tools import helper_tools
from brain.jobs.life.ending import EndsByTool
from brain.jobs.life.outcomes import outcome_of
from brain.jobs.life.specs import FINISH
from brain.jobs.minds import Base
from brain.jobs.model import Job, Mind, MindOutcome, MindRun, Next, Say
from brain.run.messages import Remark
from brain.run.ports import Model
from brain.run.services import Around, Services

WALL_S = 15 * 60.0
READING = (
    "searchDocuments",
    "readDocument",
    "searchEmail",
    "readEmail",
    "searchHistory",
    "recall",
    "readWebPage",
    "searchWeb",
)  # of the owner's tools
REPORT_TASK = "Each part was a task of its own. Bring their results together."


class Helpers:
    """`KindOfJob` of the jobs `helpers` and `room`."""

    wall_s = WALL_S
    can_pause = False

    def __init__(self, base: Base) -> None:
        self._base = base

    async def services(self, job: Job, mind: Mind) -> Services:
        base, allowed = self._base, mind.profile.get("tools")
        names = [name for name in READING if allowed is None or name in allowed]
        own = helper_tools(base.jobs, base.runs, job, mind, base.tell_progress)
        model, around = self._model(job, mind)
        return base.services(
            job,
            mind,
            model=model,
            tools=doubting(
                {**base.owners_tools(names, job.user_id), **base.editing(job, mind), **own}, mind
            ),
            limits=base.limits(job, wall_s=WALL_S),
            instructions=_instructions(job, mind),
            around=(ShownToHelper(base.platform, base.runs, job, mind), *around),
        )

    def _model(self, job: Job, mind: Mind) -> tuple[Model, tuple[Around, ...]]:
        """Return the helper's model, and what has to stand around its runs for it."""
        model: Model = self._base.model(mind.profile, job, mind.id)
        around: tuple[Around, ...] = ()
        if job.document_id is not None:
            platform = self._base.platform
            edits = LiveEdits(
                redis=platform.redis, clock=platform.clock, document_id=job.document_id
            )
            model, around = edits.watching(model), (edits,)
        return EndsByTool(model, tool=FINISH.name, field="result"), around

    async def first(self, job: Job, mind: Mind) -> Next:
        context: tuple[Remark, ...] = ()
        if job.request.get("context") == "talk":
            context = await end_of_talk(
                self._base.platform.store, self._base.platform.log, job.user_id
            )
        return Say(text=mind.brief or mind.label, message_id="start", context=context)

    async def ended(self, job: Job, mind: Mind, run: MindRun) -> Next:
        return outcome_of(run)

    async def cut(self, job: Job, mind: Mind, run: MindRun | None) -> MindOutcome:
        if run is None:
            return MindOutcome(status="failed", reason="time")
        return replace(outcome_of(run), status="failed", reason="time")

    def report_task(self, job: Job, minds: Sequence[Mind]) -> str:
        return REPORT_TASK if len(minds) > 1 else ""

    async def figures(self, job: Job, minds: Sequence[Mind], filed: Json) -> Json:
        return {}


def _instructions(job: Job, mind: Mind) -> str:
    added = str(mind.profile.get("instructions") or "").strip()
    parts = [
        HELPER,
        DOCUMENT.format(job.document_id) if job.document_id else "",
        PROFILE.format(added) if added else "",
    ]
    return "\n\n".join(part for part in parts if part)


def kind(base: Base) -> Helpers:
    """Return the kind of the jobs `helpers`."""
    return Helpers(base)
