"""The HTTP edge: every error becomes a useful response without secrets or user text."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope

from brain.errors import (
    ChannelUnreachable,
    DatabaseRefused,
    DatabaseUnreachable,
    LeaseLost,
    ModelRefused,
    QueueUnreachable,
    SettingMissing,
    SignatureRefused,
    StoreRefused,
    StoreUnreachable,
    TokenRefused,
    TooManyTexts,
)
from brain.http.edge import (
    MAX_BODY_BYTES,
    Answer,
    Problem,
    endpoint,
    read_json,
    tagged,
    where,
)
from brain.http.names import by_name
from brain.http.resources import whole_number

type Json = dict[str, Any]
type Handler = Callable[[Request, None], Awaitable[ASGIApp]]


@asynccontextmanager
async def calling(handlers: Mapping[str, Handler]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(endpoint(handlers, None))
    async with httpx.AsyncClient(transport=transport, base_url="http://brain") as client:
        yield client


async def echo(request: Request, _: None) -> ASGIApp:
    return Answer({"got": await read_json(request)})


def raising(error: Exception) -> Handler:
    async def handler(_: Request, __: None) -> ASGIApp:
        raise error

    return handler


async def posted(handler: Handler, **options: Any) -> httpx.Response:
    async with calling({"POST": handler}) as client:
        return await client.post("/api/x", **options)


async def test_a_response_is_json_and_must_not_be_cached() -> None:
    answer = await posted(echo, json={"ä": 1})
    assert answer.json() == {"got": {"ä": 1}}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


async def test_another_method_is_405_with_the_allowed_ones() -> None:
    async with calling({"GET": echo, "POST": echo}) as client:
        answer = await client.put("/api/x")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Method not allowed.",
        "status": 405,
    }


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[1,]", b"[" * 60])
async def test_an_invalid_json_body_is_400(body: bytes) -> None:
    answer = await posted(echo, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (400, "The body is not valid JSON.")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/jsonp"])
async def test_a_body_of_another_type_is_415(kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    answer = await posted(echo, content=b"{}", headers=headers)
    assert answer.status_code == 415


async def test_the_type_may_have_parameters_and_any_case() -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert (await posted(echo, content=b"{}", headers=headers)).status_code == 200


async def test_a_body_of_exactly_the_limit_is_accepted() -> None:
    body = json.dumps("x" * (MAX_BODY_BYTES - 2)).encode()
    assert len(body) == MAX_BODY_BYTES
    answer = await posted(echo, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200


async def test_a_body_that_is_too_long_is_413_before_its_end() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            assert read < 100, "nobody stopped reading"
            yield b"x" * 65_536

    answer = await _call(echo, endless())
    assert answer["status"] == 413
    assert read == 5


async def _call(handler: Handler, pieces: AsyncIterator[bytes]) -> Json:
    """The status of the response to a body that arrives in pieces."""

    async def receive() -> Message:
        return {"type": "http.request", "body": await anext(pieces), "more_body": True}

    sent = await conversation(handler, receive)
    return sent[0]


async def conversation(handler: Handler, receive: Receive) -> list[Json]:
    sent: list[Json] = []

    async def send(message: Message) -> None:
        sent.append(dict(message))

    headers = [(b"content-type", b"application/json")]
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/x",
        "query_string": b"",
        "headers": headers,
    }
    await endpoint({"POST": handler}, None)(scope, receive, send)
    return sent


async def test_a_disconnect_during_the_body_is_not_our_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    sent = await conversation(echo, receive)
    assert sent[0]["status"] == 400
    assert not caplog.records


@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [
        (TokenRefused("the token has expired"), 401, {"www-authenticate": "Bearer"}),
        (SignatureRefused("no signature"), 401, {}),
        (TooManyTexts(12.2), 429, {"retry-after": "13"}),
        (StoreUnreachable("x"), 503, {"retry-after": "2"}),
        (StoreRefused("x"), 500, {}),
        (DatabaseRefused("x"), 500, {}),
        (QueueUnreachable("x"), 503, {"retry-after": "2"}),
        (ChannelUnreachable("x"), 503, {"retry-after": "2"}),
        (DatabaseUnreachable("x"), 503, {"retry-after": "2"}),
        (SettingMissing("QSTASH_TOKEN is missing"), 500, {}),
        (LeaseLost("x"), 500, {}),
        (ModelRefused("x"), 500, {}),
    ],
)
async def test_each_error_has_its_own_response(
    error: Exception, status: int, headers: dict[str, str]
) -> None:
    answer = await posted(raising(error))
    assert answer.status_code == answer.json()["status"] == status
    assert headers.items() <= dict(answer.headers).items()
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_missing_setting_is_named_to_the_caller() -> None:
    answer = await posted(raising(SettingMissing("QSTASH_TOKEN is missing")))
    told = "QSTASH_TOKEN is missing: set it in the deployment's settings, then redeploy."
    assert answer.json()["detail"] == told


async def test_a_bug_is_a_plain_500_and_a_log_line_of_its_place(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = await posted(raising(RuntimeError("my private words")))
    assert answer.json() == {
        "type": "about:blank",
        "title": "Something went wrong.",
        "status": 500,
    }
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "RuntimeError at test_edge.py:" in record.getMessage()
    assert "/api/x" in record.getMessage()
    assert "private" not in caplog.text


async def test_a_refusal_is_not_logged_as_an_error(caplog: pytest.LogCaptureFixture) -> None:
    await posted(raising(TokenRefused("no")))
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert caplog.messages == ["auth.refused: reason=no"]


async def test_a_problem_names_each_field() -> None:
    errors = [{"field": "text", "message": "must not be empty"}]
    answer = await posted(raising(Problem(422, "No.", errors=errors)))
    assert answer.json()["errors"] == errors


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert where(ValueError("private")) == "ValueError at ?"


async def tags(request: Request, _: None) -> ASGIApp:
    return tagged(request, {"n": whole_number(request, "n", default=7, low=1, high=500)})


async def got(path: str, **headers: str) -> httpx.Response:
    async with calling({"GET": tags}) as client:
        return await client.get(path, headers=headers)


async def test_unchanged_content_is_304_without_a_body() -> None:
    tag = (await got("/api/x")).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await got("/api/x", **{"if-none-match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
        assert answer.headers["cache-control"] == "no-store"


async def test_changed_content_is_sent_with_its_new_tag() -> None:
    tag = (await got("/api/x")).headers["etag"]
    answer = await got("/api/x?n=8", **{"if-none-match": tag})
    assert (answer.status_code, answer.json()) == (200, {"n": 8})
    assert answer.headers["etag"] != tag


@pytest.mark.parametrize(("query", "number"), [("", 7), ("?n=1", 1), ("?n=500", 500)])
async def test_a_query_number_is_accepted_within_its_bounds(query: str, number: int) -> None:
    assert (await got(f"/api/x{query}")).json() == {"n": number}


@pytest.mark.parametrize("text", ["", "0", "501", "-1", "1.5", "x", "٣", "²", "9" * 5_000])
async def test_an_invalid_query_number_is_422(text: str) -> None:
    async with calling({"GET": tags}) as client:
        answer = await client.get("/api/x", params={"n": text})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error == {"field": "n", "message": "must be a whole number from 1 to 500"}


async def test_each_name_of_a_function_has_methods_of_its_own_and_the_first_is_for_any_other() -> (
    None
):
    async def named(request: Request, name: str) -> ASGIApp:
        return Answer({"at": request.url.path, "wiring": name})

    app = by_name({"things": {"GET": named}, "others": {"POST": named, "PUT": named}}, "one")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://brain") as client:
        answer = await client.put("/api/others")
        assert answer.json() == {"at": "/api/others", "wiring": "one"}
        for path, allowed in (
            ("/api/others", "POST, PUT"),
            ("/api/things", "GET"),
            ("/api/x", "GET"),
        ):
            assert (await client.delete(path)).headers["allow"] == allowed
        assert (await client.get("/api/x?others")).status_code == 200


async def test_a_function_of_several_names_answers_the_servers_lifespan() -> None:
    told = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[Any] = []

    async def receive() -> Message:
        return next(told)

    async def send(message: Message) -> None:
        sent.append(message["type"])

    await by_name({"things": {"GET": tags}}, None)({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_handler_may_take_longer_bodies_than_others() -> None:
    async def long(request: Request, _: None) -> ASGIApp:
        return Answer(len(await read_json(request, limit=MAX_BODY_BYTES + 10)))

    headers = {"content-type": "application/json"}
    body = json.dumps("x" * (MAX_BODY_BYTES + 8)).encode()
    assert (await posted(long, content=body, headers=headers)).status_code == 200
    assert (await posted(long, content=body + b" ", headers=headers)).status_code == 413


async def test_the_servers_lifespan_is_answered() -> None:
    told = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[Any] = []

    async def receive() -> Message:
        return next(told)

    async def send(message: Message) -> None:
        sent.append(message["type"])

    await endpoint({"GET": tags}, None)({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_websocket_is_rejected() -> None:
    sent: list[Any] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await endpoint({"GET": tags}, None)({"type": "websocket"}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]
