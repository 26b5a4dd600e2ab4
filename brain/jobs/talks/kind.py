"""The kind of job in which characters talk to each other, and the user listens."""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from brain.codec import Json
from brain.jobs.life.outcomes import early, spent
from brain.jobs.minds import Base
from brain.jobs.model import Job, Mind, MindEnd, MindOutcome, MindRun, Next, Reason, Say
from brain.jobs.talks.rules import START, Cast, Character, TalkLine, is_repeating, spoken, written
from brain.jobs.talks.speaking import END_TALK, EndTalk, Pausing, Speaking, ending
from brain.run.journal import Answered
from brain.run.messages import LogEntry
from brain.run.ports import Model
from brain.run.services import Services

WALL_S = 600.0  # seconds
LOOPS = 40  # model calls; more than messages, for answers without words
ENTRIES = 100  # of a talk's log: its messages, and what the listener says
RESULT_CHARS = 20_000
TASK = """\
Some characters have talked about a question; you are shown each talk whole. Weigh it in two \
sentences for the person who asked: which reason weighed most on each side, and what follows. \
The headline is the answer to their question in one sentence. The question: {}"""


class TalkKind(Struct, frozen=True, kw_only=True):
    """`KindOfJob` for talks."""

    base: Base
    wall_s: float = WALL_S
    can_pause: bool = True

    async def services(self, job: Job, mind: Mind) -> Services:
        """Return the services of a talk: each loop asks the next character's own model."""
        speaking = Speaking(
            cast=Cast.of(mind.profile, mind.goal),
            entries=lambda: self._entries(mind),
            model_of=partial(self._model_of, job, mind),
        )
        wall_s = self.wall_s + await self._paused_s(mind)
        return self.base.services(
            job,
            mind,
            model=speaking,
            tools={END_TALK.spec.name: END_TALK},
            limits=replace(self.base.limits(job, wall_s=wall_s), loops=LOOPS),
            instructions="",
            around=(Pausing(jobs=self.base.jobs),),
        )

    async def first(self, job: Job, mind: Mind) -> Next:
        """Return the opening, which the first character says, or else the goal."""
        cast = Cast.of(mind.profile, mind.goal)
        return Say(text=cast.opening or cast.goal, message_id=START)

    async def ended(self, job: Job, mind: Mind, run: MindRun) -> Next:
        """Settle the talk: one run is one talk."""
        if mind.status == "paused":
            return None
        cast = Cast.of(mind.profile, mind.goal)
        lines = cast.lines(await self._entries(mind))
        reason, reached = _why(run, cast, lines)
        status: MindEnd = early(run.reason)[0] if run.reason else "complete"
        outcome = self._outcome(run, lines)
        return replace(outcome, status=status, reason=reason, goal_reached=reached)

    async def cut(self, job: Job, mind: Mind, run: MindRun | None) -> MindOutcome:
        """Keep what was said."""
        lines = Cast.of(mind.profile, mind.goal).lines(await self._entries(mind))
        return self._outcome(run, lines)

    def report_task(self, job: Job, minds: Sequence[Mind]) -> str:
        """Ask for a balance of two sentences."""
        return TASK.format(minds[0].goal if minds else job.title)

    async def figures(self, job: Job, minds: Sequence[Mind], filed: Json) -> Json:
        """Talks have none."""
        return {}

    def _outcome(self, run: MindRun | None, lines: Sequence[TalkLine]) -> MindOutcome:
        tokens_in, tokens_out, usd = spent(run.journal if run else ())
        return MindOutcome(
            status="failed",
            reason="time",
            result=written(lines, most=RESULT_CHARS) or None,
            foreign=run.is_tainted if run else False,
            turns=spoken(lines),
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            usd=usd,
        )

    async def _paused_s(self, mind: Mind) -> float:
        """Return for how many seconds the talk was paused in all: its run has not noticed.

        Each pause has moved the beginning in the mind's row, and not that of its run.
        """
        run = await self.base.runs.last(mind.id)
        if run is None or mind.started_at is None:
            return 0.0
        return max(0.0, mind.started_at.timestamp() - run.spent.started_ms / 1000)

    async def _entries(self, mind: Mind) -> Sequence[LogEntry]:
        return (await self.base.store.read(mind.id, since=0, limit=ENTRIES)).entries

    def _model_of(self, job: Job, mind: Mind, character: Character) -> Model:
        return self.base.model(character.profile, job, mind.id)


def _why(run: MindRun, cast: Cast, lines: Sequence[TalkLine]) -> tuple[Reason, bool | None]:
    """Return why a talk ended, and whether its goal was reached as far as the characters say."""
    if run.reason:
        return early(run.reason)[1], None
    if (end := _end_of(run)) is not None:
        return ("goal", True) if end.reached else ("gaveUp", False)
    if spoken(lines) < cast.most and is_repeating(lines):
        return "repeats", None
    return "maxMessages", None


def _end_of(run: MindRun) -> EndTalk | None:
    answers = (entry for entry in run.journal if isinstance(entry, Answered))
    calls = (call for answer in answers for call in answer.calls)
    return next((end for call in calls if (end := ending(call))), None)


def kind(base: Base) -> TalkKind:
    """Return the kind."""
    return TalkKind(base=base)
