"""The limit of a service's plan is used up: the caller is told so, and not to try again at once."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import psycopg
import pytest

from brain.cloud.postgres.database import _failure
from brain.cloud.qstash import QStashQueue
from brain.errors import DatabaseUnreachable, QueueUnreachable
from brain.http.edge import problem_of
from brain.run.moves import WakeCall
from local.faults import Fault, FaultInjector
from local.qstash import LocalQueue
from tests.cloud.qstash_stage import settings_for
from tests.local.serving import served
from tests.routes.stage import Deployment, deployed

AWAY = "A service cannot be reached. Try again."
TODAY = "The {}'s daily limit is used up. It may last until tomorrow."
PLAN = "The limit of the {}'s plan is used up. It may last until the plan's next period."
REDIS = "ERR max {} limit exceeded. Limit: 10000, Usage: 10001. See https://upstash.example"
NEON = "Your {} has exceeded the {} quota. Upgrade your plan to increase limits."
QUEUE = Fault(
    kind="status",
    status=429,
    headers={"RateLimit-Limit": "1000", "RateLimit-Remaining": "0", "RateLimit-Reset": "1"},
    text='{"error": "Exceeded daily rate limit. Limit: 1000 per day"}',
    times=None,
)


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    async with deployed(tmp_path) as deployment:
        yield deployment
        deployment.faults.clear()


@pytest.mark.parametrize(
    ("told", "title"),
    [
        (REDIS.format("daily request"), TODAY.format("store")),
        (REDIS.format("daily bandwidth"), TODAY.format("store")),
        (REDIS.format("requests"), PLAN.format("store")),
        # Only the store's own words count, and not the user's in a command that it quotes.
        (
            "ERR x, command was: max daily request limit exceeded",
            AWAY,
        ),
    ],
)
async def test_the_store(deployment: Deployment, told: str, title: str) -> None:
    text = f'{{"error": "{told}"}}'
    deployment.faults.add(Fault(kind="status", status=400, text=text, times=None))
    for path in ("/api/messages", "/api/status"):
        answer = await deployment.user().get(path)
        assert (answer.status_code, answer.json()["title"]) == (503, title)
        assert answer.headers["Retry-After"] == ("3600" if "limit" in title else "2")
        assert "10001" not in answer.text


async def test_the_queue(tmp_path: Path) -> None:
    faults = FaultInjector(LocalQueue(tmp_path / "queue.db").app)
    armed = faults.add(QUEUE)
    call = WakeCall(user_id="anna", run_id="r1", reason="handoff", fence=2)
    async with served(faults) as url, aclosing(QStashQueue(settings_for(url, url))) as queue:
        with pytest.raises(QueueUnreachable) as refused:
            await queue.publish(call, delay_s=0, dedup_id="one")
    problem = problem_of(refused.value)
    assert (problem.status, problem.title) == (503, TODAY.format("queue"))
    assert armed.fired == 1  # a second try would be refused as well


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (NEON.format("account or project", "compute time"), PLAN.format("database")),
        (NEON.format("project", "data transfer"), PLAN.format("database")),
        ("connection refused", ""),
    ],
)
def test_the_database(told: str, words: str) -> None:
    error = psycopg.OperationalError(f"connection failed: ERROR:  {told}")
    failure = _failure(error)
    assert (type(failure), failure.used_up) == (DatabaseUnreachable, words)
