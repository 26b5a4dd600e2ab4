"""The schemas of what the routes for jobs answer."""

from typing import Any

from brain.codec import Form, Json
from brain.jobs.http.bodies import (
    BattleBody,
    DraftBody,
    HelpersBody,
    LabelBody,
    ProfileBody,
    ScaleBody,
    StopJobBody,
)
from brain.jobs.plans.things import KEPT_SCENARIO, PROFILE
from brain.jobs.rehearsals.scenario import Scenario
from brain.jobs.rules import MINDS_MOST
from local.openapi.schemas import FLAG, MOMENT, TEXT, WHOLE, nullable, ref, thing

JOB_FORMS: dict[str, Form[Any]] = {"Profile": PROFILE, "KeptScenario": KEPT_SCENARIO}
JOB_BODIES = (
    HelpersBody,
    BattleBody,
    ScaleBody,
    StopJobBody,
    LabelBody,
    ProfileBody,
    DraftBody,
    Scenario,
)
GIVEN_SCENARIOS: Json = {
    "type": "array",
    "minItems": 1,
    "maxItems": MINDS_MOST,
    "description": "Scenarios, or the ids of scenarios; without it, the built-in ones.",
    "items": {"anyOf": [TEXT, ref("Scenario")]},
}
NUMBER: Json = {"type": "number"}
ANYTHING: Json = {"type": "object", "additionalProperties": True}
WHEN = nullable(MOMENT)
MAYBE_TEXT = nullable(TEXT)
DOLLARS = nullable(NUMBER)


def _one_of(*values: str) -> Json:
    return {"type": "string", "enum": list(values)}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


STATUSES = _one_of("queued", "running", "paused", "summarising", "complete", "failed", "stopped")
MIND_STATUSES = _one_of("queued", "running", "paused", "complete", "failed", "stopped", "invalid")
KINDS = _one_of("helpers", "room", "talk", "rehearsal")

_JOB: Json = {
    "jobId": TEXT,
    "runId": TEXT,
    "kind": KINDS,
    "title": TEXT,
    "status": STATUSES,
    "completed": WHOLE,
    "failed": WHOLE,
    "total": WHOLE,
    "progress": WHOLE,
    "eventSequence": WHOLE,
    "createdAt": MOMENT,
    "startedAt": WHEN,
    "updatedAt": MOMENT,
    "lastEventAt": WHEN,
    "finishedAt": WHEN,
    "reportReady": FLAG,
    "documentId": MAYBE_TEXT,
    "comparedWith": MAYBE_TEXT,
    "tokens": WHOLE,
    "tokenBudget": WHOLE,
    "usd": DOLLARS,
    "conversationIds": _list(TEXT),
}
_RUN: Json = {
    "n": WHOLE,
    "conversationId": TEXT,
    "label": TEXT,
    "status": MIND_STATUSES,
    "endedReason": MAYBE_TEXT,
    "goalReached": nullable(FLAG),
    "turns": WHOLE,
    "tokens": WHOLE,
}
_OUTCOME = nullable(_one_of("passed", "failed", "unsure", "invalid"))
_RUBRIC = thing(
    {
        "item": TEXT,
        "verdict": TEXT,
        "label": nullable(_one_of("yes", "no")),
    },
    votes=_list(TEXT),
    seq=nullable(WHOLE),
    quote=MAYBE_TEXT,
)

