"""The promises on the real stack: processes that crash and freeze, services that fail.

After each history, everything that is visible from outside is checked: the log, the channel, the
requests to the model, the documents, the status.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
import pytest_asyncio

from local.chaos.evidence import Evidence, collect
from local.chaos.history import Plan, live_through
from local.chaos.promises import violations
from local.chaos.troubles import frozen
from local.faults import Fault, FaultInjector
from local.pusher import Failure, Switches
from local.stack import MAX_DURATION, stack
from tests.walks.conftest import LIMIT_S, Json, Person, Town, goes_on, says

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEASE_S = 3  # seconds; short, so that a take-over happens soon
IS_LONG = os.environ.get("CHAOS") == "long"  # `make chaos-long`
MAX_DURATION_S = 10  # seconds; a frozen process still has some of them left when it continues


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Run a stack that this module may damage."""
    asked = {MAX_DURATION: str(MAX_DURATION_S), "BRAIN_LEASE_S": str(LEASE_S)}
    async with stack(tmp_path_factory.mktemp("place"), asked=asked) as running:
        town = await Town.of(running)
        async with town.http:
            yield town


@pytest.fixture
def anna(place: Town) -> Person:
    return place.person()


def keeps(note: str, **more: Any) -> Json:
    """Return a model answer that creates a document."""
    arguments = {"title": "Note", "body": note}
    return {"calls": [{"name": "createDocument", "arguments": arguments}], **more}


async def look(place: Town, person: Person, *outcomes: Json) -> Evidence:
    """Collect the evidence once the run is over."""
    [evidence] = await collect(place.stack, place.http, {person: outcomes})
    return evidence


async def until_idle(person: Person) -> None:
    async with asyncio.timeout(LIMIT_S):
        while (await person.get("/api/status")).json()["state"] != "idle":  # noqa: ASYNC110 - polled over HTTP
            await asyncio.sleep(0.05)


def texts(evidence: Evidence) -> list[str]:
    """Return what the brain has said."""
    return [entry["text"] for entry in evidence.log if entry["role"] == "brain"]


# --- processes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(1, 9) if IS_LONG else [1])
async def test_processes_crash_at_random_and_every_promise_holds(place: Town, seed: int) -> None:
    print(f"seed={seed}")
    kills = ("kill -9 of a function", "kill -9 of all functions")
    plan = Plan(seed=seed, seconds=8, people=6, kinds=kills, lease_s=LEASE_S)
    found = await live_through(place.stack, plan)
    assert found.violations == []
    assert found.struck.total() >= 2
    assert found.runs >= plan.people


@dataclass(frozen=True)
class Step:
    """What the frozen brain was waiting for, and what would be visible if it continued."""

    name: str
    answer: Json


@pytest.mark.parametrize(
    "lost",
    [
        Step("a tool call", keeps("frozen", delay_s=1)),
        Step("a breadcrumb", goes_on("Frozen.", delay_s=1)),
        Step("a last word", says("Frozen.", delay_s=1)),
    ],
    ids=lambda step: step.name,
)
async def test_a_frozen_invocation_that_continues_makes_nothing_visible(
    place: Town, anna: Person, lost: Step
) -> None:
    await anna.script(goes_on("Thinking."), lost.answer, says("Found."))
    outcome = await anna.ask("Hi", patience=0.2)
    await anna.until_heard("Thinking.")  # a message already sent would arrive, whoever is the brain
    await anna.until_asked(2)
    with frozen(place.stack, "voiceToBrain") as process:
        await anna.until_heard("Found.")
        before = await look(place, anna, outcome)
    assert process
    await until_gone(process)
    after = await look(place, anna, outcome)
    assert after == before
    assert violations(after, disturbed=1) == []
    assert texts(after) == ["Thinking.", "Found."]
    assert after.notes == {}


async def test_a_frozen_successor_is_replaced_as_well(place: Town, anna: Person) -> None:
    await anna.script(says("Lost.", delay_s=5), says("Frozen.", delay_s=2), says("Found."))
    outcome = await anna.ask("Hi", patience=0.2)
    await anna.until_asked(1)
    place.stack.functions.kill("voiceToBrain", signal.SIGKILL)
    await anna.until_asked(2)
    with frozen(place.stack, "brainToBrain") as process:
        await anna.until_heard("Found.")
    assert process
    await until_gone(process)
    found = await look(place, anna, outcome)
    assert violations(found, disturbed=2) == []
    assert texts(found) == ["Found."]


async def until_gone(process: psutil.Process) -> None:
    """Wait until it has ended. It ends with its last invocation and could act until then."""
    async with asyncio.timeout(LIMIT_S):
        while not is_gone(process):  # noqa: ASYNC110 - it is the platform's child, not ours
            await asyncio.sleep(0.05)


def is_gone(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


# --- services ----------------------------------------------------------------------------------


@contextmanager
def failing(faults: FaultInjector, *each: Fault) -> Iterator[None]:
    for fault in each:
        faults.add(fault)
    try:
        yield
    finally:
        faults.clear()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="lose", times=3),
        Fault(kind="html", times=3),
        Fault(kind="html", times=3, after_execute=True),
        Fault(kind="refuse", times=3, status=0),
    ],
    ids=lambda fault: f"{fault.kind}{'-executed' * fault.after_execute}",
)
async def test_a_store_that_answers_badly_costs_only_time(
    place: Town, anna: Person, fault: Fault
) -> None:
    await anna.script(goes_on("One."), keeps("kept"), says("Three."))
    with failing(place.stack.services.store.faults, fault):
        outcome = await anna.ask("Hi", patience=0)
    await until_idle(anna)
    found = await look(place, anna, outcome)
    assert violations(found) == []
    assert texts(found) == ["One.", "Three."]
    assert found.notes == {"kept": 1}


