"""The paths of jobs: starts, looks, steering, agents and scenarios."""

from brain.codec import Json
from brain.jobs.http.look import MESSAGES, MOST_MESSAGES
from brain.jobs.http.parts import FAMILIES
from local.openapi.operations import (
    CURSOR,
    ID,
    LIMIT,
    ONE,
    SINCE,
    USER,
    deleting,
    got,
    limit,
    posted,
)
from local.openapi.parts import listed
from local.openapi.schemas import TEXT, WHOLE, page, ref

IN_PATH: Json = {"name": "id", "in": "path", "required": True, "schema": TEXT}
RUN: Json = {"name": "run", "in": "query", "required": True, "schema": WHOLE}
IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "description": "The version that the profile must have.",
    "schema": TEXT,
}


def job_paths() -> Json:
    """All paths of jobs."""
    found: Json = {
        "/api/jobs": {
            "get": got(
                "List jobs, the newest first.",
                page("jobs", listed("Job")),
                LIMIT,
                CURSOR,
            ),
            "post": _starting("Send helpers, or open a room.", "HelpersBody"),
            "delete": deleting("Delete an ended job, and all that it left.", errors=(409,)),
        },
        "/api/battles/start": {"post": _starting("Let agents talk.", "BattleBody")},
        "/api/scale/start": {"post": _starting("Rehearse scenarios.", "ScaleBody")},
        "/api/agents": _agents(),
        "/api/scenarios": _scenarios(),
    }
    for family in FAMILIES:
        found |= _of_family(f"/api/{family}/{{id}}")
    steps = got("Show the journal of one rehearsed brain.", "Steps", IN_PATH, RUN)
    return {
        **found,
        "/api/jobs/{id}/steps": {"get": steps},
        "/api/jobs/{id}/labels": {
            "post": _steering("Note what the user says about a verdict.", "LabelBody", "JobLabel")
        },
    }


def _of_family(path: str) -> Json:
    said = got(
        "Read the log of a mind in order; the id is a conversation's.",
        "MindPage",
        IN_PATH,
        SINCE,
        limit(MESSAGES, MOST_MESSAGES),
    )
    return {
        f"{path}/status": {"get": got("Show how far a job is.", "JobState", IN_PATH)},
        f"{path}/report": {"get": got("Show what came of a job.", "JobReport", IN_PATH)},
        f"{path}/messages": {"get": said},
        f"{path}/stop": {
            "post": _steering("Stop a job, or one of its minds.", "StopJobBody", "JobStopped")
        },
        f"{path}/pause": {"post": _steering("Pause a talk or a rehearsal.", None, "JobPaused")},
        f"{path}/resume": {"post": _steering("Let it go on.", None, "JobPaused")},
    }


def _starting(summary: str, body: str) -> Json:
    start = posted(summary, body, "JobStarted", errors=(404, 429, 503), security=USER)
    start["responses"]["202"] = start["responses"].pop("200")
    return start


def _steering(summary: str, body: str | None, answer: str) -> Json:
    steer = posted(summary, body or {}, answer, errors=(404, 409, 503), security=USER)
    steer["parameters"] = [IN_PATH]
    if body is None:
        del steer["requestBody"]
    elif body == "StopJobBody":
        steer["requestBody"]["required"] = False
    return steer


def _agents() -> Json:
    every = {"anyOf": [page("agents", listed("Profile")), ref("Profile")]}
    keep = posted(
        "Replace a profile, or make it.",
        "ProfileBody",
        "Profile",
        errors=(404, 409, 412, 503),
        security=USER,
    )
    keep["parameters"] = [ID, IF_MATCH]
    return {
        "get": got("List the profiles of agents, or read one.", every, ONE, LIMIT, CURSOR),
        "put": keep,
        "delete": deleting("Delete a profile."),
    }


def _scenarios() -> Json:
    every = {"anyOf": [page("scenarios", listed("KeptScenario")), ref("KeptScenario")]}
    new = {"anyOf": [ref("Scenario"), ref("DraftBody")]}
    add = posted(
        "Keep a scenario, or draft one from the talk around a message.",
        new,
        "KeptScenario",
        errors=(404, 409, 503),
        security=USER,
    )
    add["responses"]["201"] = add["responses"].pop("200")
    change = posted(
        "Replace a scenario.", "Scenario", "KeptScenario", errors=(404, 409, 503), security=USER
    )
    change["parameters"] = [ID]
    return {
        "get": got("List the scenarios, or read one.", every, ONE, LIMIT, CURSOR),
        "post": add,
        "put": change,
        "delete": deleting("Delete a scenario.", errors=(409,)),
    }