JOBS: dict[str, Json] = {
    "JobStarted": {
        "description": "A job that was begun. `duplicate`: an earlier start with this key made it.",
        **thing(
            {
                "jobId": TEXT,
                "runId": TEXT,
                "conversationIds": _list(TEXT),
                "status": STATUSES,
                "duplicate": FLAG,
                "estimate": thing({"runs": WHOLE, "tokens": WHOLE, "usd": DOLLARS}),
            }
        ),
    },
    "Job": {"description": "A job with the ids of its minds.", **thing(_JOB)},
    "JobState": {
        "description": "A job and its minds. It has no text of a conversation. `loop` and "
        "`activity` are those of a mind that works now.",
        **thing({**_JOB, "runs": _list(ref("MindState"))}),
    },
    "MindState": thing(
        {**_RUN, "verdict": _OUTCOME, "loop": nullable(WHOLE), "activity": MAYBE_TEXT}
    ),
    "Finding": thing(
        {"what": TEXT, "runs": _list(WHOLE)},
        seq=nullable(WHOLE),
        severity=_one_of("low", "medium", "high"),
    ),
    "Suggestion": {
        "description": "How the instructions could be changed. Nothing is changed by itself.",
        **thing(
            {
                "edits": _list(
                    thing({"find": MAYBE_TEXT, "replace": TEXT}, because=_list(WHOLE)),
                )
            }
        ),
    },
    "JobReport": {
        "description": "What came of a job. `missing` are the runs that did not come to their end. "
        "Counts of verdicts are null for jobs that are no rehearsals.",
        **thing(
            {
                "jobId": TEXT,
                "kind": KINDS,
                "status": STATUSES,
                "title": TEXT,
                "headline": TEXT,
                "summary": TEXT,
                "writtenBy": nullable(_one_of("model", "code")),
                "foreign": FLAG,
                "findings": _list(ref("Finding")),
                "missing": _list(thing({"n": WHOLE, "label": TEXT, "reason": MAYBE_TEXT})),
                "suggestion": nullable(ref("Suggestion")),
                "revisedPrompt": MAYBE_TEXT,
                "documentId": MAYBE_TEXT,
                "comparison": nullable(ANYTHING),
                "metrics": thing(
                    {
                        "passed": nullable(WHOLE),
                        "failed": nullable(WHOLE),
                        "unsure": nullable(WHOLE),
                        "invalid": nullable(WHOLE),
                        "passRate": nullable(NUMBER),
                        "interval": nullable(_list(NUMBER)),
                        "tokens": WHOLE,
                        "usd": DOLLARS,
                        "firstWordS": nullable(ANYTHING),
                    }
                ),
                "runs": _list(ref("RunResult")),
            }
        ),
    },
    "RunResult": {
        "description": "What came of one mind. `verdict`, `effects` and `seed` stand in rehearsals "
        "only.",
        **thing(
            {
                **_RUN,
                "result": MAYBE_TEXT,
                "complete": FLAG,
                "sources": _list(ANYTHING),
                "needs": MAYBE_TEXT,
                "foreign": FLAG,
                "usd": DOLLARS,
            },
            verdict=nullable(ref("RunVerdict")),
            effects=_list(
                thing({"seq": WHOLE, "tool": TEXT, "arguments": ANYTHING, "result": TEXT})
            ),
            seed=nullable(WHOLE),
        ),
    },
    "RunVerdict": thing({"outcome": TEXT, "rubric": _list(_RUBRIC)}, expect=_list(ANYTHING)),
    "JobStopped": {
        "description": "What a stop did: the numbers of the minds that it stopped, and of those "
        "that had ended before.",
        **thing(
            {
                "jobId": TEXT,
                "state": _one_of("stopped"),
                "stopped": _list(WHOLE),
                "finished": _list(WHOLE),
                "status": STATUSES,
            }
        ),
    },
    "JobPaused": thing({"jobId": TEXT, "status": STATUSES}),
    "JobLabel": thing({"run": WHOLE, "item": TEXT, "label": _one_of("yes", "no")}),
    "Told": {
        "description": "The answer to a text for minds.",
        **thing(
            {
                "message": {"type": "null"},
                "runId": TEXT,
                "seq": WHOLE,
                "state": _one_of("recorded", "running"),
            },
            mind=TEXT,
            job=TEXT,
        ),
    },
    "MindPage": thing({"messages": _list(ref("MindEntry")), "nextSince": WHOLE, "lastSeq": WHOLE}),
    "MindEntry": {
        "description": "What is said in the log of a mind. `speaker` is null for a user's text.",
        **thing(
            {
                "seq": WHOLE,
                "id": TEXT,
                "role": _one_of("user", "brain"),
                "speaker": MAYBE_TEXT,
                "kind": TEXT,
                "text": TEXT,
                "createdAt": MOMENT,
            }
        ),
    },
    "Steps": thing({"steps": _list(ANYTHING)}),
}