async def test_a_store_that_executes_every_script_but_loses_each_first_answer(
    place: Town, anna: Person
) -> None:
    """Every script is sent twice, and none counts twice."""
    moves = ("A text comes in:", "The brain records a step.")
    await anna.script(goes_on("One."), keeps("kept"), says("Three."))
    faults = place.stack.services.store.faults
    with ExitStack() as all_of_them:
        for move in moves:
            all_of_them.enter_context(failing(faults, Fault(kind="lose", body=move)))
        outcome = await anna.ask("Hi", patience=0)
    await until_idle(anna)
    found = await look(place, anna, outcome)
    assert violations(found) == []
    assert texts(found) == ["One.", "Three."]


async def test_a_store_that_is_down_for_longer_than_the_lease(place: Town, anna: Person) -> None:
    await anna.script(goes_on("One."), goes_on("Two.", delay_s=1), says("Three.", repeat=3))
    outcome = await anna.ask("Hi", patience=0.2)
    await anna.until_asked(2)
    store = place.stack.services.store.faults
    with failing(store, Fault(kind="refuse", times=None)):
        await asyncio.sleep(5)  # this test is about the length of the outage
    await until_idle(anna)
    found = await look(place, anna, outcome)
    assert violations(found, disturbed=1) == []
    assert texts(found)[-1] == "Three."


async def test_a_queue_that_is_down_at_the_moment_of_the_hand_over(
    place: Town, anna: Person
) -> None:
    """The wake-up that was queued earlier replaces the hand-over."""
    steps = [goes_on(f"Step {i}.", delay_s=1.5) for i in range(1, 7)]
    await anna.script(*steps, says("Done."))
    outcome = await anna.ask("Hi", patience=0.2)
    queue = place.stack.services.queue.faults
    refusing = queue.add(Fault(kind="refuse", times=2, path="/v2/publish", body="handoff"))
    try:
        async with asyncio.timeout(LIMIT_S):
            await refusing.struck(2)
    finally:
        queue.clear()
    await anna.until_heard("Done.")
    found = await look(place, anna, outcome)
    assert violations(found, disturbed=1) == []
    assert texts(found) == [f"Step {i}." for i in range(1, 7)] + ["Done."]


async def test_a_failing_channel_harms_neither_the_run_nor_the_log(
    place: Town, anna: Person
) -> None:
    pusher = place.stack.services.pusher
    await anna.script(goes_on("One."), goes_on("Two."), says("Three."))
    pusher.switches = Switches(fail=Failure(status=500, seconds=3))
    try:
        outcome = await anna.ask("Hi", patience=0)
    finally:
        pusher.switches = Switches()
    found = await look(place, anna, outcome)
    assert violations(found) == []
    assert outcome["message"]["text"] == "Three."
    assert texts(found) == ["One.", "Two.", "Three."]
    assert found.heard == []


# --- the model ---------------------------------------------------------------------------------


def broken(**wire: Any) -> Json:
    return {"text": "Not to be heard.", **wire}


@pytest.mark.parametrize(
    "answers",
    [
        [broken(hang=True)],
        [broken(status=429, headers={"Retry-After": "1"})],
        [broken(status=500), broken(status=503)],
        [broken(cut_after=2)],
        [broken(error_body=True)],
        [broken(text="")],
    ],
    ids=["hangs", "429", "5xx", "cut", "error-body", "empty"],
)
async def test_a_failing_model_is_asked_again_and_none_of_its_output_is_heard(
    place: Town, anna: Person, answers: list[Json]
) -> None:
    await anna.script(*answers, says("Found."))
    outcome = await anna.ask("Hi", patience=0)
    await until_idle(anna)
    found = await look(place, anna, outcome)
    assert violations(found, disturbed=len(answers)) == []
    assert texts(found) == ["Found."]


async def test_a_model_that_stays_down_ends_the_run_with_a_message_to_the_user(
    place: Town, anna: Person
) -> None:
    await anna.script(broken(status=500, repeat=50))
    outcome = await anna.ask("Hi", patience=0)
    await until_idle(anna)
    found = await look(place, anna, outcome)
    assert violations(found, disturbed=None) == []
    assert found.log[-1]["kind"] == "error"
    assert found.status["endedBecause"] == "model"


@pytest.mark.parametrize(
    ("chars", "kind"), [(210_000, "say"), (1_000_000, "error")], ids=["210 KB", "1 MB"]
)
async def test_oversized_arguments_are_returned_to_the_model_or_reported_to_the_user(
    place: Town, anna: Person, chars: int, kind: str
) -> None:
    stream = as_stream(keeps("x" * chars)["calls"][0])
    head = {"content-type": "text/event-stream"}
    huge = Fault(kind="status", status=200, headers=head, text=stream, path="/v1/chat")
    await anna.script(says("Found."))
    with failing(place.stack.services.model.faults, huge):
        outcome = await anna.ask("Hi", patience=0)
    await until_idle(anna)
    found = await look(place, anna, outcome)
    assert violations(found) == []
    assert [entry["kind"] for entry in found.log[1:]] == [kind]
    assert found.notes == {}


def as_stream(call: Json) -> str:
    """Return the call as one chunk of a stream: in small pieces a megabyte takes the script too
    long.
    """
    function = {"name": call["name"], "arguments": json.dumps(call["arguments"])}
    calls = [{"index": 0, "id": "call_1", "type": "function", "function": function}]
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "script"}
    deltas: list[tuple[Json, str | None]] = [({"tool_calls": calls}, None), ({}, "tool_calls")]
    chunks = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        for delta, reason in deltas
    ]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
