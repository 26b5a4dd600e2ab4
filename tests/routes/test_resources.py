"""The user's own things over HTTP, with the local services and a real database behind them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from brain.cloud.postgres.database import Postgres
from brain.documents.rules import MAX_BODY_CHARS, version
from brain.email.model import Address, Attachment, Folder
from brain.email.postgres import PostgresEmails
from brain.memory.postgres import PostgresFacts
from brain.notices.postgres import PostgresRules
from brain.routes.resources import resources
from brain.wiring import Wiring
from local.engines import postgres
from tests.fakes.email import an_email
from tests.routes.stage import Deployment, Json, token

pytestmark = pytest.mark.asyncio(loop_scope="package")

OWNER = "mail-owner"
ACCOUNT = {
    "BRAIN_IMAP_URL": "imap://me:secret@127.0.0.1:1/",
    "BRAIN_SMTP_URL": "smtp://me:secret@127.0.0.1:1/",
    "BRAIN_EMAIL_FROM": "me@brain.example",
    "BRAIN_EMAIL_USER": OWNER,
}
SETTINGS: Json = {
    "trusted": ["anna@example.org", "@firm.example"],
    "quiet": {"from": "22:00", "until": "07:30"},
    "zone": "Europe/Berlin",
    "emails": "rules",
    "language": "de-AT",
}


@dataclass(frozen=True, kw_only=True)
class Home:
    """A deployment with a database and an email account."""

    url: str
    http: httpx.AsyncClient
    database: Postgres


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody with a token."""

    id: str
    http: httpx.AsyncClient

    async def call(self, method: str, thing: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token(self.id)}", **options.pop("headers", {})}
        return await self.http.request(method, f"/api/{thing}", headers=headers, **options)

    async def got(self, thing: str, **query: object) -> Json:
        answer = await self.call("GET", thing, params=query)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        read: Json = answer.json()
        return read

    async def kept(self, title: str, body: str, **more: object) -> Json:
        answer = await self.call("POST", "documents", json={"title": title, "body": body, **more})
        assert answer.status_code == 201, answer.text
        read: Json = answer.json()
        return read


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def home(
    deployment: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    async with (
        postgres(tmp_path_factory.mktemp("postgres")) as engine,
        deployment.changed(DATABASE_URL=engine.url, **ACCOUNT) as http,
    ):
        database = Postgres(engine.url)
        yield Home(url=engine.url, http=http, database=database)
        await database.close()


@pytest.fixture
def anna(home: Home) -> Caller:
    return Caller(id=f"anna-{uuid4()}", http=home.http)


@pytest.fixture
def ben(home: Home) -> Caller:
    return Caller(id=f"ben-{uuid4()}", http=home.http)


@pytest.fixture
def owner(home: Home) -> Caller:
    return Caller(id=OWNER, http=home.http)


def titles(body: Json) -> list[str]:
    return [document["title"] for document in body["documents"]]


# ---- documents


async def test_a_document_is_kept_and_given_back_whole(anna: Caller) -> None:
    body = "Zeile eins\n\U0001f431 猫"
    made = await anna.kept("Über Katzen", body)
    assert made == {
        "id": made["id"],
        "title": "Über Katzen",
        "version": version("Über Katzen", body),
        "updatedAt": made["updatedAt"],
        "foreign": True,
        "body": body,
    }
    assert await anna.got("documents", id=made["id"]) == made


async def test_what_was_typed_on_the_page_is_the_users_own_and_a_file_may_be_anybodys(
    anna: Caller,
) -> None:
    assert not (await anna.kept("Typed", "mine", typed=True))["foreign"]
    assert (await anna.kept("Typed", "mine", typed=False))["foreign"]
    foreign = [document["foreign"] for document in (await anna.got("documents"))["documents"]]
    assert foreign == [True, False]


async def test_who_has_the_document_already_is_told_so(anna: Caller) -> None:
    made = await anna.kept("Note", "milk")
    query = {"id": made["id"]}
    tag = (await anna.call("GET", "documents", params=query)).headers["etag"]
    known = await anna.call("GET", "documents", params=query, headers={"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")


async def test_the_same_key_keeps_one_document(anna: Caller, ben: Caller) -> None:
    first = await anna.kept("List", "milk", key="upload-1")
    assert await anna.kept("List", "milk", key="upload-1") == first
    assert (await anna.kept("List", "milk", key="upload-2"))["id"] != first["id"]
    assert (await anna.kept("List", "milk"))["id"] != (await anna.kept("List", "milk"))["id"]
    assert (await ben.kept("Ben's", "milk", key="upload-1"))["title"] == "Ben's"


async def test_the_newest_documents_are_listed_first_and_no_more_than_asked_for(
    anna: Caller,
) -> None:
    for number in range(3):
        await anna.kept(f"Trip {number}", "Rome")
    assert titles(await anna.got("documents", limit=2)) == ["Trip 2", "Trip 1"]
    [newest] = (await anna.got("documents", limit=1, query=" "))["documents"]
    assert newest == {
        "id": newest["id"],
        "title": "Trip 2",
        "version": version("Trip 2", "Rome"),
        "updatedAt": newest["updatedAt"],
        "foreign": True,
        "snippet": "Rome",
    }


async def test_a_query_finds_the_documents_that_fit(anna: Caller) -> None:
    await anna.kept("Garden", "The roses need water.")
    await anna.kept("Papers", "My passport is in the blue drawer.")
    await anna.kept("Travel", "Take the passport along.")
    assert set(titles(await anna.got("documents", query="passport"))) == {"Papers", "Travel"}
    assert len(titles(await anna.got("documents", query="passport", limit=1))) == 1
    assert titles(await anna.got("documents", query="umbrella")) == []


async def test_a_deleted_document_is_gone_and_cannot_be_deleted_again(anna: Caller) -> None:
    made = await anna.kept("Note", "milk")
    gone = await anna.call("DELETE", "documents", params={"id": made["id"]})
    assert (gone.status_code, gone.json()) == (200, {"deleted": made["id"]})
    for method in ("GET", "DELETE"):
        answer = await anna.call(method, "documents", params={"id": made["id"]})
        assert answer.status_code == 404
        assert answer.json()["title"] == "You have no document with this id."
    assert titles(await anna.got("documents")) == []


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"title": ""}, "title", "must not be empty"),
        ({"title": " \n"}, "title", "must not be empty"),
        ({"title": "t" * 301}, "title", "at most 300 characters"),
        ({"title": 7}, "title", "valid string"),
        ({"body": "b" * (MAX_BODY_CHARS + 1)}, "body", "at most 200000 characters"),
        ({"body": None}, "body", "valid string"),
        ({"typed": "yes"}, "typed", "valid boolean"),
        ({"key": "short"}, "key", "match pattern"),
        ({"key": "with space"}, "key", "match pattern"),
    ],
)
async def test_a_document_that_cannot_be_kept_is_refused_with_the_field_that_is_wrong(
    anna: Caller, changes: Json, field: str, message: str
) -> None:
    body = {"title": "Note", "body": "milk", **changes}
    answer = await anna.call("POST", "documents", json=body)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert message in error["message"]
    assert titles(await anna.got("documents")) == []


