"""Talks on real stores: how they end, what is kept of them, pausing, and the listener."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from brain.chat.choice import ModelChoice
from brain.cloud.model.chat import ChatModel
from brain.cloud.redis.scripts import Keys
from brain.jobs.flow import pause_job, say_to_mind, start_job
from brain.jobs.http.wire import log_to_wire
from brain.jobs.model import JobStart, NewJob, NewMind
from brain.jobs.talks.speaking import END
from brain.run.journal import Answered
from tests.jobs.life.stage import REFUSED, Asked, JobStage, Script, call, filed

pytestmark = pytest.mark.asyncio(loop_scope="package")

type MakeStage = Callable[[Script], JobStage]

OPENING = "Let us begin with the price."


def talk(**more: Any) -> NewJob:
    agents = [
        {"name": "Pro", "instructions": "Argue for it.", "provider": "openai", "model": "pro"},
        {"name": "Con", "instructions": "Argue against it.", "provider": "openrouter"},
    ]
    profile = {"agents": agents, "opening": OPENING, "maxMessages": 25, **more}
    mind = NewMind(number=0, label="Pro and Con", profile=profile, goal="Should I buy the van?")
    return NewJob(kind="talk", title="Pro and Con", request={}, minds=(mind,), budget=60_000)


def says(asked: Asked) -> Answered:
    """Each time another text; the reporter files."""
    if asked.is_reporter:
        return filed()
    return Answered(text=f"Reason {len(asked.prompt.messages)}.", calls=(), tokens=100)


def ending_after(texts: int) -> Script:
    """Talk, and end it reached once so many texts were said."""

    def script(asked: Asked) -> Answered:
        if not asked.is_reporter and len(asked.prompt.messages) > texts:
            return call(END, reached=True, why="The price decides.")
        return says(asked)

    return script


async def speaking(stage: JobStage) -> tuple[JobStart, asyncio.Future[None]]:
    """A talk in which a character waits for its model, and the delivery that works on it."""
    start = await start_job(stage.services, stage.user, talk())
    stage.model.going.clear()
    delivery = asyncio.ensure_future(stage.deliver())
    await stage.model.busy.wait()
    return start, delivery


async def assert_goal(stage: JobStage, start: JobStart) -> None:
    """Assert that the talk has reached its goal."""
    [mind] = await stage.minds(start)
    assert (mind.status, mind.ended_reason) == ("complete", "goal")


async def log_of(stage: JobStage, start: JobStart) -> list[dict[str, Any]]:
    [mind] = await stage.minds(start)
    page = await stage.wiring.store.read(mind.id, since=0, limit=100)
    entries: list[dict[str, Any]] = log_to_wire(page, mind, since=0)["messages"]
    return entries


async def test_a_talk_that_reaches_its_goal_is_complete_and_reported(make_stage: MakeStage) -> None:
    stage = make_stage(ending_after(3))
    start = await start_job(stage.services, stage.user, talk())
    await stage.deliver(twice=True)

    [mind], job = await stage.minds(start), await stage.job(start)
    assert (mind.status, mind.ended_reason, mind.goal_reached) == ("complete", "goal", True)
    assert (job.status, job.completed_count, job.report_by) == ("complete", 1, "model")
    entries = await log_of(stage, start)
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    assert entries[0] | {"id": "", "createdAt": ""} == {
        "seq": 1,
        "id": "",
        "role": "brain",
        "speaker": "Pro",
        "kind": "say",
        "text": OPENING,
        "createdAt": "",
    }
    speakers = [entry["speaker"] for entry in entries]
    assert speakers == ["Pro", "Con"] * (len(speakers) // 2) + ["Pro"] * (len(speakers) % 2)
    assert mind.result is not None
    assert mind.result.startswith(f"Pro: {OPENING}\nCon: Reason")
    assert mind.turns == len(entries)
    assert mind.tokens_in + mind.tokens_out > 0


async def test_nobody_ends_it_and_it_has_as_many_texts_as_it_may(make_stage: MakeStage) -> None:
    stage = make_stage(says)
    start = await start_job(stage.services, stage.user, talk(maxMessages=7))
    await stage.deliver()
    [mind] = await stage.minds(start)
    assert (mind.status, mind.ended_reason, mind.turns) == ("complete", "maxMessages", 7)
    assert len(await log_of(stage, start)) == 7


async def test_each_character_asks_its_own_model(make_stage: MakeStage) -> None:
    stage = make_stage(ending_after(2))
    chosen: list[ModelChoice] = []

    def model_of(choice: ModelChoice, **more: object) -> ChatModel:
        chosen.append(choice)
        return stage.wiring.model

    stage.wiring.model_of = model_of  # type: ignore[method-assign]
    await start_job(stage.services, stage.user, talk())
    await stage.deliver()
    pairs = {(choice.provider, choice.model) for choice in chosen}
    assert {("openai", "pro"), ("openrouter", None)} <= pairs


async def test_a_paused_talk_is_silent_until_it_is_resumed(make_stage: MakeStage) -> None:
    stage = make_stage(ending_after(6))
    start, delivery = await speaking(stage)
    assert await pause_job(stage.services, stage.user, start.job_id, is_paused=True)
    stage.model.going.set()
    await delivery

    said = len(stage.model.asked)
    [mind] = await stage.minds(start)
    assert (mind.status, said) == ("paused", 1)
    assert await stage.call(start, "say", 0)
    assert await stage.call(start, "start", 0, 1)
    await stage.deliver()
    assert len(stage.model.asked) == said

    assert await pause_job(stage.services, stage.user, start.job_id, is_paused=False)
    await stage.deliver()

    await assert_goal(stage, start)


AGO = b"""
    update brain.minds set
        started_at = started_at - interval '20 minutes',
        paused_at = paused_at - interval '20 minutes'
    where id = %(id)s
