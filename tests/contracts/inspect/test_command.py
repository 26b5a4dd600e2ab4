"""`python -m brain.inspect`: whom it finds, what it shows, and that it only reads."""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from brain.cloud.postgres.database import schema_number
from brain.cloud.redis.scripts import Keys
from local.engines import postgres
from local.server import reserve
from tests.contracts.inspect.stage import WORD, Command, Findings, Planted, Site

pytestmark = pytest.mark.asyncio(loop_scope="package")

ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "docs" / "how-to" / "operate.md").read_text("utf-8")
TABLES = b"""
    select table_name from information_schema.tables
    where table_schema = 'brain' and table_type = 'BASE TABLE' order by 1
"""


def nowhere() -> str:
    """The address of a port where nobody listens."""
    with reserve() as place:
        return f"http://127.0.0.1:{place.getsockname()[1]}"


async def receipt_kept(planted: Planted) -> str:
    """The id of the user's run, once its receipt is in the database."""

    async def work(connection: Any) -> str:
        query = "select run_id from brain.receipts where user_id = %s"
        row = await (await connection.execute(query, [planted.user.id])).fetchone()
        return row[0] if row else ""

    async with asyncio.timeout(20):
        while not (run := await planted.site.database.run(work)):
            await planted.site.deployment.queue.idle()
            await asyncio.sleep(0.05)
        return run


async def everything(site: Site) -> dict[str, Any]:
    """Each key with its stored form, each table with its rows, and what the queue has."""
    keys = sorted(await site.redis.execute(["KEYS", "*"], limit_s=5))
    dumped = await site.redis.execute_all([["TYPE", key] for key in keys], limit_s=5)
    read = {"string": "GET", "hash": "HGETALL", "list": "LRANGE", "zset": "ZRANGE"}
    rest = {"list": ["0", "-1"], "zset": ["0", "-1"], "stream": ["-", "+"]}
    commands = [
        [read.get(kind, "XRANGE"), key, *rest.get(kind, [])]
        for key, kind in zip(keys, dumped, strict=True)
    ]
    values = await site.redis.execute_all(commands, limit_s=5)

    async def work(connection: Any) -> list[Any]:
        tables = [name for (name,) in await (await connection.execute(TABLES)).fetchall()]
        rows = [
            await (await connection.execute(f"select t::text from brain.{name} t")).fetchall()
            for name in tables
        ]
        return [*zip(tables, rows, strict=True)]

    rows = await site.database.run(work)
    counts = site.deployment.queue.counts()
    return {"keys": dict(zip(keys, values, strict=True)), "rows": rows, "queue": counts}


async def test_it_is_a_command(planted: Planted) -> None:
    await planted.begun()
    env = {"PATH": os.environ["PATH"], **planted.site.env}
    arguments = ("-m", "brain.inspect", planted.user.id, "--json")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=PIPE, env=env, cwd=ROOT
    )
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    report = json.loads(out)
    assert (report["user"], report["unread"]) == (planted.user.id, {})
    assert process.returncode == 0


async def test_a_user_is_found_by_hash_and_a_run_by_its_receipt(
    planted: Planted, found: Findings
) -> None:
    await planted.answered()
    run, hash = await receipt_kept(planted), sha256(planted.user.id.encode()).hexdigest()

    for name in (planted.user.id, hash[:16], hash[:32], hash, run):
        report = await found(name)
        assert (report["user"], report["code"]) == (planted.user.id, 0), name
        assert report["findings"][0]["run"] == run


async def test_an_older_run_is_told_from_the_last(planted: Planted, found: Findings) -> None:
    await planted.answered()
    run = await receipt_kept(planted)
    await planted.begun()

    report = await found(run)
    assert report["state"] == "running"
    assert [(each["what"], each["run"]) for each in report["findings"]] == [("answered", run)]


async def test_a_run_without_a_receipt_needs_its_user(planted: Planted, found: Findings) -> None:
    await planted.begun()
    alone = await found(planted.run)
    both = await found(planted.run, "--user", planted.user.id)

    assert (alone["code"], alone["findings"][0]["what"]) == (1, "noSuchUser")
    assert "--user" in alone["findings"][0]["next"]
    assert (both["code"], both["findings"][0]["what"]) == (0, "running")


async def test_without_a_database_it_says_so_and_looks_at_the_rest(
    planted: Planted, found: Findings
) -> None:
    await planted.asked()
    report = await found(planted.user.id, DATABASE_URL="")
    assert (report["code"], report["unread"]) == (0, {"database": "DATABASE_URL is not set"})
    assert "waitsForDecision" in [each["what"] for each in report["findings"]]


@pytest.mark.parametrize("service", ["store", "queue", "database"])
async def test_a_service_that_is_away_is_named_and_the_others_are_read(
    planted: Planted, found: Findings, service: str
) -> None:
    await planted.answered()
    await receipt_kept(planted)
    await planted.begun(dies=True)
    away = nowhere()
    variables = {
        "store": {"UPSTASH_REDIS_REST_URL": away},
        "queue": {"QSTASH_URL": away},
        "database": {"DATABASE_URL": f"postgresql://{away.removeprefix('http://')}/none"},
    }
    report = await found(planted.user.id, **variables[service])

    whats = [each["what"] for each in report["findings"]]
    assert (report["code"], [*report["unread"]]) == (2, [service])
    expected = {"store": ["answered"], "queue": ["leaseExpired"]}
    assert whats == expected.get(service, ["leaseExpired", "noWakeUp"])


async def test_it_shows_no_texts_unless_it_is_asked_to(site: Site, inspected: Command) -> None:
    planted, answered = site.user(), site.user()
    await planted.asked()
    await planted.noticed()
    await planted.given_up()
    await answered.answered()

    for name in (planted.user.id, answered.user.id):
        for form in ((), ("--json",)):
            _, plain = await inspected(name, *form)
            _, full = await inspected(name, *form, "--texts")
            assert WORD not in plain
            assert WORD in full or name == planted.user.id
    _, full = await inspected(planted.user.id, "--texts")
    assert "Shall I?" in full


async def test_it_changes_nothing(site: Site, inspected: Command) -> None:
    users = [site.user() for _ in range(4)]
    await users[0].answered()
    run = await receipt_kept(users[0])
    await users[1].begun(dies=True)
    await users[2].asked()
    await users[2].noticed()
    await users[3].given_up()
    before = await everything(site)

    hash = Keys.of(users[2].user.id).user
    for name in (*(each.user.id for each in users), run, hash, "nobody", "0" * 16):
        await inspected(name, "--texts")
    assert await everything(site) == before


async def test_it_does_not_migrate(planted: Planted, found: Findings, tmp_path: Path) -> None:
    await planted.begun()
    async with postgres(tmp_path) as engine:
        report = await found(planted.user.id, DATABASE_URL=engine.url)
        assert (await schema_number(engine.url))[0] == 0
    assert (report["code"], report["unread"]["database"]) == (
        2,
        "the schema is empty or of older code",
    )


async def test_the_queries_of_the_guide_work(planted: Planted) -> None:
    await planted.answered()
    await receipt_kept(planted)
    queries = re.findall(r"```sql\n(.*?);\n```", GUIDE, re.DOTALL)

    async def work(connection: Any) -> list[int]:
        return [len(await (await connection.execute(query)).fetchall()) for query in queries]

    rows = await planted.site.database.run(work)
    assert len(rows) == 3
    assert all(rows)


async def test_missing_settings_are_named(
    planted: Planted, inspected: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    code, printed = await inspected(planted.user.id, UPSTASH_REDIS_REST_URL="")
    assert (code, printed) == (2, "")
