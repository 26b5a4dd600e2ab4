"""The gateway routes each path as the platform does."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.gateway.files import find
from local.gateway.patterns import Pattern
from local.gateway.rules import Rules, UnsupportedRule, read_rules
from tests.local.platform_stage import stage

RULES = {
    "rewrites": [
        {"source": "/api/other-name", "destination": "/api/echo?kind=other"},
        {"source": "/api/by/:kind/:rest*", "destination": "/api/echo"},
        {"source": "/book/:page", "destination": "/pages/:page.html"},
        {"source": "/api/nowhere", "destination": "/api/missing"},
    ],
    "headers": [
        {"source": "/(.*)", "headers": [{"key": "X-Frame-Options", "value": "DENY"}]},
        {"source": "/api/:path*", "headers": [{"key": "X-Of", "value": ":path"}]},
    ],
    "functions": {"api/special.py": {"maxDuration": 300}, "api/*.py": {"maxDuration": 30}},
}


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    file = tmp_path / "vercel.json"
    file.write_text(json.dumps(RULES))
    return read_rules(file)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    folder = tmp_path / "public"
    (folder / "pages").mkdir(parents=True)
    (folder / "index.html").write_text("<p>home</p>")
    (folder / "page.js").write_text("export {}")
    (folder / "pages" / "one.html").write_text("<p>one</p>")
    (folder / "pages" / "index.html").write_text("<p>pages</p>")
    (folder / "café.txt").write_text("coffee")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "leak.txt").symlink_to(tmp_path / "secret.txt")
    return folder


async def test_the_root_is_the_index_page(public: Path) -> None:
    async with stage(public=public) as on:
        answer = await on.client.get("/")

        assert answer.text == "<p>home</p>"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "content_type", "text"),
    [
        ("/page.js", "text/javascript; charset=utf-8", "export {}"),
        ("/pages/one.html", "text/html; charset=utf-8", "<p>one</p>"),
        ("/pages/", "text/html; charset=utf-8", "<p>pages</p>"),
        ("/index.html", "text/html; charset=utf-8", "<p>home</p>"),
        ("/caf%C3%A9.txt?v=2", "text/plain; charset=utf-8", "coffee"),
    ],
)
async def test_a_file_has_the_content_type_of_its_extension(
    public: Path, path: str, content_type: str, text: str
) -> None:
    async with stage(public=public) as on:
        answer = await on.client.get(path)

        assert (answer.headers["content-type"], answer.text) == (content_type, text)


async def test_a_file_the_browser_already_has_is_not_sent_again(public: Path) -> None:
    async with stage(public=public) as on:
        tag = (await on.client.get("/page.js")).headers["etag"]

        again = await on.client.get("/page.js", headers={"If-None-Match": f'"old", W/{tag}'})
        (public / "page.js").write_text("export const changed = 1")
        changed = await on.client.get("/page.js", headers={"If-None-Match": tag})

        assert (again.status_code, again.text) == (304, "")
        assert changed.status_code == 200


async def test_head_gives_the_length_and_sends_no_body(public: Path) -> None:
    async with stage(public=public) as on:
        page, function = [await on.client.head(path) for path in ("/", "/api/echo")]

        assert (page.status_code, page.headers["content-length"], page.text) == (200, "11", "")
        assert (function.status_code, function.text) == (201, "")
        assert (await on.client.get("/api/echo")).status_code == 201


async def test_a_post_to_a_file_is_refused(public: Path) -> None:
    async with stage(public=public) as on:
        answer = await on.client.post("/page.js")

        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/pages/..%2f..%2fsecret.txt",
        "/leak.txt",
        "/%00",
        "/" + "x" * 5000,
        "//etc/passwd",
        "/pages/one.html/",
    ],
)
async def test_nothing_outside_the_folder_is_served(public: Path, path: str) -> None:
    async with stage(public=public) as on:
        # httpx would normalise the path; the extension sends the target unchanged.
        request = on.client.build_request("GET", "/", extensions={"target": path.encode()})

        assert (await on.client.send(request)).status_code == 404


@given(path=st.text())
def test_no_path_leads_outside_the_folder(path: str) -> None:
    folder = Path(__file__).parent / "functions"

    found = find(folder, path)

    assert found is None or found.is_relative_to(folder)


async def test_an_unknown_path_is_a_problem_document_for_programs_and_plain_text_for_people(
    public: Path,
) -> None:
    async with stage(public=public) as on:
        page = await on.client.get("/nothing")
        hidden, route, source = [
            await on.client.get(path) for path in ("/api/_hidden", "/api/nothing", "/api/echo.py")
        ]

        assert (page.status_code, page.headers["content-type"]) == (
            404,
            "text/plain; charset=utf-8",
        )
        assert {answer.status_code for answer in (hidden, route, source)} == {404}
        assert route.headers["content-type"] == "application/problem+json"
        assert route.json()["status"] == 404


async def test_a_function_behind_a_rewrite_sees_the_path_of_the_request(
    public: Path, rules: Rules
) -> None:
    async with stage(public=public, rules=rules) as on:
        named = (await on.client.get("/api/other-name?a=1")).json()
        filled = (await on.client.get("/api/by/hand/and/foot")).json()

        assert (named["path"], named["query"]) == ("/api/other-name", "a=1&kind=other")
        assert filled["query"] == "kind=hand&rest=and%2Ffoot"


async def test_a_rewrite_leads_to_a_file_or_to_404(public: Path, rules: Rules) -> None:
    async with stage(public=public, rules=rules) as on:
        assert (await on.client.get("/book/one")).text == "<p>one</p>"
        assert (await on.client.get("/book/none")).status_code == 404
        assert (await on.client.get("/api/nowhere")).status_code == 404


async def test_headers_of_the_rules_are_added_if_an_answer_does_not_set_them(
    public: Path, rules: Rules
) -> None:
    async with stage(public=public, rules=rules) as on:
        page, missing, function = [
            (await on.client.get(path)).headers for path in ("/", "/none", "/api/echo")
        ]

        assert page["x-frame-options"] == missing["x-frame-options"] == "DENY"
        assert function.get_list("x-frame-options") == ["its own"]
        assert (function["x-of"], "x-of" in page) == ("echo", False)


async def test_only_the_platform_tells_a_function_about_its_client() -> None:
    said = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Real-IP": "6.6.6.6",
        "X-Vercel-Id": "mine",
        "X-Vercel-Internal-Deadline": "2099-01-01T00:00:00Z",
        "Authorization": "Bearer kept",
        "Connection": "keep-alive",
    }
    async with stage() as on:
        answer = await on.client.get("/api/echo", headers=said)
        headers = answer.json()["headers"]

        assert headers["x-forwarded-for"] == headers["x-real-ip"] == "127.0.0.1"
        assert headers["x-forwarded-host"] == headers["host"] == on.client.base_url.netloc.decode()
        assert headers["x-forwarded-proto"] == "http"
        assert headers["x-vercel-id"] == answer.headers["x-vercel-id"] != "mine"
        assert headers["authorization"] == "Bearer kept"
        assert not [name for name in headers if name.startswith("x-vercel-internal")]


async def test_a_body_over_the_limit_is_refused_with_or_without_a_declared_length() -> None:
    size = 4_500_001

    async def undeclared() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * 1_000_000

    async with stage() as on:
        declared = await on.client.post("/api/echo", content=b"x" * size)
        streamed = await on.client.post("/api/echo", content=undeclared())
        within = await on.client.post("/api/echo", content=b"x" * (size - 1))

        assert declared.status_code == streamed.status_code == 413
        assert streamed.headers["content-type"] == "application/problem+json"
        assert len(within.json()["body"]) == size - 1


def test_max_durations_are_read_in_the_order_of_the_file(rules: Rules) -> None:
    assert list(rules.max_durations.items()) == [("api/special.py", 300.0), ("api/*.py", 30.0)]


def test_the_rules_of_this_project_can_be_read() -> None:
    rules = read_rules(Path(__file__).parents[2] / "vercel.json")

    target = rules.rewritten("/api/health")
    assert target is not None
    assert target.path == "/api/status"


def test_a_rule_that_only_the_platform_supports_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vercel.json").write_text(json.dumps({"redirects": [], "cleanUrls": True}))

    with pytest.raises(UnsupportedRule, match="redirects, cleanUrls"):
        read_rules(tmp_path / "vercel.json")


@pytest.mark.parametrize(
    ("source", "path", "parameters"),
    [
        ("/a/:b", "/a/1", {"b": "1"}),
        ("/a/:b", "/a/1/2", None),
        ("/a/:b*", "/a", {"b": ""}),
        ("/a/:b*", "/a/1/2", {"b": "1/2"}),
        ("/a/:b+", "/a", None),
        ("/a/:b?", "/a", {"b": ""}),
        (r"/a/:b(\d+)", "/a/1", {"b": "1"}),
        (r"/a/:b(\d+)", "/a/x", None),
        ("/(.*)", "/any/thing", {"1": "any/thing"}),
        ("/a.b", "/aXb", None),
        ("/a", "/a/", None),
    ],
)
def test_a_source_matches_whole_paths(
    source: str, path: str, parameters: dict[str, str] | None
) -> None:
    found = Pattern.of(source).match(path)

    named = found and {name: text for name, text in found.items() if name in (parameters or {})}
    assert named == parameters


async def test_the_gateway_answers_while_a_function_streams(public: Path) -> None:
    async with (
        stage(public=public) as on,
        on.client.stream("GET", "/api/steps?stream") as answer,
    ):
        pieces = answer.aiter_raw()
        assert await anext(pieces) == b"first"

        assert isinstance(await on.client.get("/"), httpx.Response)
        await on.step("reach=second")
        assert [piece async for piece in pieces] == [b"second"]
