"""Rehearsals as a kind of job: simulated users talk to the real brain, in worlds of their own."""

from collections.abc import Callable, Sequence

from brain.cloud.world import NotInThisWorld
from brain.codec import Json
from brain.errors import ModelFault
from brain.jobs.life.outcomes import early
from brain.jobs.minds import Base
from brain.jobs.model import Job, Mind, MindEnd, MindOutcome, MindRun, Next, Reason, Say
from brain.jobs.ports import KindOfJob
from brain.jobs.rehearsals import reporting
from brain.jobs.rehearsals.ending import outcome_of_end
from brain.jobs.rehearsals.player import Move, breaks_card, may_end
from brain.jobs.rehearsals.playing import say_id, turns_of
from brain.jobs.rehearsals.ports import WORLD
from brain.jobs.rehearsals.stage import Stage
from brain.jobs.rules import mind_id
from brain.run.messages import Decision, LogEntry, Message, Question
from brain.run.services import Services

WALL_S = 600.0  # seconds: enough for 25 turns of the brain and as many of the player

UNREADABLE = MindOutcome(status="invalid", reason="world")  # its scenario is of another version


def kind(base: Base) -> KindOfJob:
    """Return the rehearsals."""
    return Rehearsals(base)


class Rehearsals:
    """What is special about rehearsals."""

    wall_s = WALL_S
    can_pause = True

    def __init__(self, base: Base, *, stage: Callable[..., Stage] = Stage) -> None:
        """`stage` makes the parts of one rehearsal."""
        self._base = base
        self._make = stage

    async def services(self, job: Job, mind: Mind) -> Services:
        """Return the real brain in its world. Raises NotInThisWorld, DatabaseUnreachable."""
        return await self._stage(job, mind).services()

    async def first(self, job: Job, mind: Mind) -> Next:
        """Fill the world, and return the player's opening.

        After a crash it is filled again, which changes nothing; once the opening was said it is
        left alone, because the brain may have changed it since.
        """
        stage = self._stage(job, mind)
        if not stage.is_readable:
            return UNREADABLE
        try:
            if not await stage.playing.log():
                await stage.within(tokens=1).seed()
            return self._say(stage, stage.scenario.opening, 0)
        except NotInThisWorld:
            return await outcome_of_end(stage, [], "world", status="invalid")

    async def ended(self, job: Job, mind: Mind, run: MindRun) -> Next:
        """Keep the run's journal; then let the front end or the player answer, or end it."""
        stage = self._stage(job, mind)
        if not stage.is_readable:
            return UNREADABLE
        log = await stage.playing.log()
        await stage.keep(run, log)
        if any(step.run_id == WORLD for step in await stage.kept.steps(mind.id)):
            return await self._end(stage, run, log, "world", status="invalid")
        if run.reason:
            status, reason = early(run.reason)
            return await self._end(stage, run, log, reason, status=status)
        if (asked := _front_ends(log)) is not None and await stage.has_tokens():
            return await self._front_end(stage, asked)
        return None if mind.status == "paused" else await self._next(stage, run, log)

    async def cut(self, job: Job, mind: Mind, run: MindRun | None) -> MindOutcome:
        """Return the outcome of a rehearsal that is out of time."""
        stage = self._stage(job, mind)
        if not stage.is_readable:
            return UNREADABLE
        log = await stage.playing.log()
        if run is not None:
            await stage.keep(run, log)
        return await outcome_of_end(stage, log, "time", status="failed")

    def report_task(self, job: Job, minds: Sequence[Mind]) -> str:
        """Return what the reporter is asked."""
        return reporting.report_task(minds)

    async def figures(self, job: Job, minds: Sequence[Mind], filed: Json) -> Json:
        """Return the figures of a report, its comparison, and the revised instructions."""
        kept = self._stage(job, minds[0]).kept
        before = None
        if (other := job.compared_with) is not None:
            before = other, await self._base.jobs.minds(job.user_id, other)
        labels = await kept.labels(job.user_id)
        return reporting.figures(minds, filed, labels=labels, before=before)

    def _stage(self, job: Job, mind: Mind) -> Stage:
        return self._make(base=self._base, job=job, mind=mind, wall_s=WALL_S)

    async def _next(self, stage: Stage, run: MindRun, log: Sequence[LogEntry]) -> Next:
        """Let the player speak, or end the rehearsal."""
        await stage.mark_heard(log)
        if turns_of(log) >= stage.scenario.max_turns:
            return await self._end(stage, run, log, "maxMessages")
        if not await stage.has_tokens():
            return await self._end(stage, run, log, "tokens", status="failed")
        if not await stage.is_in("running"):  # stopped or paused since: nobody is asked
            return None
        try:
            move = await stage.playing.move(log)
        except ModelFault as fault:
            reason = early(fault.refusal or "model")[1]
            return await self._end(stage, run, log, reason, status="failed")
        if move is None or breaks_card(move.text, stage.scenario):
            return await self._once_more(stage, run, log)
        if may_end(move, log[-1] if log else None):
            return await self._end(stage, run, log, "goal" if move.done else "gaveUp")
        if not await stage.has_tokens():
            return await self._end(stage, run, log, "tokens", status="failed")
        return await self._answer(stage, log, move)

    async def _end(
        self,
        stage: Stage,
        run: MindRun,
        log: Sequence[LogEntry],
        reason: Reason,
        *,
        status: MindEnd = "complete",
    ) -> Next:
        """Return the outcome of a rehearsal that ends after this run.

        A text of the user may have come since. Then it is not over: that text is answered first.
        """
        if not await self._base.runs.close(stage.mind.id, run.run_id):
            return "again"
        return await outcome_of_end(stage, log, reason, status=status)

    async def _answer(self, stage: Stage, log: Sequence[LogEntry], move: Move) -> Say:
        turn = turns_of(log)
        await stage.playing.wait(turn, is_answer=_question(log[-1:]) is not None)
        return self._say(stage, move.text, turn)

    def _say(self, stage: Stage, text: str, turn: int) -> Say:
        return Say(
            text=stage.playing.heard_by_brain(text, turn),
            message_id=say_id(turn),
            client_tools=stage.client_tools,
        )

    async def _front_end(self, stage: Stage, message: Message) -> Say:
        """Return what the world's front end answers to a call."""
        asked = message.question
        assert asked is not None
        result = await stage.doings.answer(asked.tool, message.id, asked.arguments, message.seq)
        decision = Decision(
            question_id=message.id,
            verdict="answer",
            tool=asked.tool,
            arguments=asked.arguments,
            result=result,
            foreign=message.foreign,
        )
        texts = await self._base.platform.languages.texts(stage.mind.id, None)
        return Say(
            text=texts.RESULT,
            message_id=f"answer-{message.id}",
            decision=decision,
            client_tools=stage.client_tools,
        )

    async def _once_more(self, stage: Stage, run: MindRun, log: Sequence[LogEntry]) -> Next:
        """Play it once more with the next seed and a log of its own, because the player broke its
        card. The second time it is invalid.
        """
        mind, job = stage.mind, stage.job
        if mind.attempt:
            return await self._end(stage, run, log, "player", status="invalid")
        if not await self._base.runs.close(mind.id, run.run_id):
            return "again"
        new_id = mind_id(job.id, mind.number, 1)
        # If it was done before, or the mind was stopped, the row says so as well.
        await self._base.jobs.again(mind.id, new_id=new_id, seed=stage.seed + 1)
        return "again"


def _question(last: Sequence[LogEntry]) -> Question | None:
    """Return the question for the user that the log ends with, if it does."""
    asked = last[-1].question if last and isinstance(last[-1], Message) else None
    return asked if asked is not None and asked.whom == "user" else None


def _front_ends(log: Sequence[LogEntry]) -> Message | None:
    """Return the question to the front end that the log ends with, if it does."""
    last = log[-1] if log else None
    if isinstance(last, Message) and last.question is not None and last.question.whom == "client":
        return last
    return None
