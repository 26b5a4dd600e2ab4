"""What must hold of every job that was accepted, whatever happened."""

from collections.abc import Sequence
from typing import Any

from tests.walks.jobs.stage import Started

ENDED = ("complete", "failed", "stopped")

type Json = dict[str, Any]


async def ends_once(job: Started, *, told: str | None = None) -> Json:
    """Check I12 of a job that has ended: one outcome for each mind, one report, one announcement.
    Return its status. `told`: the announcement's text.
    """
    status = await job.finished()
    runs = status["runs"]
    outcomes = [run["status"] for run in runs]
    assert set(outcomes) <= {"complete", "failed", "stopped", "invalid"}, status
    assert [run["n"] for run in runs] == list(range(len(job.parts)))
    assert status["completed"] == outcomes.count("complete"), status
    assert status["completed"] + status["failed"] == status["total"] == len(job.parts), status
    assert (status["progress"], status["reportReady"]) == (100, True)
    assert status["status"] in ENDED
    await _reported_once(job, status)
    await _told_once(job, told)
    await _settled(job, status)
    return status


async def _reported_once(job: Started, status: Json) -> None:
    first, second = await job.report(), await job.report()
    assert (first.status_code, second.content) == (200, first.content)
    assert first.json()["status"] == status["status"]
    missing = {each["n"] for each in first.json()["missing"]}
    assert missing == {run["n"] for run in status["runs"] if run["status"] != "complete"}
    documents = (await job.owner.get("/api/documents")).json()["documents"]
    reports = [each for each in documents if job.word in each["title"]]
    assert len(reports) <= 1, reports
    assert [each["id"] for each in reports] == [status["documentId"]] * len(reports)


async def _told_once(job: Started, told: str | None) -> None:
    """The notification stands once in the log and came once over the channel, if it was up."""
    headline = (await job.report()).json()["headline"]
    if told is not None:
        assert headline == told
    log = await job.owner.until_told()
    mine = [entry for entry in log if headline in entry["text"]]
    assert len(mine) == 1, log
    assert mine[0]["speak"] == "whenIdle"
    ids = [each["id"] for each in job.owner.heard() if headline in each["text"]]
    assert len(set(ids)) <= 1, ids


async def _settled(job: Started, status: Json) -> None:
    """The day's tokens are given back, and what was used is counted."""
    query = b"select reserved from brain.spending where user_id = %s"
    [(reserved,)] = await job.owner.stage.rows(query, job.owner.id)
    open_jobs = b"select coalesce(sum(token_budget), 0) from brain.jobs where user_id = %s"
    still = open_jobs + b" and report is null"
    [(budgets,)] = await job.owner.stage.rows(still, job.owner.id)
    assert reserved == budgets, (reserved, budgets)
    assert status["tokens"] >= 0


def silent_after(
    job: Started, at: float, *, names: Sequence[str] = (), grace_s: float = 0.0
) -> None:
    """Check I13: what was stopped asks the model nothing after the answer to the stop."""
    late = [
        one
        for one in job.troupe.of(job.word, "helper")
        if one.at > at + grace_s and (not names or (one.part and one.part.name in names))
    ]
    assert late == [], [(one.part, one.at - at) for one in late]
