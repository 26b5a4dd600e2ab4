"""Pages of allowed origins may call, those of others may not; and HEAD answers as GET does."""

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message

from brain.errors import SettingMissing, TokenRefused
from brain.http.edge import Problem, endpoint, tagged
from brain.http.origins import AllowedOrigins, allowed_origins, cors, is_own
from brain.http.stream import EventStream, StreamEvent
from brain.routes.live import live
from brain.wiring import Wiring
from tests.routes.stage import ROUTES

APP = "https://app.example"
LISTED = f"{APP}, https://*.front.example ,https://my-app-*-team.example,http://localhost:5173"
API = Path(__file__).parents[2] / "api"
FOR_MACHINES = {"brainToBrain", "websocketToBrain", "eventToBrain"}
CROSS = "access-control-"


@pytest.mark.parametrize(
    "origin",
    [
        APP,
        "https://APP.example",
        "https://a.front.example",
        "https://a-b.front.example",
        "https://my-app-git-fix-1-team.example",
        "http://localhost:5173",
    ],
)
def test_a_listed_origin_is_allowed(origin: str) -> None:
    assert allowed_origins(LISTED).allows(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://app.example",
        "https://app.example:8443",
        "https://app.example.evil.example",
        "https://evil-app.example",
        "https://app.example/",
        "https://front.example",
        "https://.front.example",
        "https://a.b.front.example",
        "https://evil.example/.front.example",
        "https://my-app--team.example",
        "https://my-app-x.evil-team.example",
        "https://my-app-x-team.example.evil.example",
        "http://localhost:51730",
        "https://appxexample",
        "https://app.example\n",
    ],
)
def test_another_origin_is_not(origin: str) -> None:
    assert not allowed_origins(LISTED).allows(origin)


def test_without_the_setting_none_is_allowed_and_with_a_star_all_are_but_null() -> None:
    assert not allowed_origins("").allows(APP)
    assert not allowed_origins(" , ").allows(APP)
    assert allowed_origins("*").allows(APP)
    assert allowed_origins("*").allows("http://127.0.0.1:3000")
    assert not allowed_origins("*").allows("null")
    assert not allowed_origins("*").allows("file://")


@pytest.mark.parametrize(
    "origin",
    [
        "capacitor://localhost",
        "tauri://localhost",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "moz-extension://2f3a0c1e-0000-4000-8000-0123456789ab",
        "https://my_app.example",
        "http://[::1]:3000",
    ],
)
def test_an_origin_of_an_app_or_an_extension_can_be_listed(origin: str) -> None:
    assert allowed_origins(origin).allows(origin)
    assert allowed_origins("*").allows(origin)
    assert not allowed_origins(APP).allows(origin)


@pytest.mark.parametrize(
    "entry",
    [
        "app.example",
        "https://app.example:99999",
        "wss://app.example",
        "capacitor://",
        "https://app.example/path",
        "https://*.*.example",
        "https://",
        "ftp://app.example",
        "https://user@app.example",
        "https://app.example evil",
        "null",
        "**",
        "https://a..b",
    ],
)
def test_an_entry_that_is_no_origin_is_named(entry: str) -> None:
    with pytest.raises(SettingMissing, match="BRAIN_ALLOWED_ORIGINS"):
        allowed_origins(f"{APP},{entry}")


def test_an_entry_may_have_the_default_port_or_a_slash_at_its_end() -> None:
    listed = allowed_origins("https://App.example:443/,http://b.example:80")
    assert listed.allows(APP)
    assert listed.allows("http://b.example")


class Deployment:
    """A wiring with allowed origins."""

    def __init__(self, listed: str = LISTED) -> None:
        self._listed = listed

    @property
    def origins(self) -> AllowedOrigins:
        return allowed_origins(self._listed)


async def answered(
    app: ASGIApp, method: str, origin: str | None = APP, **headers: str
) -> httpx.Response:
    sent = {**({"Origin": origin} if origin is not None else {}), **headers}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://brain.example") as http:
        return await http.request(method, "/api/x", headers=sent)


def crossing(answer: httpx.Response) -> Mapping[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith(CROSS)}


async def hello(request: Request, _: Any) -> ASGIApp:
    return tagged(request, {"hello": "you"})


@pytest.mark.parametrize("path", sorted(ROUTES))
async def test_every_route_answers_the_preflight_of_an_allowed_page(path: str) -> None:
    app = endpoint(ROUTES[path], Wiring({"BRAIN_ALLOWED_ORIGINS": LISTED}))
    asked = {"Access-Control-Request-Method": "POST"}

    answer = await answered(app, "OPTIONS", **asked)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == APP
    assert answer.headers["vary"] == "Origin"
    assert set(answer.headers["access-control-allow-methods"].split(", ")) == set(ROUTES[path])
    named = set(answer.headers["access-control-allow-headers"].split(", "))
    assert {"Authorization", "Content-Type", "If-None-Match", "Last-Event-ID"} <= named
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "access-control-allow-credentials" not in answer.headers
    stranger = await answered(app, "OPTIONS", "https://evil.example", **asked)
    assert stranger.status_code == 405
    assert crossing(stranger) == {}