async def test_characters_that_cannot_be_kept_are_left_out(anna: Caller) -> None:
    content = b'{"title": "No\\u0000te", "body": "half a \\ud83d pair"}'
    headers = {"Content-Type": "application/json"}
    answer = await anna.call("POST", "documents", content=content, headers=headers)
    assert answer.status_code == 201
    assert (answer.json()["title"], answer.json()["body"]) == ("Note", "half a � pair")


async def test_the_longest_document_fits_and_a_body_beyond_a_mebibyte_does_not(
    anna: Caller,
) -> None:
    assert len((await anna.kept("Long", "猫" * MAX_BODY_CHARS))["body"]) == MAX_BODY_CHARS
    answer = await anna.call("POST", "documents", json={"title": "Long", "body": "x" * 1024 * 1024})
    assert (answer.status_code, answer.json()["title"]) == (
        413,
        "The body is longer than 1024 KiB.",
    )


# ---- emails


async def put(home: Home, user_id: str) -> None:
    attachment = Attachment(name="plan.pdf", content_type="application/pdf", size=20_000)
    older = an_email("b" * 16, at=datetime(2026, 11, 1, tzinfo=UTC), subject="Boat", text="Ahoy")
    cc = (Address(address="c@example.org"),)
    newer = an_email("a" * 16, cc=cc, attachments=(attachment,))
    sent = an_email("c" * 16, folder=Folder.SENT, text="I have sent the dinner plan", unread=False)
    await PostgresEmails(home.database).store(user_id, [older, newer, sent])


async def test_the_newest_emails_of_the_inbox_are_listed_first(home: Home, owner: Caller) -> None:
    await put(home, OWNER)
    found = (await owner.got("emails"))["emails"]
    assert [email["id"] for email in found] == ["a" * 16, "b" * 16]
    assert found[0] == {
        "id": "a" * 16,
        "folder": "inbox",
        "from": "Anna <anna@example.org>",
        "subject": "Dinner",
        "at": "2026-11-20T12:00:00.000Z",
        "unread": True,
        "snippet": "Dinner at seven?",
    }
    assert len((await owner.got("emails", limit=1))["emails"]) == 1


