"""After a roll-back: whatever newer code has stored, every route answers, and none with a 500."""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from brain.cloud.redis.scripts import Keys, Redis
from brain.memory.archive import PostgresArchive
from tests.routes.event_stage import signed
from tests.routes.resources_stage import SETTINGS, Caller, Home
from tests.routes.stage import Deployment, Json

pytestmark = pytest.mark.asyncio(loop_scope="package")

type Change = Callable[[str], str]

KINDS = ("run", "log", "journal", "questions", "held", "memory", "reminders", "here")
NEWER = "This question was asked by a newer version."
TAGS = re.compile(r'"(kind|is|role|whom|verdict|speak|tool)": ?"[^"]*"')


def newer(form: str) -> str:
    return re.sub(r'"v": ?1\b', '"v":2', form)


def of_another_kind(form: str) -> str:
    return TAGS.sub(r'"\1":"future"', form)


def with_another_field(form: str) -> str:
    return form.replace("{", '{"future":{"a":[1]},', 1) if form.endswith("}") else form


def of_another_shape(form: str) -> str:
    """What is not JSON, such as the state of a question, gets one more word; a number none."""
    return form if form.endswith("}") or not form or form.isdigit() else f"{form} future"


CHANGES: tuple[Change, ...] = (newer, of_another_kind, with_another_field, of_another_shape)


async def rewrite(redis: Redis, key: str, change: Change) -> None:
    """Change every text that a key holds."""

    async def run(*command: str) -> Any:
        return await redis.execute(list(command), limit_s=2)

    match await run("TYPE", key):
        case "hash":
            found = await run("HGETALL", key)
            pairs = found.items() if isinstance(found, dict) else zip(*[iter(found)] * 2)  # noqa: B905
            for field, value in list(pairs):
                await run("HSET", key, field, change(value))
        case "list":
            for place, line in enumerate(await run("LRANGE", key, "0", "-1")):
                await run("LSET", key, str(place), change(line))
        case "stream":
            entries = await run("XRANGE", key, "-", "+")
            await run("DEL", key)
            for id, fields in entries:
                await run("XADD", key, id, fields[0], change(fields[1]), *fields[2:])
        case "string":
            lines = (await run("GET", key)).split("\n")  # a journal has several
            await run("SET", key, "\n".join(map(change, lines)), "KEEPTTL")
        case _:
            pass


async def lived(deployment: Deployment, anna: Caller) -> str:
    """Leave every form behind: a log, a journal, an open question, a notice, a reminder, settings.

    Returns the question's id.
    """
    word = uuid4().hex
    made = await anna.kept("Diary", "Dear diary", typed=True)
    remind = {"name": "remind", "arguments": {"text": "Water", "at": "2030-01-01T09:00"}}
    delete = {"name": "deleteDocument", "arguments": {"id": made["id"]}}
    await deployment.direct(word, {"calls": [remind]}, {"calls": [delete]}, {"text": "Done."})
    asked = (await anna.call("POST", "voiceToBrain", json={"text": f"Do it {word}"})).json()
    body = json.dumps({"type": "event", "userId": anna.id, "data": {"text": "The door"}}).encode()
    assert (
        await anna.http.post("/api/eventToBrain", content=body, headers=signed(body))
    ).status_code == 200
    assert (await anna.call("PUT", "preferences", json=SETTINGS)).status_code == 200
    return str(asked["message"]["id"])


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
async def test_no_route_answers_500_whatever_newer_code_has_stored(
    deployment: Deployment, home: Home, anna: Caller, change: Change
) -> None:
    question = await lived(deployment, anna)
    wiring = deployment.functions.wirings["/api/status"]
    redis: Redis = wiring.redis
    log = await wiring.store.read(anna.id, since=0, limit=100)
    await PostgresArchive(home.database).store(anna.id, log.entries)
    await wiring.store.trim(anna.id, below=2)
    for name in (*KINDS, f"rest:{question}"):
        await rewrite(redis, Keys.of(anna.id).key(name), change)
    await _rewrite_rows(home, anna.id, change)

    answers = await _read_all(anna)
    if change in (newer, of_another_kind):
        assert answers["questions"] == {"question": None}
    for status, title in await _decide_all(anna, question):
        assert (status, title) == (409, NEWER) or change is not newer
    body = json.dumps({"type": "event", "userId": anna.id, "data": {"text": "A bell"}}).encode()
    told = await anna.http.post("/api/eventToBrain", content=body, headers=signed(body))
    assert told.status_code == 200, told.text
    word = uuid4().hex
    await deployment.direct(word, {"text": "Still here."})
    said = await anna.call("POST", "voiceToBrain", json={"text": f"Yes? {word}"})
    assert said.json()["message"]["text"] in ("Still here.", "Done.")  # Done: of the first script


async def _read_all(anna: Caller) -> dict[str, Json]:
    answers: dict[str, Json] = {}
    for name, query in (
        ("messages", {"sinceSeq": "0"}), ("status", {}), ("health", {}), ("questions", {}),
        ("documents", {}), ("documents", {"query": "diary"}), ("facts", {}), ("preferences", {}),
        ("rules", {}), ("session", {}),
    ):  # fmt: skip
        how = "POST" if name == "session" else "GET"
        answer = await anna.call(how, name, params=query)
        assert answer.status_code == 200, f"{name}: {answer.text}"
        answers[name] = answer.json()
    return answers


async def _decide_all(anna: Caller, question: str) -> list[tuple[int, str]]:
    """Give every order. Returns status and title of the answers to decisions on the question."""
    orders: list[Json] = [
        {"type": "heard", "seq": 1, "how": "played"},
        {"type": "heard", "seq": 2, "how": "played"},
        {"type": "approve", "questionId": question},
        {"type": "answer", "questionId": question, "text": "yes"},
        {"type": "stop"},
    ]
    answers = [(order, await anna.call("POST", "control", json=order)) for order in orders]
    assert all(answer.status_code < 500 for _, answer in answers)
    decided = [answer for order, answer in answers if "questionId" in order]
    return [(answer.status_code, answer.json().get("title", "")) for answer in decided]


async def _rewrite_rows(home: Home, user_id: str, change: Change) -> None:
    async def work(connection: Any) -> None:
        for table, column in (("archive", "entry"), ("preferences", "form")):
            found = await connection.execute(
                f"select ctid::text, {column}::text from brain.{table} where user_id = %s",
                (user_id,),
            )
            for place, form in await found.fetchall():
                await connection.execute(
                    f"update brain.{table} set {column} = %s where ctid = %s::tid",
                    (change(form), place),
                )

    await home.database.run(work)
