"""How a rehearsal is played: all chance from the seed, and a player that keeps to its card."""

from typing import Any

import pytest
from msgspec.structs import replace

from brain.errors import FaultClass, ModelUnavailable
from brain.jobs.life.outcomes import early
from brain.jobs.life.sweeping import publish_start
from brain.jobs.rehearsals.postgres import PostgresRehearsals
from brain.run.journal import Answered
from brain.run.ports import Prompt
from brain.says.ending import STUCK
from tests.jobs.rehearsals.conftest import MakeStage
from tests.jobs.rehearsals.stage import Cast, approves, call, ends, quit_with

pytestmark = pytest.mark.asyncio(loop_scope="package")

LONG = (
    "please tell everybody in the house that the garden party begins later than we had planned"
    " because heavy rain is coming this afternoon"
)


def wire(opening: str = "hello", **fields: Any) -> dict[str, Any]:
    return {"name": "A talk", "opening": opening, **fields}


def saying(*texts: str) -> Any:
    """A player that says these, one after the other, and then ends."""

    def player(prompt: Prompt) -> Answered:
        said = sum(message["role"] == "assistant" for message in prompt.messages)
        return call("next", text=texts[said - 1]) if said <= len(texts) else ends(prompt)

    return player


def told(prompt: Prompt) -> Answered:
    return quit_with(f"I heard {len(prompt.messages)} things.")


async def test_the_same_seed_gives_the_same_texts_and_verdicts(stage: MakeStage) -> None:
    scenario = wire(
        LONG,
        ear={"noise": 0.25, "cutsOff": 0.5, "talksOver": 0.5},
        expect=[{"said~": "heard"}],
        rubric=["is polite"],
    )
    seen = []
    for seed in (7, 7, 8):
        theatre = stage(Cast(brain=told, player=saying("one more thing please", "and another")))
        job = await theatre.play(theatre.new(scenario, seed=seed))
        [mind] = await theatre.minds(job)
        verdict = {**mind.verdict, "firstWordS": None} if mind.verdict else None
        seen.append((await theatre.texts(mind), verdict))

    assert seen[0] == seen[1]
    assert seen[0] != seen[2]
    [(id, opening), *_] = seen[0][0]
    assert (id, opening != LONG) == ("start", True)


async def test_the_number_of_a_run_changes_its_chance(stage: MakeStage) -> None:
    theatre = stage(Cast(brain=told))
    job = await theatre.play(theatre.new(wire(LONG, ear={"noise": 0.3}), runs=3))
    openings = [(await theatre.texts(mind))[0][1] for mind in await theatre.minds(job)]
    assert len(set(openings)) == 3


async def test_the_texts_of_the_player_are_numbered(stage: MakeStage) -> None:
    cast = Cast(brain=told, player=saying("a", "b", "c"))
    theatre = stage(cast)
    job = await theatre.play(theatre.new(wire()))
    [mind] = await theatre.minds(job)
    assert [id for id, _ in await theatre.texts(mind)] == ["start", "say-1", "say-2", "say-3"]
    assert (mind.turns, mind.ended_reason, mind.goal_reached) == (4, "goal", True)
    assert (mind.tokens_in, mind.tokens_out) == (80 * 8, 20 * 8)


async def test_no_more_texts_than_the_scenario_allows(stage: MakeStage) -> None:
    cast = Cast(brain=told, player=lambda prompt: call("next", text="and then"))
    theatre = stage(cast)
    job = await theatre.play(theatre.new(wire(maxTurns=3)))
    [mind] = await theatre.minds(job)
    assert (mind.status, mind.ended_reason, mind.turns) == ("complete", "maxMessages", 3)
    assert len(cast.prompts["player"]) == 2


async def test_a_player_may_give_up(stage: MakeStage) -> None:
    theatre = stage(Cast(brain=told, player=lambda prompt: call("next", gaveUp=True)))
    job = await theatre.play(theatre.new(wire()))
    [mind] = await theatre.minds(job)
    assert (mind.status, mind.ended_reason, mind.goal_reached) == ("complete", "gaveUp", False)


async def test_a_second_text_joins_while_the_brain_works(stage: MakeStage) -> None:
    def player(prompt: Prompt) -> Answered:
        is_over = "still working" in str(prompt.messages[-1]["content"])
        return call("next", text="and a second thing") if is_over else ends(prompt)

    cast = Cast(brain=told, player=player)
    theatre = stage(cast)
    job = await theatre.play(theatre.new(wire("first thing", ear={"talksOver": 1})))
    [mind] = await theatre.minds(job)

    assert await theatre.texts(mind) == [("start", "first thing"), ("say-1", "and a second thing")]
    shown = [str(prompt.messages) for prompt in cast.prompts["brain"]]
    assert ["a second thing" in each for each in shown] == [False, True]
    assert mind.turns == 2


