"""What is erased is nowhere any more: no row of any table and no key of the store has it.

The test looks through everything that there is, and knows no table and no key by name. So a new
one is covered.
"""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from brain.cloud.redis.scripts import Keys
from brain.cloud.redis.upstash import Upstash
from brain.email.postgres import PostgresEmails
from brain.memory.archive import PostgresArchive
from brain.notices.push.model import PushSubscription
from brain.notices.push.redis import RedisPushBook
from brain.run.records import entry_from_wire
from tests.fakes.email import an_email
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Deployment, Json

pytestmark = pytest.mark.asyncio(loop_scope="package")

WORD = "xylophone"
KEY = "key-of-a-device"
NOW = datetime.now(UTC)
TOMORROW = (NOW + timedelta(days=1)).isoformat()
TABLES = b"""
    select table_name from information_schema.tables
    where table_schema = 'brain' and table_type = 'BASE TABLE'
"""
OF_ALL = "select to_json(t)::text from brain.{} t"


@pytest_asyncio.fixture(loop_scope="package")
async def store(deployment: Deployment) -> AsyncIterator[Upstash]:
    async with aclosing(Upstash(deployment.env["UPSTASH_REDIS_REST_URL"], "redis-token")) as store:
        yield store


async def rows(home: Home) -> list[tuple[str, str]]:
    """All rows of all tables, each with the name of its table."""

    async def work(connection: Any) -> list[tuple[str, str]]:
        tables = [name for (name,) in await (await connection.execute(TABLES)).fetchall()]
        found = []
        for table in tables:
            listed = await connection.execute(OF_ALL.format(table).encode())
            found += [(table, row) for (row,) in await listed.fetchall()]
        return found

    return await home.database.run(work)


async def contents(store: Upstash) -> dict[str, str]:
    """All keys of the store, with all that they hold."""
    reading = {
        "string": ("GET",),
        "hash": ("HGETALL",),
        "list": ("LRANGE", "0", "-1"),
        "zset": ("ZRANGE", "0", "-1"),
        "set": ("SMEMBERS",),
        "stream": ("XRANGE", "-", "+"),
    }
    found = {}
    for key in await store.execute(["KEYS", "*"], limit_s=5):
        kind = await store.execute(["TYPE", key], limit_s=5)
        command, *rest = reading[kind]
        found[key] = json.dumps(await store.execute([command, key, *rest], limit_s=5))
    return found


async def traces(home: Home, store: Upstash, user_id: str, word: str = WORD) -> list[str]:
    """Each row and each key that has the word, or that belongs to the user."""
    signs = (word, user_id, Keys.of(user_id).user)
    in_tables = [name for name, row in await rows(home) if any(sign in row for sign in signs)]
    in_keys = [
        key
        for key, content in (await contents(store)).items()
        if any(sign in key or sign in content for sign in signs)
    ]
    return sorted(in_tables) + sorted(in_keys)


def queued(deployment: Deployment, user_id: str) -> list[str]:
    """The messages on the queue that name the user."""
    waiting = deployment.queue.store.pending()
    return [message.id for message in waiting if user_id.encode() in message.body]


SAID = {"calls": [{"name": "sayToUserAndQuit", "arguments": {"message": f"A {WORD}, noted."}}]}


def calling(name: str, **arguments: object) -> Json:
    return {"calls": [{"name": name, "arguments": arguments}]}


async def say(deployment: Deployment, caller: Caller, text: str, *answers: Json) -> None:
    await deployment.direct(text, *answers)
    answer = await caller.call("POST", "voiceToBrain", json={"text": text, "patience": 0})
    assert answer.status_code == 200, answer.text


async def planted(home: Home, deployment: Deployment, caller: Caller) -> None:
    """Put the word into everything that a user can have."""
    kept = await caller.kept(f"A {WORD}", f"The {WORD} is in the attic.")
    change = {"find": "attic", "replace": f"{WORD} attic", "version": kept["version"]}
    await caller.call("PATCH", "documents", params={"id": kept["id"]}, json=change)
    await PostgresEmails(home.database).store(caller.id, [an_email(text=f"My {WORD}")])
    await caller.call("PUT", "preferences", json={"trusted": [f"{WORD}@example.org"]})
    phone = PushSubscription(endpoint=f"https://push.example/{WORD}", p256dh=KEY, auth=KEY, at=NOW)
    await RedisPushBook(deployment.functions.wirings["/api/push"].redis).put(caller.id, phone)
    await say(
        deployment,
        caller,
        f"remember the {WORD} of {caller.id}",
        calling("remember", fact=f"The {WORD} is blue."),
        calling("remind", text=f"tune the {WORD}", at=TOMORROW),
        calling("tellMeWhen", about=f"a {WORD}", **{"from": "a@b.example"}),
        SAID,
    )
    mail = calling("sendEmail", to=["a@b.example"], subject=WORD, body=WORD)
    await say(deployment, caller, f"mail the {WORD} of {caller.id}", mail)


def packed(answer: httpx.Response) -> dict[str, str]:
    """The files of an export."""
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


async def erased(caller: Caller, scope: str, **which: int) -> Json:
    confirm = {} if which else {"confirm": caller.id}
    answer = await caller.call("POST", "erase", json={"scope": scope, **confirm, **which})
    assert answer.status_code == 200, answer.text
    counts: Json = answer.json()["counts"]
    return counts