"""


async def test_the_time_of_a_pause_is_no_part_of_a_talk(make_stage: MakeStage) -> None:
    stage = make_stage(ending_after(6))
    start, delivery = await speaking(stage)
    assert await pause_job(stage.services, stage.user, start.job_id, is_paused=True)
    stage.model.going.set()
    await delivery

    [mind], redis = await stage.minds(start), stage.wiring.redis
    key = Keys.of(mind.id).key("run")
    began = int(await redis.execute(["HGET", key, "started"], limit_s=5))
    await redis.execute(["HSET", key, "started", str(began - 20 * 60_000)], limit_s=5)
    database = stage.wiring.database
    assert database is not None
    await database.run(lambda connection: connection.execute(AGO, {"id": mind.id}))
    assert await pause_job(stage.services, stage.user, start.job_id, is_paused=False)
    await stage.deliver()

    await assert_goal(stage, start)


async def test_a_talk_can_be_paused_again_and_again(make_stage: MakeStage) -> None:
    stage = make_stage(ending_after(4))
    start = await start_job(stage.services, stage.user, talk())
    for _ in range(5):
        assert await pause_job(stage.services, stage.user, start.job_id, is_paused=True)
        await stage.deliver()
        assert await pause_job(stage.services, stage.user, start.job_id, is_paused=False)
    await stage.deliver()
    await assert_goal(stage, start)


async def test_the_listener_is_heard_once_by_the_one_who_is_named(make_stage: MakeStage) -> None:
    stage = make_stage(ending_after(6))
    start, delivery = await speaking(stage)
    [mind] = await stage.minds(start)
    for _ in range(2):
        told = await say_to_mind(
            stage.services, stage.user, mind.id, "Con, and the insurance?", message_id="listen-1"
        )
        assert told in ("recorded", "running")
    stage.model.going.set()
    await delivery

    entries = await log_of(stage, start)
    asked = [entry for entry in entries if entry["role"] == "user"]
    assert [entry["text"] for entry in asked] == ["Con, and the insurance?"]
    after = entries[entries.index(asked[0]) + 1 :]
    assert "Con" in [entry["speaker"] for entry in after[:2]]


async def test_a_provider_that_fails_leaves_what_was_said(make_stage: MakeStage) -> None:
    def script(asked: Asked) -> Answered | BaseException:
        return REFUSED if len(asked.prompt.messages) > 3 else says(asked)

    stage = make_stage(script)
    start = await start_job(stage.services, stage.user, talk())
    await stage.deliver()
    [mind], job = await stage.minds(start), await stage.job(start)
    assert (mind.status, mind.ended_reason) == ("failed", "model")
    assert mind.result is not None
    assert OPENING in mind.result
    assert (job.status, job.report_by) == ("failed", "code")
