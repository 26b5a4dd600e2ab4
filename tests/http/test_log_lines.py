"""Log lines are JSON with the same names everywhere, and have no words of a user."""

import ast
import hashlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.errors import SettingMissing, TokenRefused
from brain.http.edge import Answer, endpoint
from brain.settings import logs
from brain.settings.logged import plain_path

ROOT = Path(__file__).parents[2]
RESERVED = {"at", "level", "event", "function", "request", "user"}
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


class PlatformHandler(logging.Handler):
    """Takes a record's message and ignores formatters, as the platform's runtime does."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        assert record.exc_info is None
        self.lines.append(json.loads(record.getMessage()))


@pytest.fixture
def seen() -> Iterator[PlatformHandler]:
    before, level = logging.getLogRecordFactory(), logging.getLogger().level
    logs.begin({})
    handler = PlatformHandler()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)
    logging.setLogRecordFactory(before)
    logging.captureWarnings(capture=False)
    logging.getLogger().setLevel(level)


async def asked(app: ASGIApp, path: str = "/api/x") -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.get(path, headers={"x-vercel-id": "fra1::abc"})


def answering(act: Any, monkeypatch: pytest.MonkeyPatch) -> ASGIApp:
    async def handler(request: Request, wiring: None) -> ASGIApp:
        act()
        return Answer({})

    app = endpoint({"GET": handler}, None)
    monkeypatch.delenv("BRAIN_LOG")
    logs.begin(os.environ)
    return app


async def test_each_request_has_one_line_with_its_facts(
    seen: PlatformHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act() -> None:
        logs.note(user_id="anna", run_id="r1")

    await asked(answering(act, monkeypatch), "/api/jobs/private-words-0001/status?q=private")
    [line] = seen.lines
    assert line["event"] == "request"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/jobs/*/status", 200)
    assert line["user"] == hashlib.sha256(b"anna").hexdigest()[:16]
    assert (line["run"], line["request"], line["level"]) == ("r1", "fra1::abc", "info")
    assert isinstance(line["ms"], int)
    assert line["at"].endswith("Z")
    assert "private" not in json.dumps(seen.lines)


async def test_lines_of_two_requests_at_once_do_not_mix(
    seen: PlatformHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = iter(["anna", "bob"])
    app = answering(lambda: logs.note(user_id=next(users)), monkeypatch)
    await asked(app)
    await asked(app)
    assert [line["user"] for line in seen.lines] == [logs.user_hash("anna"), logs.user_hash("bob")]


async def test_an_error_is_named_by_its_type_and_place(
    seen: PlatformHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act() -> None:
        raise ValueError("private words")

    await asked(answering(act, monkeypatch))
    failed, request = seen.lines
    assert failed["event"] == "answer.failed"
    assert failed["status"] == request["status"] == 500
    assert failed["error"].startswith("ValueError at test_log_lines.py")
    assert "private" not in json.dumps(seen.lines)


@pytest.mark.parametrize(
    ("error", "event", "fields"),
    [
        (
            TokenRefused("the token has expired"),
            "auth.refused",
            {"reason": "the token has expired"},
        ),
        (
            SettingMissing("QSTASH_TOKEN is missing"),
            "setting.invalid",
            {"variable": "QSTASH_TOKEN", "reason": "QSTASH_TOKEN is missing"},
        ),
    ],
)
async def test_a_refusal_and_a_wrong_setting_have_events_of_their_own(
    error: Exception,
    event: str,
    fields: dict[str, str],
    seen: PlatformHandler,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def act() -> None:
        raise error

    await asked(answering(act, monkeypatch))
    line = next(line for line in seen.lines if line["event"] == event)
    assert {name: line[name] for name in fields} == fields


def test_a_line_of_a_library_is_json_without_its_values(seen: PlatformHandler) -> None:
    logging.getLogger("somelib").warning("Cannot reach %s", "private.example.com")
    logging.getLogger("somelib").warning("Bad value: private words")
    try:
        raise ValueError("private words")
    except ValueError:
        logging.getLogger("asyncio").exception("never retrieved: private words")
    first, second, third = seen.lines
    assert first["event"] == "library"
    assert (first["logger"], first["text"]) == ("somelib", "Cannot reach %s")
    assert second["place"].startswith("test_log_lines:")
    assert third["error"] == "ValueError"
    assert "private" not in json.dumps(seen.lines)


def test_a_line_of_ours_has_its_event_and_fields_from_its_template(seen: PlatformHandler) -> None:
    log = logging.getLogger("brain.run.go")
    log.warning("store: no answer, reason=%s tries=%d", ValueError("private"), 2)
    log.info("%s: failed, error=%s", "archive", "TimeoutError")
    log.info('model.failed: model=%s fault="%s" usd=%s', "m", "busy", None)
    no_answer, failed, model = seen.lines
    assert (no_answer["event"], no_answer["reason"]) == ("store.noAnswer", "ValueError")
    assert no_answer["tries"] == 2
    assert (failed["event"], failed["error"]) == ("archive.failed", "TimeoutError")
    assert (model["event"], model["fault"], model["usd"]) == ("model.failed", "busy", None)


def test_a_process_writes_only_json_to_its_output() -> None:
    code = (
        "import logging, warnings; from brain.http.edge import endpoint; endpoint({}, None);"
        "logging.getLogger('brain').info('wake-up: not queued, run=%s', 'r1');"
        "logging.getLogger('lib').error('no %s', 'x', exc_info=ValueError('private'));"
        "warnings.warn('private', stacklevel=1)"
    )
    env = {name: value for name, value in os.environ.items() if name != "BRAIN_LOG"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["wakeUp.notQueued", "library", "library"]
    assert done.stderr == ""
    assert "private" not in done.stdout


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/api/messages", "/api/messages"),
        ("/v1/chat/completions", "/v1/chat/completions"),
        ("/api/jobs/j0123456789/status", "/api/jobs/*/status"),
        ("/api/Anna Lee", "/api/*"),
        ("/" + "x" * 500, "/*"),
        ("/", "/*"),
    ],
)
def test_a_path_shows_no_ids(path: str, shown: str) -> None:
    assert plain_path(path) == shown


def test_the_form_of_the_log_is_a_setting() -> None:
    assert (logs.log_form({}), logs.log_form({"BRAIN_LOG": "text"})) == ("json", "text")
    with pytest.raises(SettingMissing, match="BRAIN_LOG must be json or text"):
        logs.log_form({"BRAIN_LOG": "xml"})


def calls_of_loggers() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted((ROOT / "brain").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            of = node.func.value
            if node.func.attr in LEVELS and isinstance(of, ast.Name) and of.id in ("log", "logger"):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_line_names_its_values() -> None:
    calls = list(calls_of_loggers())
    assert len(calls) > 50
    for place, call in calls:
        assert isinstance(call.args[0], ast.Constant), place
        event, names = logs._parsed(call.args[0].value)
        unnamed = sum(not name for name in names)
        assert unnamed <= 1, place
        assert event.strip("%"), place
        assert not RESERVED & set(names), place
