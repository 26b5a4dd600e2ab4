"""Ends a rehearsal: lets the judge vote, decides the outcome, and says what there was."""

import logging
from collections.abc import Sequence

from msgspec import Struct

from brain.codec import Json
from brain.errors import ModelFault
from brain.jobs.model import UNSETTLED, MindEnd, MindOutcome, Reason
from brain.jobs.rehearsals.judge import Ballot, ballots_of, judge_prompt, rubric_verdicts
from brain.jobs.rehearsals.player import cost_of
from brain.jobs.rehearsals.playing import Cost, turns_of
from brain.jobs.rehearsals.stage import Stage
from brain.jobs.rehearsals.verdict import Rehearsed, transcript_of, verdict_of
from brain.run.messages import LogEntry, Message

VOTES = 3  # calls of the judge
JUDGE_S = 90.0  # seconds for one call of the judge, retries included
TALK_CHARS = 8_000  # of the talk in a result: the reporter reads ten of them

logger = logging.getLogger(__name__)


class _Judged(Struct, frozen=True, kw_only=True):
    """What the judge said, and what all calls of the rehearsal have cost with it."""

    ballots: Sequence[Sequence[Ballot]]
    cost: Cost


async def outcome_of_end(
    stage: Stage, log: Sequence[LogEntry], reason: Reason, *, status: MindEnd = "complete"
) -> MindOutcome:
    """Return the outcome of a rehearsal. One that could not be played to its end has no verdict.

    A rehearsal that came to its end is complete, whatever its verdict. Raises DatabaseUnreachable.
    """
    judged = await _judged(stage, log, status)
    verdict = None
    if status in ("complete", "invalid"):
        verdict = await _verdict(stage, log, judged.ballots, is_broken=status == "invalid")
    return MindOutcome(
        status=status,
        reason=reason,
        result=_result(log, verdict),
        foreign=any(isinstance(entry, Message) and entry.foreign for entry in log),
        goal_reached={"goal": True, "gaveUp": False}.get(reason),
        turns=turns_of(log),
        tokens_in=judged.cost.tokens_in,
        tokens_out=judged.cost.tokens_out,
        usd=judged.cost.usd,
        verdict=verdict,
    )


async def _judged(stage: Stage, log: Sequence[LogEntry], status: MindEnd) -> _Judged:
    """Ask the judge three times, as long as there are tokens and no stop. A call that fails gives
    no vote.

    Nobody is asked about a rehearsal that was not played to its end. Without three votes the lines
    stay unsure.
    """
    rubric, cost = stage.scenario.rubric, await stage.cost()
    ballots: list[list[Ballot]] = []
    if status != "complete" or not rubric:
        return _Judged(ballots=ballots, cost=cost)
    effects = [effect for _, effect in await stage.kept.effects([stage.mind.id])]
    model = stage.model({"temperature": 0.0})

    for vote in range(VOTES):
        if stage.tokens_left(cost) <= 0 or not await stage.is_in(*UNSETTLED):
            break
        prompt, order = judge_prompt(rubric, log, effects, seed=stage.seed, vote=vote)
        try:
            answer = await model.answer(prompt, limit_s=JUDGE_S)
        except ModelFault as fault:
            logger.warning("rehearsal: no vote, mind=%s reason=%s", stage.mind.id, fault)
            continue
        cost = cost.with_call(cost_of(answer))
        ballots.append(ballots_of(answer, order, log))
    return _Judged(ballots=ballots, cost=cost)


async def _verdict(
    stage: Stage,
    log: Sequence[LogEntry],
    ballots: Sequence[Sequence[Ballot]],
    *,
    is_broken: bool,
) -> Json:
    scenario = stage.scenario
    titles = {one.document for one in scenario.expect if one.document is not None}
    played = Rehearsed(
        log=log,
        effects=[effect for _, effect in await stage.kept.effects([stage.mind.id])],
        documents=await stage.documents(titles),
    )
    rubric = rubric_verdicts(scenario.rubric, ballots, votes=VOTES)
    return verdict_of(scenario, played, rubric, is_broken=is_broken)


def _result(log: Sequence[LogEntry], verdict: Json | None) -> str:
    """Say in words how it went: the outcome, what was not as expected, and the talk."""
    talk = transcript_of(log)[-TALK_CHARS:]
    if verdict is None:
        return f"It could not be played to its end.\n\n{talk}"
    failed = [f"- not as expected: {one['item']}" for one in verdict["expect"] if not one["passed"]]
    lines = [f"- {one['item']}: {one['verdict']}" for one in verdict["rubric"]]
    return "\n".join([f"Outcome: {verdict['outcome']}.", *failed, *lines, "", talk])
