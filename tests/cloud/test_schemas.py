"""Checking client schemas in a separate process, and the fake in memory."""

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from brain.cloud import schema_worker
from brain.cloud.schemas import MAX_ACCEPTED, SchemaWorker
from brain.errors import CheckerUnreachable
from brain.run.ports import Schemas
from brain.tools.client_schemas import BAD_PATTERN, TOO_FAR, TOO_SLOW
from tests.fakes.schemas import MemorySchemas

GOOD: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}}
BAD: dict[str, Any] = {"type": "object", "patternProperties": {"(?=a)": {}}}


def endless() -> dict[str, Any]:
    """A small schema whose check takes twice as long with each level: for hours, with 24."""
    defs: dict[str, Any] = {"a0": {"properties": {"a": True}}}
    for level in range(1, 25):
        below = {"$ref": f"#/$defs/a{level - 1}"}
        defs[f"a{level}"] = {"anyOf": [below], "unevaluatedProperties": False}
    return {"type": "object", "$defs": defs, "allOf": [{"$ref": "#/$defs/a24"}]}


@asynccontextmanager
async def checker(kind: str, **options: Any) -> AsyncIterator[Schemas]:
    if kind == "memory":
        yield MemorySchemas()
        return
    async with aclosing(SchemaWorker(**{"limit_s": 20.0, **options})) as worker:
        yield worker


@pytest.mark.parametrize("kind", ["worker", "memory"])
async def test_schemas_and_arguments_are_checked_in_order(kind: str) -> None:
    async with checker(kind) as schemas:
        assert await schemas.objections([]) == []
        assert await schemas.objections([BAD, GOOD, BAD]) == [BAD_PATTERN, "", BAD_PATTERN]
        assert await schemas.objections([GOOD]) == [""]
        calls = [(GOOD, '{"a":"x"}'), (GOOD, '{"a":"\\ud83d"}'), (GOOD, '{"a":7}')]
        fine, half, wrong = await schemas.complaints(calls)
        assert (fine, half) == ("", ""), "what cannot be decoded is refused elsewhere"
        assert wrong == "a: 7 does not fit type"


async def test_an_endless_check_is_killed_and_the_next_one_works() -> None:
    async with checker("worker", limit_s=0.5) as schemas:
        assert await schemas.complaints([(endless(), '{"a":1}')]) == [TOO_SLOW]
    async with checker("worker") as schemas:
        assert isinstance(schemas, SchemaWorker)
        schemas._limit_s = 0.0
        assert await schemas.complaints([(GOOD, "{}")]) == [TOO_SLOW]
        schemas._limit_s = 20.0
        assert await schemas.complaints([(GOOD, "{}")]) == [""]


async def test_an_endless_check_does_not_block_the_event_loop() -> None:
    async with checker("worker", limit_s=0.5) as schemas:
        check = asyncio.ensure_future(schemas.complaints([(endless(), '{"a":1}')]))
        turns = 0
        while not check.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 100


async def test_a_cancelled_check_leaves_no_answer_for_the_next() -> None:
    async with checker("worker") as schemas:
        await schemas.objections([GOOD])
        given_up = asyncio.ensure_future(schemas.complaints([(GOOD, '{"a":7}')]))
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        assert await schemas.complaints([(GOOD, "{}")]) == [""]


@pytest.mark.parametrize("command", [["/nowhere/python"], [sys.executable, "-c", "pass"]])
async def test_a_worker_that_does_not_start_is_unreachable(command: list[str]) -> None:
    async with checker("worker", command=command) as schemas:
        with pytest.raises(CheckerUnreachable):
            await schemas.objections([GOOD])


async def test_the_worker_receives_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAIN_JWT_SECRET", "secret")
    told = "import json, os; print('[]', flush=True); input(); print(json.dumps(list(os.environ)))"
    async with checker("worker", command=[sys.executable, "-c", told]) as schemas:
        assert "BRAIN_JWT_SECRET" not in await schemas.complaints([(GOOD, "{}")])


async def test_only_a_few_accepted_schemas_are_remembered() -> None:
    async with aclosing(SchemaWorker(limit_s=20.0)) as worker:
        many = [{"type": "object", "title": str(n)} for n in range(MAX_ACCEPTED + 5)]
        assert set(await worker.objections(many)) == {""}
        assert len(worker._accepted) == MAX_ACCEPTED


def test_the_process_answers_line_by_line() -> None:
    written: list[str] = []
    wide = {"allOf": [{"$ref": "#/$defs/list"}] * 30}
    far: dict[str, Any] = {"type": "object", "$defs": {"list": {"enum": list(range(90))}}, **wide}
    jobs = [[[GOOD], [far]], [[GOOD, '{"a":7}']]]
    lines = io.BytesIO("".join(f"{json.dumps(job)}\n" for job in jobs).encode())
    schema_worker.serve(lines, written.append)
    assert [json.loads(line) for line in written] == [
        [],
        ["", TOO_FAR],
        ["a: 7 does not fit type"],
    ]
