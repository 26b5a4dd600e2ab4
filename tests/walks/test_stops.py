"""A stop at any point of a run: the run ends, and nothing more is said."""

import asyncio
import time
from dataclasses import replace

import pytest

from tests.walks.conftest import LIMIT_S, Json, Person, Town, goes_on, says

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def stop(person: Person, **more: str) -> Json:
    answer = await person.post("/api/control", {"type": "stop", **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def status(person: Person) -> Json:
    return dict((await person.get("/api/status")).json())


async def until_left(person: Person) -> None:
    """Wait until the brain has cut its last call of the model."""
    async with asyncio.timeout(LIMIT_S):
        while (await person.asked())[-1]["end"] != "left":  # noqa: ASYNC110 - polled over HTTP
            await asyncio.sleep(0.02)


async def test_a_stop_while_the_model_hangs_cuts_the_call_and_nothing_more_is_said(
    person: Person,
) -> None:
    await person.script(goes_on("Looking."), {"hang": True}, says("Too late."))
    asking = asyncio.create_task(person.ask("Where is it?", patience=0))
    await person.until_asked(2)

    began = time.perf_counter()
    stopped = await stop(person)
    await until_left(person)
    print(f"cut {time.perf_counter() - began:.2f} s after the stop")

    assert stopped["state"] == "stopped"
    outcome = await asking
    assert (outcome["state"], outcome["message"]) == ("done", None)
    assert (await status(person))["state"] == "stopped"
    log = await person.log()
    assert [entry["text"] for entry in log[1:]] == ["Looking.", "Stopped."]
    assert log[-1] == stopped["message"]
    assert (log[-1]["speak"], log[-1]["doneAfterThis"]) == ("silent", True)
    assert len(await person.asked()) == 2


async def test_after_a_stop_between_two_invocations_the_second_does_nothing(
    town: Town, person: Person
) -> None:
    engine = town.stack.services.engine
    await person.script(*[goes_on(f"Step {i}.", delay_s=1) for i in range(1, 12)], says("Done."))
    as_before, delivered = engine.switches, engine.counts().delivered
    engine.switches = replace(as_before, hold=True)
    try:
        assert (await person.ask("Go", patience=0))["state"] == "running"  # it was handed over
        asked, said = len(await person.asked()), await person.log()
        stopped = await stop(person)
    finally:
        engine.switches = as_before
    async with asyncio.timeout(LIMIT_S):
        await engine.until(lambda counts: counts.delivered > delivered and not counts.in_flight)

    assert stopped["state"] == "stopped"
    assert len(await person.asked()) == asked
    assert await person.log() == [*said, stopped["message"]]
    assert (await status(person))["state"] == "stopped"


async def test_a_stop_of_a_run_that_has_ended_changes_nothing_even_if_repeated(
    person: Person,
) -> None:
    await person.script(says("Done."))
    run_id = (await person.ask("Hi"))["runId"]
    log, before = await person.log(), await status(person)

    for _ in range(2):
        stopped = await stop(person, runId=run_id)
        assert (stopped["state"], stopped["message"]) == ("idle", None)
    assert (await stop(person))["state"] == "idle"

    assert await person.log() == log
    assert await status(person) == before


async def test_a_repeated_stop_ends_the_run_once_and_the_next_text_starts_a_new_run(
    person: Person,
) -> None:
    await person.script({"hang": True}, says("Here I am."))
    asking = asyncio.create_task(person.ask("Where is it?", patience=0))
    await person.until_asked(1)
    run_id = (await status(person))["runId"]

    first, second = await stop(person, runId=run_id), await stop(person, runId=run_id)
    await asking

    assert [first["state"], second["state"]] == ["stopped", "idle"]
    assert [entry["text"] for entry in (await person.log())[1:]] == ["Stopped."]
    assert (await person.ask("And now?"))["message"]["text"] == "Here I am."
