"""A rehearsed brain calls every tool there is, and nothing of the owner's changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from brain.cloud.postgres.rows import id_from_key
from brain.cloud.redis.scripts import Keys
from brain.documents.rules import version
from brain.jobs.flow import delete_job
from brain.jobs.rehearsals.postgres import PostgresRehearsals
from brain.jobs.rules import job_id, mind_id
from brain.run.journal import Answered
from brain.run.ports import Prompt
from brain.tools.invocations import Tool, ToolInvocation
from brain.tools.spec import Effect, ToolCall
from tests.jobs.rehearsals.conftest import MakeStage
from tests.jobs.rehearsals.stage import Cast, Stage, call, ends, quit_with

pytestmark = pytest.mark.asyncio(loop_scope="package")

KEY = "a-walk-over-all-tools"
BODY = "Monday: museum."
WORLD: Mapping[str, Any] = {
    "now": "2031-05-01T17:00:00Z",
    "documents": [{"title": "Plan", "body": BODY}, {"title": "Draft", "body": "empty"}],
    "emails": [{"from": "Ben <ben@example.org>", "subject": "Hi", "text": "How are you?"}],
    "facts": ["Ben eats no fish."],
    "pages": {"https://inside.example/": "In."},
    "search": {"hotel": [{"title": "T", "url": "https://inside.example/", "snippet": "S"}]},
    "tools": {"openDoor": [{"answer": "open"}]},
}


def arguments(mind: str) -> dict[str, dict[str, Any]]:
    """Arguments for every tool, in the order in which they are called."""
    plan, draft = (id_from_key(mind, f"seed-{place}") for place in (0, 1))
    to = ["ben@example.org"]
    return {
        "searchDocuments": {"query": "museum"},
        "readDocument": {"id": plan},
        "createDocument": {"title": "New", "body": "text"},
        "updateDocument": {"id": plan, "append": "Tuesday: beach."},
        "recall": {"query": "fish"},
        "remember": {"fact": "Ben likes tea."},
        "forget": {"id": plan},
        "searchHistory": {"query": "museum"},
        "tellMeWhen": {"about": "an email of Ben", "from": "ben@example.org"},
        "listRules": {},
        "stopTellingMe": {"id": plan},
        "remind": {"text": "call Ben", "at": "2031-05-02T09:00"},
        "listReminders": {},
        "cancelReminder": {"id": "unknown"},
        "searchEmail": {"query": "how"},
        "readEmail": {"id": plan},
        "sendEmail": {"to": to, "subject": "s", "body": "b"},
        "replyToEmail": {"id": plan, "body": "b"},
        "shareDocument": {"id": draft, "version": version("Draft", "empty"), "to": to},
        "readWebPage": {"url": "https://inside.example/"},
        "searchWeb": {"query": "hotel"},
        "openDoor": {"which": "back"},
        "deleteDocument": {"id": draft, "version": version("Draft", "empty")},
    }


@dataclass
class Walker:
    """A brain that calls one tool after the other, each once."""

    wanted: dict[str, dict[str, Any]]
    called: list[str]

    def __call__(self, prompt: Prompt) -> Answered:
        offered = {tool["function"]["name"] for tool in prompt.tools}
        for name in self.wanted:
            if name in offered and name not in self.called:
                self.called.append(name)
                return call(name, **self.wanted[name])
        return quit_with("That was all.")


def agrees(prompt: Prompt) -> Answered:
    """A player that says yes to every question."""
    last = str(prompt.messages[-1]["content"])
    return ends(prompt) if "That was all." in last else call("next", text="yes")


async def give(tool: Tool, user: str, given: dict[str, Any]) -> None:
    """Let the owner's own tool do something, as in an earlier talk."""
    made = ToolCall(id="c", name=tool.spec.name, arguments=json.dumps(given))
    key = f"owner-{tool.spec.name}"
    await tool.run(ToolInvocation(user_id=user, call=made, arguments=given, idempotency_key=key))


async def rows_of(theatre: Stage, without: str = "") -> dict[str, list[Any]]:
    """All rows of all tables that name a user or a mind, by table; not those of one mind."""
    database = theatre.house.database
    assert database is not None
    found: dict[str, list[Any]] = {}

    async def work(connection: Any) -> None:
        asked = await connection.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'brain' and column_name in ('user_id', 'mind_id')"
        )
        for table, column in await asked.fetchall():
            listed = await connection.execute(
                f"select to_jsonb(t)::text from brain.{table} t where {column} <> %(mind)s",
                {"mind": without},
            )
            found[f"{table}.{column}"] = sorted(row for (row,) in await listed.fetchall())

    await database.run(work)
    return found


OF_HELPERS = {"sendHelpers", "listJobs", "tellHelper", "stopHelpers", "readReport", "playOut"}
OF_JOBS = {"jobs.user_id", "minds.user_id", "spending.user_id"}
OF_THE_REPORT = {"documents.user_id", "passages.user_id"}


