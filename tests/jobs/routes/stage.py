"""Jobs as their users begin them over HTTP, and as the store has them."""

from __future__ import annotations

from typing import Any

import httpx

from brain.jobs.model import Job, MindOutcome
from brain.jobs.ports import Filed
from brain.jobs.stored.postgres import PostgresJobs
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Json

TASKS = [{"title": "Hotels", "brief": "Compare the three hotels of the list."}]
HELPERS: Json = {"tasks": TASKS}
AGENTS = [
    {"name": "Pro", "instructions": "Argue for it."},
    {"name": "Con", "instructions": "Argue against it."},
]
BATTLE: Json = {"agents": AGENTS, "goal": "Should I buy the van?"}
SCENARIO: Json = {
    "name": "Dinner",
    "person": "In a hurry.",
    "goal": "Anna is told.",
    "opening": "tell anna dinner is at eight",
}
SCALE: Json = {"scenarios": [SCENARIO]}
STARTS = [("jobs", HELPERS), ("battles/start", BATTLE), ("scale/start", SCALE)]


async def begun(caller: Caller, path: str = "jobs", body: Json = HELPERS, **more: Any) -> Json:
    """Begin a job and return the answer."""
    answer = await caller.call("POST", path, json={**body, **more})
    assert answer.status_code == 202, answer.text
    started: Json = answer.json()
    return started


def fields(answer: httpx.Response) -> list[str]:
    """Return the fields that a 422 names."""
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


def store(home: Home) -> PostgresJobs:
    return PostgresJobs(home.database)


async def ended(home: Home, caller: Caller, job_id: str, **outcome: Any) -> Job:
    """Let all minds of a job end, and file its report."""
    jobs = store(home)
    for mind in await jobs.minds(caller.id, job_id):
        await jobs.begin(mind.id)
        how = MindOutcome(**{"status": "complete", "reason": "done", "result": "Found.", **outcome})
        await jobs.settle(mind.id, how)
    report: Json = {"headline": "The Astoria is best.", "summary": "It is near the station."}
    filed = Filed(report=report, by="model", foreign=bool(outcome.get("foreign")))
    job = await jobs.file_report(caller.id, job_id, filed)
    assert job is not None
    return job