async def test_the_brain_learns_what_was_cut_off(stage: MakeStage) -> None:
    cast = Cast(
        brain=lambda prompt: quit_with("The museum opens at eleven on Sunday and closes at four."),
        player=saying("when on Sunday?"),
    )
    theatre = stage(cast)
    await theatre.play(theatre.new(wire("the museum", ear={"cutsOff": 1})))

    heard = [m["content"] for m in cast.prompts["player"][0].messages if m["role"] == "user"]
    assert heard[-1].endswith(" …")
    assert "closes at four" not in heard[-1]
    assert "heard" in str(cast.prompts["brain"][1].messages[1:])


@pytest.mark.parametrize("text", ["I am only simulated.", "In a hurry, talks in half sentences."])
async def test_a_broken_player_plays_once_more_with_the_next_seed(
    stage: MakeStage, text: str
) -> None:
    broken = [True]

    def player(prompt: Prompt) -> Answered:
        return call("next", text=text) if broken and broken.pop() else ends(prompt)

    theatre = stage(Cast(brain=told, player=player))
    scenario = wire(person="In a hurry, talks in half sentences.", expect=[{"said~": "heard"}])
    job = await theatre.play(theatre.new(scenario, seed=4))
    [mind] = await theatre.minds(job)

    assert (mind.attempt, mind.seed, mind.id) == (1, 5, f"mind:{job.id}:0-1")
    assert (mind.status, mind.verdict and mind.verdict["outcome"]) == ("complete", "passed")
    assert (job.completed_count, job.failed_count) == (1, 0)
    assert mind.tokens_in == 80 * 4  # of both times


async def test_a_player_that_breaks_twice_makes_the_run_invalid(stage: MakeStage) -> None:
    cast = Cast(brain=told, player=lambda prompt: call("next", text="this is a simulation"))
    theatre = stage(cast)
    job = await theatre.play(theatre.new(wire(), wire(expect=[{"said~": "never said"}])))

    for mind in await theatre.minds(job):
        assert (mind.status, mind.ended_reason, mind.attempt) == ("invalid", "player", 1)
        assert mind.verdict is not None
        assert mind.verdict["outcome"] == "invalid"
    assert job.report is not None
    assert job.report["metrics"]["invalid"] == 2
    assert job.report["metrics"]["passRate"] is None
    assert "judge" not in cast.prompts


async def test_a_judge_that_cannot_be_reached_leaves_the_lines_unsure(stage: MakeStage) -> None:
    def judge(prompt: Prompt) -> Any:
        return ModelUnavailable("away", fault=FaultClass.MOMENT)

    theatre = stage(Cast(brain=told, judge=judge))
    job = await theatre.play(theatre.new(wire(rubric=["is polite"])))
    [mind] = await theatre.minds(job)
    assert mind.verdict is not None
    assert mind.verdict["outcome"] == "unsure"
    assert mind.verdict["rubric"][0]["votes"] == []


async def test_a_judge_that_disagrees_with_itself_is_unsure(stage: MakeStage) -> None:
    votes = iter(("yes", "no", "yes"))

    def judge(prompt: Prompt) -> Answered:
        return call(
            "judge", votes=[{"item": 1, "verdict": next(votes), "seq": 1, "quote": "hello"}]
        )

    theatre = stage(Cast(brain=told, judge=judge))
    job = await theatre.play(theatre.new(wire(rubric=["is polite"])))
    [mind] = await theatre.minds(job)
    assert mind.verdict is not None
    assert mind.verdict["outcome"] == "unsure"
    assert sorted(mind.verdict["rubric"][0]["votes"]) == ["no", "yes", "yes"]
    assert job.report is not None
    assert "judge agrees with itself in 0% of 1 lines" in job.report["summary"]


async def test_a_brain_without_a_model_could_not_be_played(stage: MakeStage) -> None:
    def brain(prompt: Prompt) -> Any:
        return ModelUnavailable("away", fault=FaultClass.MOMENT)

    theatre = stage(Cast(brain=brain))
    job = await theatre.play(theatre.new(wire()))
    [mind] = await theatre.minds(job)
    assert (mind.status, mind.ended_reason, mind.verdict) == ("failed", "model", None)
    assert job.status == "failed"


async def test_a_brain_whose_call_always_fails_ends_as_a_helpers_would(stage: MakeStage) -> None:
    def brain(prompt: Prompt) -> Any:
        return call("readDocument", id="unknown")

    theatre = stage(Cast(brain=brain))
    job = await theatre.play(theatre.new(wire()))
    [mind] = await theatre.minds(job)
    assert (mind.status, mind.ended_reason) == ("failed", early(STUCK)[1])