async def test_every_tool_is_called_and_nothing_of_the_owners_changes(stage: MakeStage) -> None:
    walker = Walker(wanted={}, called=[])
    cast = Cast(brain=walker, player=agrees)
    theatre = stage(cast)
    tools = theatre.house.services.tools
    mind = mind_id(job_id(theatre.user, KEY), 0)
    walker.wanted = arguments(mind)
    for name in ("createDocument", "remember", "tellMeWhen"):
        await give(tools[name], theatre.user, walker.wanted[name])
    tomorrow = (theatre.house.clock.utc() + timedelta(days=1)).isoformat()
    await give(tools["remind"], theatre.user, {"text": "call Ben", "at": tomorrow})
    theatre.queue.told.clear()
    keys_before = await keys_of(theatre)
    before = await rows_of(theatre)

    scenario = {"name": "Walk", "opening": "try everything", "world": {**WORLD}, "maxTurns": 25}
    new = theatre.new(scenario, budget=1_000_000, key=KEY)
    job = await theatre.play(new)

    [played] = await theatre.minds(job)
    assert (played.id, played.status, played.ended_reason) == (mind, "complete", "goal")
    assert {*walker.called} == {*tools} - OF_HELPERS | {"openDoor"}
    after = await rows_of(theatre, without=mind)
    changed = {table for table in before if before[table] != after[table]}
    assert changed <= OF_JOBS | OF_THE_REPORT
    assert len(after["documents.user_id"]) - len(before["documents.user_id"]) == 1
    assert await keys_of(theatre) == keys_before
    assert theatre.queue.told == []
    assert {event for _, event, _ in theatre.house.channel.events} == {"job"}

    done = [tool for tool, _, _ in await theatre.effects(played)]
    acting = {name for name, tool in tools.items() if tool.spec.effect is not Effect.READS}
    assert len(done) == len({*done})
    assert {*done} <= acting | {"openDoor"}
    assert {"sendEmail", "replyToEmail", "shareDocument", "deleteDocument", "openDoor"} <= {*done}
    assert {"createDocument", "updateDocument", "remember", "remind"} <= {*done}
    assert theatre.house.database is not None
    steps = await PostgresRehearsals(theatre.house.database).steps(mind)
    assert not [step for step in steps if step.entry["is"] == "missing"]


async def keys_of(theatre: Stage) -> dict[str, Any]:
    """The owner's keys in the state store with their contents, but for what waits to be told."""
    mine = Keys.of(theatre.user).key("")
    listed = await theatre.house.redis.execute(["KEYS", "*"], limit_s=5)
    kept = [key for key in listed if key.startswith(mine)]
    kept = [key for key in kept if key.removeprefix(mine).split(":")[0] not in TOLD]
    dumped = {key: await theatre.house.redis.execute(["TYPE", key], limit_s=5) for key in kept}
    return {**dumped, **{key: await _content(theatre, key, dumped[key]) for key in kept}}


TOLD = ("held", "run", "seen")


async def _content(theatre: Stage, key: str, kind: str) -> Any:
    commands = {
        "string": ["GET", key],
        "hash": ["HGETALL", key],
        "list": ["LRANGE", key, "0", "-1"],
        "zset": ["ZRANGE", key, "0", "-1"],
        "set": ["SMEMBERS", key],
        "stream": ["XLEN", key],
    }
    return await theatre.house.redis.execute(commands[kind], limit_s=5)


async def test_a_deleted_rehearsal_leaves_nothing(stage: MakeStage) -> None:
    walker = Walker(wanted={}, called=[])
    theatre = stage(Cast(brain=walker, player=agrees))
    mind = mind_id(job_id(theatre.user, KEY), 0)
    walker.wanted = arguments(mind)
    before = await rows_of(theatre)
    scenario = {"name": "Walk", "opening": "try everything", "world": {**WORLD}, "maxTurns": 25}
    job = await theatre.play(theatre.new(scenario, budget=1_000_000, key=KEY))
    assert await keys_under(theatre, mind)

    assert await delete_job(theatre.services, theatre.user, job.id) == "deleted"

    after = await rows_of(theatre)
    left = {t: [row for row in after[t] if row not in before[t]] for t in after}
    assert {table for table, rows in left.items() if rows} <= OF_THE_REPORT | {"spending.user_id"}
    assert not [row for rows in after.values() for row in rows if mind in row]
    days = [await ttl_days(theatre, key) for key in await keys_under(theatre, mind)]
    assert all(0 <= each <= 3 for each in days)


async def keys_under(theatre: Stage, mind: str) -> list[str]:
    listed = await theatre.house.redis.execute(["KEYS", "*"], limit_s=5)
    return [key for key in listed if key.startswith(Keys.of(mind).key(""))]


async def ttl_days(theatre: Stage, key: str) -> float:
    left_ms = await theatre.house.redis.execute(["PTTL", key], limit_s=5)
    return float(left_ms) / 86_400_000