async def test_a_query_finds_emails_in_both_folders(home: Home, owner: Caller) -> None:
    await put(home, OWNER)
    found = (await owner.got("emails", query="dinner"))["emails"]
    assert {email["id"] for email in found} == {"a" * 16, "c" * 16}
    assert len((await owner.got("emails", query="dinner", limit=1))["emails"]) == 1


async def test_an_email_is_given_whole(home: Home, owner: Caller) -> None:
    await put(home, OWNER)
    assert await owner.got("emails", id="a" * 16) == {
        "id": "a" * 16,
        "folder": "inbox",
        "from": "Anna <anna@example.org>",
        "to": ["me@brain.example"],
        "cc": ["c@example.org"],
        "subject": "Dinner",
        "at": "2026-11-20T12:00:00.000Z",
        "attachments": [{"name": "plan.pdf", "type": "application/pdf", "bytes": 20_000}],
        "body": "Dinner at seven?",
    }
    unknown = await owner.call("GET", "emails", params={"id": "z" * 16})
    assert (unknown.status_code, unknown.json()["title"]) == (
        404,
        "You have no email with this id.",
    )


async def test_only_the_accounts_owner_has_emails(home: Home, anna: Caller) -> None:
    await put(home, anna.id)
    for query in ({}, {"id": "a" * 16}, {"query": "dinner"}):
        answer = await anna.call("GET", "emails", params=query)
        assert answer.status_code == 404
        assert answer.json()["title"] == "You have no email account here."


async def test_emails_that_a_webhook_brings_are_their_users(
    deployment: Deployment, home: Home, anna: Caller, ben: Caller
) -> None:
    await put(home, anna.id)
    brought = {"DATABASE_URL": home.url, "BRAIN_POSTMARK_PASSWORD": "p" * 32}
    async with deployment.changed(**brought) as http:
        found = await Caller(id=anna.id, http=http).got("emails")
        assert [email["id"] for email in found["emails"]] == ["a" * 16, "b" * 16]
        assert await Caller(id=ben.id, http=http).got("emails") == {"emails": []}


# ---- facts


async def remember(home: Home, user_id: str, text: str, *, foreign: bool = False) -> str:
    fact = await PostgresFacts(home.database).remember(
        user_id, text=text, source="conversation", foreign=foreign, key=text
    )
    return fact.id


async def test_facts_are_listed_page_by_page_with_where_they_come_from(
    home: Home, anna: Caller
) -> None:
    ids = [await remember(home, anna.id, f"Fact {n}", foreign=n == 2) for n in range(3)]
    first = await anna.got("facts", limit=2)
    assert first == {
        "facts": [
            {
                "id": ids[2],
                "text": "Fact 2",
                "source": "conversation",
                "at": first["facts"][0]["at"],
                "foreign": True,
            },
            first["facts"][1],
        ],
        "nextOffset": 2,
    }
    assert (first["facts"][1]["id"], first["facts"][1]["foreign"]) == (ids[1], False)
    last = await anna.got("facts", limit=2, offset=first["nextOffset"])
    assert [fact["id"] for fact in last["facts"]] == [ids[0]]
    assert "nextOffset" not in last
    assert "nextOffset" not in await anna.got("facts", limit=3)


async def test_a_fact_is_forgotten_for_good(home: Home, anna: Caller) -> None:
    id = await remember(home, anna.id, "The key is under the stone")
    gone = await anna.call("DELETE", "facts", params={"id": id})
    assert (gone.status_code, gone.json()) == (200, {"deleted": id})
    assert await anna.got("facts") == {"facts": []}
    again = await anna.call("DELETE", "facts", params={"id": id})
    assert (again.status_code, again.json()["title"]) == (404, "You have no fact with this id.")


# ---- rules


async def test_preferences_are_the_default_ones_until_they_are_saved(anna: Caller) -> None:
    default: Json = {
        "trusted": [],
        "quiet": None,
        "zone": "UTC",
        "emails": "all",
        "language": None,
    }
    assert await anna.got("preferences") == default
    saved = await anna.call("PUT", "preferences", json=SETTINGS)
    assert (saved.status_code, saved.json()) == (200, SETTINGS)
    assert await anna.got("preferences") == SETTINGS
    await anna.call("PUT", "preferences", json={"zone": "UTC"})
    assert await anna.got("preferences") == default


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quiet": {"from": "22:00", "until": "24:00"}}, "quiet.until"),
        ({"quiet": {"from": "22:00", "until": "22:00"}}, "quiet.until"),
        ({"quiet": "at night"}, "quiet"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"trusted": ["anna@example.org", "everybody"]}, "trusted.1"),
        ({"trusted": "anna@example.org"}, "trusted"),
        ({"emails": ["all"]}, "emails"),
        ({"language": "the one I speak"}, "language"),
    ],
)
async def test_preferences_that_are_wrong_change_nothing_and_say_which(
    anna: Caller, changes: Json, field: str
) -> None:
    await anna.call("PUT", "preferences", json=SETTINGS)
    answer = await anna.call("PUT", "preferences", json={**SETTINGS, **changes})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["message"][:4]) == (field, "must")
    assert await anna.got("preferences") == SETTINGS


