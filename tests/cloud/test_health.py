"""Wrong settings: /api/health?deep=1 names them, and one wrong group leaves the others alone."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from local.engines import postgres
from tests.routes.stage import ACCESS_KEY, Deployment, Json, deployed, token

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLOSED, SILENT, REFUSING, MODEL = "@closed", "@silent", "@refusing", "@model"
REFUSAL = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@dataclass(frozen=True)
class House:
    """A deployment with a database, a place where nobody listens, one where nobody speaks, one
    where every key is refused, and the model's.
    """

    deployment: Deployment
    database: str
    places: dict[str, str]

    def env(self, **changes: str) -> Json:
        at = dict(changes)
        for mark, place in self.places.items():
            at = {name: text.replace(mark, place) for name, text in at.items()}
        return {"DATABASE_URL": self.database, **at}

    async def health(self, **changes: str) -> tuple[int, Json]:
        async with self.deployment.changed(**self.env(**changes)) as http:
            answer = await http.get("/api/health", params={"deep": "1"}, timeout=20)
        return answer.status_code, answer.json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    over = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(REFUSAL)
        await writer.drain()
        writer.close()

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{free.getsockname()[1]}"
    async with (
        await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent,
        await asyncio.start_server(refuse, "127.0.0.1", 0) as refusing,
        postgres(tmp_path_factory.mktemp("postgres")) as engine,
        deployed(tmp_path_factory.mktemp("deployment")) as deployment,
    ):
        places = {
            CLOSED: closed,
            SILENT: f"127.0.0.1:{silent.sockets[0].getsockname()[1]}",
            REFUSING: f"127.0.0.1:{refusing.sockets[0].getsockname()[1]}",
            MODEL: deployment.env["OPENAI_BASE_URL"].split("/")[2],
        }
        yield House(deployment, engine.url, places)
        over.set()


async def test_a_right_deployment_is_well(house: House) -> None:
    status, body = await house.health()
    assert (status, body["ok"], body["deep"]) == (200, True, True)
    assert {name for name, check in body["checks"].items() if not check["ok"]} == set()
    asked = ("redis", "queue", "channel", "database", "model")
    assert all(body["checks"][name]["ms"] >= 0 for name in asked)
    assert body["checks"]["email"] == {"ok": True, "off": "BRAIN_IMAP_URL is not set."}


@pytest.mark.parametrize(
    ("name", "changes", "variable"),
    [
        ("redis", {"UPSTASH_REDIS_REST_TOKEN": "wrong-000"}, "UPSTASH_REDIS_REST_TOKEN"),
        ("redis", {"UPSTASH_REDIS_REST_URL": f"http://{CLOSED}"}, "UPSTASH_REDIS_REST_URL"),
        ("redis", {"UPSTASH_REDIS_REST_URL": f"http://{SILENT}"}, "UPSTASH_REDIS_REST_URL"),
        ("redis", {"UPSTASH_REDIS_REST_URL": "redis.example"}, "UPSTASH_REDIS_REST_URL"),
        ("queue", {"QSTASH_TOKEN": "wrong-000"}, "QSTASH_TOKEN"),
        ("queue", {"QSTASH_URL": f"http://{SILENT}"}, "QSTASH_URL"),
        ("queue", {"QSTASH_CURRENT_SIGNING_KEY": "wrong-000"}, "QSTASH_CURRENT_SIGNING_KEY"),
        ("queue", {"QSTASH_NEXT_SIGNING_KEY": "wrong-000"}, "QSTASH_NEXT_SIGNING_KEY"),
        ("queue", {"BRAIN_PUBLIC_URL": "http://brain.example"}, "BRAIN_PUBLIC_URL"),
        ("queue", {"BRAIN_PUBLIC_URL": f"http://{CLOSED}"}, "BRAIN_PUBLIC_URL"),
        ("queue", {"BRAIN_PUBLIC_URL": f"http://{REFUSING}"}, "BRAIN_PUBLIC_URL"),
        ("queue", {"BRAIN_PUBLIC_URL": f"http://{MODEL}"}, "BRAIN_PUBLIC_URL"),
        ("channel", {"PUSHER_PORT": "1"}, "PUSHER_PORT"),
        ("channel", {"PUSHER_TLS": "1"}, "PUSHER_TLS"),
        ("database", {"DATABASE_URL": "postgresql://%zz@database.example"}, "DATABASE_URL"),
        ("channel", {"PUSHER_SECRET": "wrong-000"}, "PUSHER_SECRET"),
        ("channel", {"PUSHER_KEY": "wrong-000"}, "PUSHER_KEY"),
        ("channel", {"PUSHER_APP_ID": "17"}, "PUSHER_APP_ID"),
        ("channel", {"PUSHER_APP_ID": "seventeen"}, "PUSHER_APP_ID"),
        ("database", {"DATABASE_URL": f"postgresql://postgres@{CLOSED}/none"}, "DATABASE_URL"),
        ("database", {"DATABASE_URL": f"postgresql://postgres@{SILENT}/none"}, "DATABASE_URL"),
        ("model", {"OPENAI_BASE_URL": "localhost:11434/v1"}, "OPENAI_BASE_URL"),
        ("model", {"OPENAI_BASE_URL": f"http://{CLOSED}/v1"}, "OPENAI_BASE_URL"),
        ("model", {"OPENAI_API_KEY": ""}, "OPENAI_API_KEY"),
        ("model", {"BRAIN_MODEL": "wrong-000"}, "BRAIN_MODEL"),
        ("model", {"BRAIN_PROVIDER": "wrong-000"}, "BRAIN_PROVIDER"),
        ("tokens", {"BRAIN_JWT_SECRET": "wrong-000"}, "BRAIN_JWT_SECRET"),
        ("access", {"BRAIN_ACCESS_KEY": "wrong-000"}, "BRAIN_ACCESS_KEY"),
        ("events", {"BRAIN_EVENT_SECRET": "wrong-000"}, "BRAIN_EVENT_SECRET"),
        ("times", {"BRAIN_HTTP_PATIENCE_S": "8s"}, "BRAIN_HTTP_PATIENCE_S"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_else_is(
    house: House, name: str, changes: Json, variable: str
) -> None:
    began = time.monotonic()
    status, body = await house.health(**changes)
    assert time.monotonic() - began < 7  # the limit of the whole look
    assert (status, body["ok"]) == (503, False)
    checks = body["checks"]
    assert [one for one, check in checks.items() if not check["ok"]] == [name]
    failed = checks[name]
    assert variable in failed["variables"]
    assert failed["reason"]
    assert variable in failed["fix"]
    told = str(body)
    values = [*changes.values(), "redis-token", "model-key", house.database]
    assert not any(value in told for value in values if len(value) > 2)


FAR = {"BRAIN_FALLBACK_MODELS": "openrouter:script", "OPENROUTER_API_KEY": "far-key"}


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"OPENROUTER_BASE_URL": f"http://{MODEL}/v1"}, ""),
        ({"OPENROUTER_BASE_URL": f"http://{CLOSED}/v1"}, "OPENROUTER_BASE_URL"),
        ({"OPENROUTER_BASE_URL": f"http://{SILENT}/v1"}, "OPENROUTER_BASE_URL"),
        ({"OPENROUTER_API_KEY": ""}, "OPENROUTER_API_KEY"),
        ({"OPENROUTER_BASE_URL": f"http://{REFUSING}/v1"}, "OPENROUTER_API_KEY"),
        (
            {
                "OPENROUTER_BASE_URL": f"http://{MODEL}/v1",
                "BRAIN_FALLBACK_MODELS": "openrouter:wrong-000",
            },
            "BRAIN_FALLBACK_MODELS",
        ),
        (
            {"OPENROUTER_BASE_URL": f"http://{CLOSED}/v1", "OPENAI_API_KEY": ""},
            "OPENAI_API_KEY",
        ),
    ],
)
async def test_the_provider_of_a_fallback_is_asked_too(
    house: House, changes: Json, variable: str
) -> None:
    status, body = await house.health(**{**FAR, **changes})
    failed = body["checks"]["model"]
    assert (status, failed.get("variables", [""])) == (503 if variable else 200, [variable])
    assert variable in failed.get("fix", "")


async def test_those_who_ask_at_once_share_one_look(house: House) -> None:
    async with house.deployment.changed(**house.env()) as http:
        asked = (http.get("/api/health", params={"deep": "1"}) for _ in range(5))
        answers = [answer.json() for answer in await asyncio.gather(*asked)]
    assert all(answer == answers[0] for answer in answers)


async def test_without_a_key_the_page_cannot_be_used_and_health_notes_it(house: House) -> None:
    status, body = await house.health(BRAIN_ACCESS_KEY="")
    assert status == 200
    assert "BRAIN_ACCESS_KEY" in body["checks"]["access"]["note"]


WITHOUT = [
    ({"OPENAI_API_KEY": ""}, 500, "OPENAI_API_KEY is missing"),
    ({"OPENAI_BASE_URL": "localhost:11434/v1"}, 500, "OPENAI_BASE_URL is not a web address"),
    ({"BRAIN_FIRST_TOKEN_S": "8s"}, 500, "BRAIN_FIRST_TOKEN_S must be a number without a unit"),
    ({"BRAIN_PROVIDER": "mine"}, 500, "BRAIN_PROVIDER must be openai or openrouter"),
    ({"BRAIN_NAME": "x" * 81}, 500, "BRAIN_NAME must have at most 80 characters"),
    ({"BRAIN_INSTRUCTIONS": "x" * 8001}, 500, "BRAIN_INSTRUCTIONS must have at most 8000"),
    ({"QSTASH_TOKEN": ""}, 503, "QSTASH_TOKEN is missing"),
    ({"PUSHER_SECRET": ""}, 200, ""),
]
OTHERS = [  # nobody's text needs these settings
    ({"BRAIN_EVENT_SECRET": "short"}, "BRAIN_EVENT_SECRET must be whsec_"),
    ({"BRAIN_POSTMARK_PASSWORD": "short"}, "BRAIN_POSTMARK_PASSWORD must have"),
    ({"BRAIN_IMAP_URL": "mail.example"}, "BRAIN_IMAP_URL must look like"),
    ({"BRAIN_SMTP_URL": "smtp://me:pw@mail.example"}, "BRAIN_IMAP_URL is missing"),
    ({"BRAIN_LANGUAGE": "tlh"}, "BRAIN_LANGUAGE must be"),
]


@pytest.mark.parametrize(("changes", "detail"), OTHERS)
async def test_texts_are_answered_whatever_is_wrong_elsewhere_and_the_log_names_it(
    house: House, changes: Json, detail: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Authorization": f"Bearer {token('clara')}"}
    async with house.deployment.changed(**house.env(**changes)) as http:
        session = await http.post("/api/session", json={"accessKey": ACCESS_KEY})
        body = {"text": "Hello", "patience": 0}
        answer = await http.post("/api/voiceToBrain", json=body, headers=headers)
    assert (session.status_code, answer.status_code) == (200, 200)
    assert answer.json()["state"] == "done"
    assert f"setting.invalid: {detail}" in caplog.text


async def test_a_wrong_time_limit_leaves_what_needs_none_alone(house: House) -> None:
    headers = {"Authorization": f"Bearer {token('dora')}"}
    async with house.deployment.changed(**house.env(BRAIN_HTTP_PATIENCE_S="8s")) as http:
        session = await http.post("/api/session", json={"accessKey": ACCESS_KEY})
        answer = await http.post("/api/voiceToBrain", json={"text": "Hello"}, headers=headers)
        log = (await http.get("/api/messages", headers=headers)).json()["messages"]
    assert (session.status_code, answer.status_code, log) == (200, 500, [])
    assert answer.json()["detail"].startswith("BRAIN_HTTP_PATIENCE_S must be a number")


@pytest.mark.parametrize("url", ["database.example", "postgresql://%zz@h/d"])
async def test_an_address_of_the_database_that_cannot_be_read_is_named(
    house: House, url: str
) -> None:
    headers = {"Authorization": f"Bearer {token('emma')}"}
    async with house.deployment.changed(**house.env(DATABASE_URL=url)) as http:
        session = await http.post("/api/session", json={"accessKey": ACCESS_KEY})
        answer = await http.get("/api/documents", headers=headers)
    assert (session.status_code, answer.status_code) == (200, 500)
    assert answer.json()["detail"].startswith("DATABASE_URL must look like postgresql://")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("postgres@", "nobody@"), "The database does not accept the user or the password."),
        (("/brain", "/nothing"), "There is no database of this name."),
    ],
)
async def test_the_user_and_the_name_of_a_database_are_told_apart(
    house: House, change: tuple[str, str], reason: str
) -> None:
    url = house.database.replace(*change)
    assert url != house.database
    _, body = await house.health(DATABASE_URL=url)
    assert body["checks"]["database"]["reason"] == reason


@pytest.mark.parametrize(("changes", "status", "detail"), WITHOUT)
async def test_one_wrong_group_leaves_the_others_alone(
    house: House, changes: Json, status: int, detail: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Authorization": f"Bearer {token('anna')}"}
    async with house.deployment.changed(**house.env(**changes)) as http:
        session = (await http.post("/api/session", json={"accessKey": ACCESS_KEY})).json()
        for thing in ("documents", "facts", "preferences", "rules", "status"):
            assert (await http.get(f"/api/{thing}", headers=headers)).status_code == 200
        body = {"text": "Hello", "messageId": "message-1"}
        answer = await http.post("/api/voiceToBrain", json=body, headers=headers)
        log = (await http.get("/api/messages", headers=headers)).json()["messages"]
    assert answer.status_code == status
    model = session["features"]["model"]
    if status == 500:
        assert model["name"] is None
        assert model["problem"].startswith(detail)
    else:
        assert (model["name"], "problem" in model) == ("script", False)
    assert (session["pusher"] is None) is ("PUSHER_SECRET" in changes)
    if status != 200:
        assert answer.json()["detail"].startswith(detail)
        assert f"setting.invalid: {detail}" in caplog.text
        assert not any(entry["messageId"] == "message-1" for entry in log if "messageId" in entry)