async def test_a_player_without_a_model_could_not_be_played(stage: MakeStage) -> None:
    def player(prompt: Prompt) -> Any:
        return ModelUnavailable("away", fault=FaultClass.MOMENT)

    theatre = stage(Cast(brain=told, player=player))
    job = await theatre.play(theatre.new(wire()))
    [mind] = await theatre.minds(job)
    assert (mind.status, mind.ended_reason) == ("failed", "model")


async def test_a_brain_that_only_calls_its_front_end_ends_with_its_tokens(
    stage: MakeStage,
) -> None:
    asked = 0

    def brain(prompt: Prompt) -> Answered:
        nonlocal asked
        asked += 1
        return call("openDoor") if asked < 20 else quit_with("Open.")

    theatre = stage(Cast(brain=brain))
    world = {"tools": {"openDoor": [{"answer": "still closed"}]}}
    job = await theatre.play(theatre.new(wire(world=world), budget=1_000))
    [mind] = await theatre.minds(job)
    assert (mind.status, mind.ended_reason) == ("failed", "tokens")
    assert asked <= 11


async def test_a_scenario_that_cannot_be_read_ends_its_run_only(stage: MakeStage) -> None:
    theatre = stage(Cast(brain=told))
    new = theatre.new(wire(), wire())
    newer = replace(new.minds[0], scenario={**wire(), "weather": "rain"})
    job = await theatre.play(replace(new, minds=(newer, new.minds[1])))
    broken, played = await theatre.minds(job)
    assert (broken.status, broken.ended_reason) == ("invalid", "world")
    assert played.status == "complete"
    assert job.report is not None


async def test_the_tokens_of_all_parts_count(stage: MakeStage) -> None:
    """A share of 950 tokens is used up by ten calls of 100."""
    cast = Cast(brain=told, player=lambda prompt: call("next", text="and then"))
    theatre = stage(cast)
    job = await theatre.play(theatre.new(wire(maxTurns=25), budget=1000))
    [mind] = await theatre.minds(job)
    assert (mind.status, mind.ended_reason) == ("failed", "tokens")
    assert 950 <= mind.tokens_in + mind.tokens_out <= 1050


async def test_the_journal_is_kept(stage: MakeStage) -> None:
    theatre = stage(Cast(brain=told, player=saying("more"), judge=approves))
    job = await theatre.play(theatre.new(wire()))
    [mind] = await theatre.minds(job)
    assert theatre.house.database is not None
    steps = await PostgresRehearsals(theatre.house.database).steps(mind.id)
    kinds = [(step.run_id == "player", step.entry["is"]) for step in steps]
    assert kinds.count((True, "player")) == 2
    assert kinds.count((False, "joined")) == kinds.count((False, "answered")) == 2


async def test_a_start_that_comes_twice_plays_once(stage: MakeStage) -> None:
    cast = Cast(brain=told)
    theatre = stage(cast)
    new = theatre.new(wire())
    job = await theatre.play(new)
    theatre.queue.seen.clear()
    await publish_start(theatre.services, theatre.user, job.id, 0, 0)
    await theatre.deliver()
    assert len(cast.prompts["brain"]) == 1
    assert len(cast.prompts["player"]) == 1


async def test_the_same_again_is_compared_pair_by_pair(stage: MakeStage) -> None:
    def brain(prompt: Prompt) -> Answered:
        is_kind = "Be kind." in prompt.messages[0]["content"]
        return quit_with("It is done, dear." if is_kind else "Done.")

    theatre = stage(Cast(brain=brain))
    scenario = wire(expect=[{"said~": "dear"}])
    first = await theatre.play(theatre.new(scenario, runs=4))
    again = theatre.new(scenario, runs=4, instructions="Be kind.", compared_with=first.id)
    second = await theatre.play(again)
    third = await theatre.play(theatre.new(scenario, runs=4, compared_with=first.id))

    assert second.report is not None
    found = second.report["comparison"]
    assert found["with"] == first.id
    assert [(pair["n"], pair["before"], pair["after"]) for pair in found["pairs"]] == [
        (n, "failed", "passed") for n in range(4)
    ]
    assert (found["better"], found["worse"], found["same"]) == (4, 0, 0)
    assert "may be chance" in found["words"]
    assert third.report is not None
    same = third.report["comparison"]
    assert (same["better"], same["worse"], same["same"]) == (0, 0, 4)
    assert first.report is not None
    assert first.report["comparison"] is None
