"""GET /api/messages, /api/status and /api/health, over HTTP, with the local services."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from brain.cloud.postgres.database import Postgres
from brain.cloud.redis.model_faults import KEY
from brain.errors import ModelRefused
from brain.http.version import VERSION
from brain.memory.archive import PostgresArchive
from brain.run.messages import Kind, LogEntry, Message, Utterance
from brain.run.ports import Prompt
from local import engines
from local.faults import Fault
from tests.routes.stage import Deployment, Json, User

pytestmark = pytest.mark.asyncio(loop_scope="package")

QUIT = "sayToUserAndQuit"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def said(message: str, **reply: Any) -> Json:
    return {"calls": [{"name": QUIT, "arguments": {"message": message}}], **reply}


async def talk(user: User, *texts: str) -> None:
    for text in texts:
        await user.deployment.direct(text, said(f"{text}?"))
        assert (await user.ask(text)).json()["state"] == "done"


async def page(user: User, query: str) -> tuple[list[str], int, int]:
    answer = await user.get(f"/api/messages?{query}")
    body: Json = answer.json()
    return [entry["text"] for entry in body["messages"]], body["nextSince"], body["lastSeq"]


async def test_the_log_of_a_new_user_is_empty(user: User) -> None:
    answer = await user.get("/api/messages")
    assert answer.json() == {"messages": [], "nextSince": 0, "lastSeq": 0}
    assert answer.headers["cache-control"] == "no-store"


async def test_the_log_is_read_in_pages(user: User) -> None:
    await talk(user, "One", "Two")
    assert await page(user, "limit=3") == (["One", "One?", "Two"], 3, 4)
    assert await page(user, "sinceSeq=3&limit=3") == (["Two?"], 4, 4)
    assert await page(user, "sinceSeq=4") == ([], 4, 4)
    assert await page(user, "sinceSeq=99") == ([], 99, 4)


async def test_an_unchanged_log_is_304(user: User) -> None:
    await talk(user, "Tagged")
    tag = (await user.get("/api/messages?sinceSeq=1")).headers["etag"]
    same = await user.get("/api/messages?sinceSeq=1", **{"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    await talk(user, "Changed")
    changed = await user.get("/api/messages?sinceSeq=1", **{"If-None-Match": tag})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sinceSeq=-1", "sinceSeq"),
        ("sinceSeq=x", "sinceSeq"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
    ],
)
async def test_an_invalid_page_is_422(user: User, query: str, field: str) -> None:
    answer = await user.get(f"/api/messages?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("path", ["/api/messages", "/api/status"])
async def test_reading_without_a_token_is_401(deployment: Deployment, path: str) -> None:
    answer = await deployment.http.get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/messages", "/api/status"])
async def test_an_unreachable_store_is_503(user: User, path: str) -> None:
    faults = user.deployment.faults
    faults.add(Fault(kind="status", status=400, text='{"error":"ERR no"}', times=None))
    try:
        answer = await user.get(path)
    finally:
        faults.clear()
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_a_user_cannot_read_the_log_of_another(deployment: Deployment, user: User) -> None:
    await talk(user, "Mine")
    assert await deployment.user().log() == []


# ---- the archive


def archived(seq: int, text: str) -> Utterance:
    return Utterance(
        id=f"u{seq}", seq=seq, text=text, message_id=f"m-{seq}", run_id="r0", created_at=NOON
    )


def archived_message(seq: int, text: str) -> Message:
    return Message(
        id=f"b{seq}",
        seq=seq,
        kind=Kind.SAY,
        text=text,
        done_after_this=True,
        run_id="r0",
        answers_seq=seq - 1,
        created_at=NOON,
    )


async def keep(url: str, user: User, *entries: LogEntry) -> None:
    database = Postgres(url)
    await PostgresArchive(database).store(user.id, entries)
    await database.close()


async def test_entries_that_left_the_store_come_from_the_archive(
    deployment: Deployment, user: User, tmp_path: Path
) -> None:
    await talk(user, "One", "Two", "Three")
    await deployment.functions.wirings["/api/messages"].store.trim(user.id, below=4)
    async with engines.postgres(tmp_path) as engine:
        await keep(
            engine.url,
            user,
            archived(1, "One"),
            archived_message(2, "One?"),
            archived(3, "Two"),
            # In both places, as after a crash between archiving and trimming.
            archived_message(4, "Two?"),
        )
        async with deployment.changed(DATABASE_URL=engine.url) as http:

            async def read(query: str) -> tuple[list[str], int, int]:
                answer = await http.get(f"/api/messages?{query}", headers=user.headers)
                body: Json = answer.json()
                texts = [entry["text"] for entry in body["messages"]]
                return texts, body["nextSince"], body["lastSeq"]

            everything = ["One", "One?", "Two", "Two?", "Three", "Three?"]
            assert await read("") == (everything, 6, 6)
            assert await read("limit=2") == (everything[:2], 2, 6)
            assert await read("sinceSeq=2&limit=3") == (everything[2:5], 5, 6)
            assert await read("sinceSeq=3") == (["Two?", "Three", "Three?"], 6, 6)
            whole = await http.get("/api/messages", headers=user.headers)
            seqs = [entry["seq"] for entry in whole.json()["messages"]]
            assert seqs == list(range(1, 7))


async def test_an_unreachable_archive_is_503_only_for_archived_entries(
    deployment: Deployment, user: User, tmp_path: Path
) -> None:
    await talk(user, "One", "Two")
    await deployment.functions.wirings["/api/messages"].store.trim(user.id, below=3)
    nowhere = f"postgresql://postgres@/brain?host={tmp_path}"
    async with deployment.changed(DATABASE_URL=nowhere) as http:
        old = await http.get("/api/messages", headers=user.headers)
        new = await http.get("/api/messages?sinceSeq=2", headers=user.headers)
    assert old.status_code == 503
    assert [entry["text"] for entry in new.json()["messages"]] == ["Two", "Two?"]


async def test_without_an_archive_the_log_begins_with_the_oldest_stored_entry(user: User) -> None:
    await talk(user, "One", "Two")
    await user.deployment.functions.wirings["/api/messages"].store.trim(user.id, below=3)
    assert await page(user, "") == (["Two", "Two?"], 4, 4)


# ---- status


async def test_the_status_of_a_new_user_is_idle(user: User) -> None:
    answer = await user.get("/api/status")
    assert answer.json() == {
        "state": "idle",
        "runId": None,
        "loop": 0,
        "activity": "",
        "startedAt": None,
        "lastEventAt": None,
        "lastSeq": 0,
        "progress": None,
        "endedBecause": None,
        "listening": False,
        "question": None,
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_the_status_describes_the_run_without_any_text(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("my private words", said("my private answer", delay_s=0.7))
    asked = (await user.ask("my private words", patience=0.05)).json()
    running = (await user.get("/api/status")).json()
    assert (running["state"], running["runId"]) == ("running", asked["runId"])
    assert (running["activity"], running["lastSeq"]) == ("thinking", 1)
    assert running["startedAt"] == running["lastEventAt"]
    assert running["startedAt"].endswith("Z")

    await user.until_heard("my private answer")
    answer = await user.get("/api/status")
    assert (answer.json()["state"], answer.json()["lastSeq"]) == ("idle", 2)
    assert "private" not in answer.text + str(running)


async def test_an_unchanged_status_is_304(user: User) -> None:
    await talk(user, "Quiet")
    tag = (await user.get("/api/status")).headers["etag"]
    assert (await user.get("/api/status", **{"If-None-Match": tag})).status_code == 304


# ---- health


async def health(deployment: Deployment, path: str = "/api/health", **env: str) -> httpx.Response:
    async with deployment.changed(**env) as http:
        return await http.get(path)


@pytest.mark.parametrize("path", ["/api/health", "/api/status?check=health"])
async def test_a_complete_deployment_is_healthy(deployment: Deployment, path: str) -> None:
    await deployment.functions.wirings[path.partition("?")[0]].redis.execute(
        ["DEL", KEY], limit_s=4
    )
    body = (await health(deployment, path, DATABASE_URL="postgresql://x")).json()
    assert (body["ok"], body["version"]) == (True, VERSION)
    assert "Only the settings are checked" in body["note"]
    assert {"redis", "queue", "channel", "database", "model"} <= set(body["checks"])
    assert all(check == {"ok": True} for check in body["checks"].values())


async def test_health_names_why_a_model_failed_in_another_process(deployment: Deployment) -> None:
    wiring = deployment.functions.wirings["/api/voiceToBrain"]
    lines = [{"role": "system", "content": "Answer."}, {"role": "user", "content": "A fault"}]
    prompt = Prompt(messages=lines, tools=[])
    await deployment.direct("A fault", {"status": 404}, {"text": "one"})
    with pytest.raises(ModelRefused):
        await wiring.model.answer(prompt, limit_s=20)
    await wiring.model_faults.settle()
    check = (await health(deployment)).json()["checks"]["model"]
    assert check == {"ok": True, "faults": ["script: no access"]}
    renamed = (await health(deployment, BRAIN_MODEL="new")).json()["checks"]["model"]
    assert renamed == {"ok": True}
    await wiring.model.answer(prompt, limit_s=20)
    await wiring.model_faults.settle()
    assert (await health(deployment)).json()["checks"]["model"] == {"ok": True}


async def test_a_run_that_fails_names_the_models_fault_in_health(user: User) -> None:
    wiring = user.deployment.functions.wirings["/api/voiceToBrain"]
    text = "This model has no access"
    await user.deployment.direct(text, {"status": 404}, {"status": 404})
    await user.ask(text)
    await wiring.model_faults.settle()
    check = (await health(user.deployment)).json()["checks"]["model"]
    assert check["faults"] == ["script: no access"]


async def test_health_does_not_wait_for_a_store_that_is_away(deployment: Deployment) -> None:
    answer = await health(deployment, UPSTASH_REDIS_REST_URL="http://127.0.0.1:1")
    assert answer.json()["checks"]["model"] == {"ok": True}


async def test_health_names_missing_settings_and_shows_no_value(deployment: Deployment) -> None:
    answer = await health(deployment, QSTASH_TOKEN="", BRAIN_LEASE_S="a-secret")
    checks = answer.json()["checks"]
    assert answer.json()["ok"] is False
    assert checks["queue"] == {"ok": False, "missing": "QSTASH_TOKEN is missing"}
    assert checks["database"] == {"ok": False, "missing": "DATABASE_URL is missing"}
    assert "BRAIN_LEASE_S" in checks["times"]["missing"]
    assert "a-secret" not in answer.text
    assert deployment.env["BRAIN_JWT_SECRET"] not in answer.text


async def test_health_says_that_the_store_evicts_keys(deployment: Deployment) -> None:
    told = b64encode(b"# Memory\r\nmaxmemory_policy:allkeys-lru\r\n").decode()
    text = json.dumps({"result": told})
    deployment.faults.add(Fault(kind="status", status=200, text=text, body="INFO", times=None))
    try:
        checks = (await health(deployment)).json()["checks"]
    finally:
        deployment.faults.clear()
    evicts = "the store evicts keys (allkeys-lru): turn eviction off"
    assert checks["redis"] == {"ok": False, "missing": evicts}