def test_only_routes_that_pages_call_are_open_to_pages() -> None:
    closed = {file.stem for file in API.glob("*.py") if "for_pages=False" in file.read_text()}
    assert closed == FOR_MACHINES


async def test_a_route_for_machines_answers_no_preflight() -> None:
    app = endpoint({"POST": hello}, Deployment(), for_pages=False)
    answer = await answered(app, "OPTIONS", **{"Access-Control-Request-Method": "POST"})
    assert answer.status_code == 405
    assert crossing(await answered(app, "POST")) == {}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TokenRefused("no token"), 401),
        (Problem(404, "Not found."), 404),
        (Problem(413, "Too long."), 413),
        (Problem(422, "Invalid.", errors=[]), 422),
        (Problem(429, "Too many.", headers={"Retry-After": "3"}), 429),
        (SettingMissing("X is missing"), 500),
        (ZeroDivisionError(), 500),
        (Problem(503, "Away."), 503),
    ],
)
async def test_a_page_can_read_errors_too(error: Exception, status: int) -> None:
    async def fail(_: Request, __: Any) -> ASGIApp:
        raise error

    answer = await answered(endpoint({"POST": fail}, Deployment()), "POST")
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == APP
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"ETag", "Retry-After", "Date"} <= set(exposed)


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
async def test_others_get_no_header_for_pages_and_the_same_answer(origin: str | None) -> None:
    answer = await answered(endpoint({"GET": hello}, Deployment()), "GET", origin)
    assert answer.json() == {"hello": "you"}
    assert crossing(answer) == {}


async def test_a_wrong_setting_is_the_first_error_of_a_page_and_harms_nobody_else() -> None:
    app = endpoint({"GET": hello}, Deployment("app.example"))
    answer = await answered(app, "GET")
    assert answer.status_code == 500
    assert "BRAIN_ALLOWED_ORIGINS" in answer.json()["detail"]
    assert (await answered(app, "GET", None)).status_code == 200


async def test_head_is_answered_like_get_without_the_body() -> None:
    app = endpoint({"GET": hello, "POST": hello}, Deployment())
    got, head = await answered(app, "GET"), await answered(app, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == got.headers
    known = await answered(app, "HEAD", **{"If-None-Match": got.headers["etag"]})
    assert known.status_code == 304
    assert (await answered(endpoint({"POST": hello}, Deployment()), "HEAD")).status_code == 405


async def test_head_of_a_stream_ends_after_its_head() -> None:
    async def endless() -> AsyncGenerator[StreamEvent, None]:
        while True:
            yield StreamEvent(name="message", data={})

    async def streamed(_: Request, __: Any) -> ASGIApp:
        return EventStream(endless(), while_read=True)

    answer = await answered(endpoint({"GET": streamed}, Deployment()), "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize(
    ("origin", "headers", "own"),
    [
        ("https://brain.example", {"host": "brain.example"}, True),
        ("http://127.0.0.1:3000", {"host": "127.0.0.1:3000"}, True),
        ("https://brain.example:443", {"host": "brain.example"}, True),
        ("https://brain.example", {"host": "x", "x-forwarded-host": "brain.example"}, True),
        ("https://evil.example", {"host": "brain.example"}, False),
        ("https://brain.example.evil.example", {"host": "brain.example"}, False),
        ("http://127.0.0.1:3001", {"host": "127.0.0.1:3000"}, False),
        ("null", {"host": "brain.example"}, False),
        ("https://[bad", {"host": "brain.example"}, False),
    ],
)
def test_the_own_origin_is_the_host_that_was_asked(
    origin: str, headers: dict[str, str], own: bool
) -> None:
    assert is_own(origin, headers) is own


@pytest.mark.parametrize(
    ("listed", "origin", "is_let_in"),
    [
        (LISTED, None, True),
        (LISTED, "https://brain.example", True),
        (LISTED, APP, True),
        (LISTED, "https://evil.example", False),
        (LISTED, "null", False),
        (LISTED, "", False),
        ("app.example", "https://brain.example", True),
        ("app.example", APP, False),
    ],
)
async def test_a_socket_is_opened_for_the_same_pages_or_refused(
    listed: str, origin: str | None, is_let_in: bool
) -> None:
    sent: list[Message] = []
    named = {"host": "brain.example", **({} if origin is None else {"origin": origin})}
    scope = {"type": "websocket", "headers": Headers(named).raw, "query_string": b""}

    async def receive() -> Message:
        return {"type": "websocket.disconnect", "code": 1001}

    async def send(message: Message) -> None:
        sent.append(message)

    await live(scope, receive, send, Wiring({"BRAIN_ALLOWED_ORIGINS": listed}))
    assert [message["type"] for message in sent][:1] == (
        ["websocket.accept"] if is_let_in else ["websocket.close"]
    )


def test_an_allowed_origin_is_named_whole_and_credentials_never() -> None:
    assert cors(APP)["Access-Control-Allow-Origin"] == APP
    assert not any("Credentials" in name for name in cors(APP, ["GET"]))
