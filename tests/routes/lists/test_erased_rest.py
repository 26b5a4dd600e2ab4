"""What else belongs to a user: jobs and their minds, the mailbox's checks; and the command."""

import asyncio
import json
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from brain.cloud.redis.upstash import Upstash
from brain.email.flow import check_event
from brain.user.__main__ import main
from tests.jobs.routes.stage import HELPERS, begun
from tests.routes.event_stage import deliver
from tests.routes.lists.test_erased import calling, erased, queued, say, store, traces
from tests.routes.resources_stage import OWNER, Caller, Home
from tests.routes.stage import Deployment, User, token
from tests.routes.test_again import call

__all__ = ["store"]

pytestmark = pytest.mark.asyncio(loop_scope="package")

WORD = "marimba"  # of this file alone: other files leave theirs in the stores
SAID = calling("sayToUserAndQuit", message=f"A {WORD}, noted.")
TASKS = [{"title": WORD, "brief": f"Look for the {WORD}."}]


async def test_jobs_and_minds_go_and_a_call_for_them_makes_nothing(
    home: Home, deployment: Deployment, anna: Caller, store: Upstash
) -> None:
    job = (await begun(anna, "jobs", {**HELPERS, "tasks": TASKS}))["jobId"]
    assert "jobs" in await traces(home, store, anna.id, WORD)
    assert queued(deployment, anna.id)

    assert (await erased(anna, "all"))["jobs"] == 1

    starts = {"userId": anna.id, "job": job, "mind": 0, "reason": "start"}
    for body in (starts, {**starts, "mind": None, "reason": "sweep"}):
        assert (
            await call(deployment, json.dumps(body).encode(), http=home.http)
        ).status_code == 200
    assert await traces(home, store, anna.id, WORD) == await traces(home, store, job, WORD) == []
    assert queued(deployment, anna.id) == []
    assert (await anna.got("jobs"))["jobs"] == []


async def test_the_mailbox_is_not_watched_until_its_owner_is_there_again(
    home: Home, deployment: Deployment, owner: Caller, store: Upstash
) -> None:
    schedules = deployment.queue.schedules

    async def begin() -> None:
        answer = await home.http.post("/api/session", json={"token": token(OWNER)})
        answer.raise_for_status()

    await begin()
    assert len(schedules.all()) == 1
    await erased(owner, "all")
    assert schedules.all() == []

    user = User(id=OWNER, deployment=deployment, headers={})
    assert (await deliver(user, check_event(OWNER), http=home.http)).status_code == 200
    assert await traces(home, store, OWNER, WORD) == []
    assert schedules.all() == []

    await begin()
    assert len(schedules.all()) == 1
    # There is no mail server in this deployment: a look into the mailbox is tried, and fails.
    assert (await deliver(user, check_event(OWNER), http=home.http)).status_code == 503
    await erased(owner, "all")


def listed(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def run(home: Home, deployment: Deployment, *arguments: str, **env: str) -> int:
    """Run the command in a thread: it has an event loop of its own."""
    settings: Mapping[str, str] = {**deployment.env, "DATABASE_URL": home.url, **env}
    return await asyncio.to_thread(main, arguments, settings)


async def test_the_command_exports_and_erases(
    home: Home,
    deployment: Deployment,
    anna: Caller,
    store: Upstash,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await anna.kept("Note", f"A {WORD}.")
    await say(deployment, anna, f"where is the {WORD} of {anna.id}", SAID)
    path = tmp_path / "all.zip"
    assert await run(home, deployment, "export", anna.id, "--to", str(path)) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert WORD.encode() in file.read("messages.jsonl")
    before = path.read_bytes()
    assert await run(home, deployment, "export", anna.id, "--to", str(path)) == 1
    assert path.read_bytes() == before

    assert await run(home, deployment, "erase", anna.id, "--confirm", "ben") == 1
    assert "Nothing was erased" in capsys.readouterr().err
    assert await traces(home, store, anna.id, WORD) != []
    assert await run(home, deployment, "erase", anna.id, "--confirm", anna.id) == 0
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert (counts["documents"], counts["messages"]) == (1, 2)
    assert await traces(home, store, anna.id, WORD) == []


async def test_the_command_says_what_is_missing_or_away(
    home: Home,
    deployment: Deployment,
    anna: Caller,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = str(tmp_path / "all.zip")
    missing = {"UPSTASH_REDIS_REST_URL": ""}
    assert await run(home, deployment, "export", anna.id, "--to", path, **missing) == 1
    assert "UPSTASH_REDIS_REST_URL" in capsys.readouterr().err
    away = {"DATABASE_URL": "postgresql://me@127.0.0.1:1/none"}
    assert await run(home, deployment, "export", anna.id, "--to", path, **away) == 2
    assert "Try again" in capsys.readouterr().err
    assert listed(tmp_path) == []