async def test_all_that_is_wrong_with_preferences_is_told_at_once(anna: Caller) -> None:
    answer = await anna.call("PUT", "preferences", json={"zone": 7, "emails": "some"})
    assert {error["field"] for error in answer.json()["errors"]} == {"zone", "emails"}
    for content, status in ((b"[]", 422), (b"{", 400)):
        headers = {"Content-Type": "application/json"}
        refused = await anna.call("PUT", "preferences", content=content, headers=headers)
        assert refused.status_code == status


async def test_rules_are_listed_and_given_up(home: Home, anna: Caller) -> None:
    rules = PostgresRules(home.database)
    rule = await rules.add_rule(anna.id, about="when Anna writes", sender="Anna", key="r")
    [told] = (await anna.got("rules"))["rules"]
    assert (told["id"], told["about"], told["from"]) == (rule.id, "when Anna writes", "Anna")
    gone = await anna.call("DELETE", "rules", params={"id": rule.id})
    assert gone.json() == {"deleted": rule.id}
    assert await anna.got("rules") == {"rules": []}
    again = await anna.call("DELETE", "rules", params={"id": rule.id})
    assert (again.status_code, again.json()["title"]) == (404, "You have no rule with this id.")


# ---- the question


async def test_the_question_that_waits_is_given_until_it_is_decided(
    deployment: Deployment, anna: Caller
) -> None:
    assert await anna.got("questions") == {"question": None}
    made = await anna.kept("Diary", "Dear diary", typed=True)
    delete = {"name": "deleteDocument", "arguments": {"id": made["id"]}}
    word = uuid4().hex
    await deployment.direct(word, {"calls": [delete]}, {"text": "All right."})
    asked = (await anna.call("POST", "voiceToBrain", json={"text": f"Delete it {word}"})).json()
    assert "Shall I delete the document “Diary”" in asked["message"]["text"]
    told = ("id", "kind", "text", "question", "expiresAt", "createdAt")
    waiting = {name: asked["message"][name] for name in told}
    assert await anna.got("questions") == {"question": waiting}

    no = {"type": "reject", "questionId": asked["message"]["id"]}
    assert (await anna.call("POST", "control", json=no)).json()["state"] == "done"
    assert await anna.got("questions") == {"question": None}
    assert titles(await anna.got("documents")) == ["Diary"]


# ---- what all of them have in common


EVERY = [(method, name) for name, handlers in resources(Wiring({})).items() for method in handlers]


@pytest.mark.parametrize(("method", "name"), EVERY)
async def test_nothing_is_given_or_changed_without_a_token(
    home: Home, method: str, name: str
) -> None:
    answer = await home.http.request(method, f"/api/{name}", params={"id": "x"}, json={})
    assert answer.status_code == 401
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "name"), [every for every in EVERY if every[1] not in ("questions",)]
)
async def test_without_a_database_or_with_one_that_is_away_it_is_said_so(
    deployment: Deployment, method: str, name: str
) -> None:
    body = {"title": "Note", "body": "milk"} if name == "documents" else SETTINGS
    nowhere = {"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x", **ACCOUNT}
    for env, status in (({}, 404), (nowhere, 503)):
        async with deployment.changed(**env) as http:
            caller = Caller(id=OWNER, http=http)
            answer = await caller.call(method, name, params={"id": "a" * 16}, json=body)
        assert answer.status_code == status
        if status == 404:
            assert answer.json()["title"].startswith(
                "This deployment has no database, so it has no"
            )


@pytest.mark.parametrize("name", ["documents", "facts", "rules"])
async def test_what_is_to_be_deleted_must_be_named(anna: Caller, name: str) -> None:
    answer = await anna.call("DELETE", name)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "id", "message": "is missing"}]


@pytest.mark.parametrize(
    ("name", "query"),
    [("documents", {"limit": 101}), ("facts", {"limit": 0}), ("facts", {"offset": -1})],
)
async def test_a_list_has_its_bounds(anna: Caller, name: str, query: Json) -> None:
    assert (await anna.call("GET", name, params=query)).status_code == 422


@pytest.mark.parametrize("id", ["", "nothing", "z" * 16, "\0", "' or true --", "猫"])
async def test_an_id_of_any_characters_is_answered(anna: Caller, owner: Caller, id: str) -> None:
    for caller, name in ((anna, "documents"), (owner, "emails")):
        assert (await caller.call("GET", name, params={"id": id})).status_code == 404