async def test_all_that_is_exported_is_erased_everywhere(
    home: Home, deployment: Deployment, owner: Caller, store: Upstash
) -> None:
    await planted(home, deployment, owner)
    before = await traces(home, store, owner.id)
    assert {"documents", "emails", "facts", "preferences", "rules", "edits"} <= {*before}
    assert queued(deployment, owner.id)

    files = packed(await owner.call("GET", "export"))
    with_word = {name for name, text in files.items() if WORD in text}
    assert {"messages.jsonl", "documents.jsonl", "emails.jsonl", "facts.jsonl"} <= with_word
    assert {"rules.json", "reminders.json", "preferences.json", "questions.jsonl"} <= with_word
    assert {"usage.jsonl", "receipts.jsonl", "manifest.json"} <= {*files}
    assert [json.loads(day)["runs"] for day in files["usage.jsonl"].splitlines()] == [2]
    assert WORD in files["push.json"]
    assert not [name for name, text in files.items() if KEY in text]
    assert any(name.startswith("documents/") and WORD in files[name] for name in files)
    counts = json.loads(files["manifest.json"])["counts"]
    assert counts["messages.jsonl"] == len(files["messages.jsonl"].splitlines())

    gone = await erased(owner, "all")
    assert gone["documents"] == gone["facts"] == gone["emails"] == 1
    assert gone["messages"] == counts["messages.jsonl"]
    assert await traces(home, store, owner.id) == []
    assert queued(deployment, owner.id) == []
    assert {*(await erased(owner, "all")).values()} == {0}

    await say(deployment, owner, f"hello again, {owner.id}", SAID)
    log = (await owner.got("messages"))["messages"]
    assert [entry["seq"] for entry in log][:2] == [1, 2]


@pytest.mark.parametrize(
    "body",
    [
        {"scope": "all"},
        {"scope": "conversation", "confirm": "somebody else"},
        {"scope": "all", "confirm": "x", "fromSeq": 1, "untilSeq": 2},
        {"scope": "messages", "fromSeq": 3},
        {"scope": "messages", "fromSeq": 3, "untilSeq": 2},
        {"scope": "everything", "confirm": "x"},
    ],
)
async def test_what_is_not_clearly_meant_erases_nothing(anna: Caller, body: Json) -> None:
    await anna.kept("Note", "milk")
    answer = await anna.call("POST", "erase", json=body)
    assert answer.status_code == 422
    assert (await anna.got("documents"))["total"] == 1


async def test_another_user_keeps_everything(anna: Caller, ben: Caller) -> None:
    await anna.kept("Note", "milk")
    await ben.kept("Note", "milk")
    await erased(anna, "all")
    assert (await anna.got("documents"))["total"] == 0
    assert (await ben.got("documents"))["total"] == 1


async def test_without_the_conversation_the_documents_and_facts_stay(
    home: Home, deployment: Deployment, anna: Caller, store: Upstash
) -> None:
    await planted(home, deployment, anna)
    await erased(anna, "conversation")
    assert (await anna.got("messages"))["lastSeq"] == 0
    assert (await anna.got("questions"))["question"] is None
    assert (await anna.got("documents"))["total"] == (await anna.got("facts"))["total"] == 1
    assert (await anna.got("reminders"))["total"] == 1
    left = await traces(home, store, anna.id)
    own = [key for key in left if Keys.of(anna.id).user in key]
    kinds = {key.partition("}:")[2].partition(":")[0] for key in own}
    assert "reminders" in kinds
    assert not kinds & {"log", "journal", "questions", "rest", "id", "withdrawn"}
    assert "archive" not in left


async def test_erased_messages_keep_their_places_and_nothing_else(
    home: Home, deployment: Deployment, anna: Caller, store: Upstash
) -> None:
    await say(deployment, anna, f"where is the {WORD} of {anna.id}", SAID)
    await say(
        deployment, anna, f"thanks for that, {anna.id}", calling("sayToUserAndQuit", message="Ok.")
    )
    log = (await anna.got("messages"))["messages"]
    last = max(entry["seq"] for entry in log if WORD in entry["text"])
    entries = [entry_from_wire(entry) for entry in log]
    await PostgresArchive(home.database).store(anna.id, entries[:1])

    gone = await erased(anna, "messages", fromSeq=1, untilSeq=last)
    assert gone == {"messages": last, "archive": 1}
    again = await erased(anna, "messages", fromSeq=1, untilSeq=last)
    assert again == {"messages": 0, "archive": 0}

    now = (await anna.got("messages"))["messages"]
    assert [entry["seq"] for entry in now] == [entry["seq"] for entry in log]
    assert now[last:] == log[last:]
    for old, new in zip(log[:last], now[:last], strict=True):
        same = {name: old[name] for name in ("seq", "id", "role", "createdAt")}
        assert new == {**same, "kind": "erased", "text": ""}
    assert not [row for _, row in await rows(home) if anna.id in row and WORD in row]
    held = await contents(store)
    assert not [key for key, text in held.items() if Keys.of(anna.id).user in key and WORD in text]

    await say(deployment, anna, f"and what else, {anna.id}", SAID)
    [asked] = await deployment.asked(f"and what else, {anna.id}")
    assert f"thanks for that, {anna.id}" in json.dumps(asked)
    assert WORD not in json.dumps(asked)
    read = [
        entry.seq for entry in await PostgresArchive(home.database).read(anna.id, since=0, limit=9)
    ]
    assert read == [*range(1, last + 1)]
