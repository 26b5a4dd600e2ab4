"""Pages read over real connections, from sites that may not be what they seem."""

import asyncio
import gzip
import logging
import zlib
from pathlib import Path

import pytest

from brain.cloud.pinned import resolve
from brain.http.version import VERSION
from brain.web.fetch import (
    AWAY,
    NO_TRUST,
    TOO_SLOW,
    HttpWeb,
)
from brain.web.pages import MAX_BYTES, NO_KIND, PACKED, TOO_LARGE
from brain.web.ports import WebPage
from tests.web.sites import (
    NOBODY,
    PUBLIC,
    Sites,
    certificate,
    is_public,
    page,
    redirect,
    refused,
    serving,
)

SHORT_S = 0.3  # seconds until a slow site is given up


async def test_a_page_is_read(web: HttpWeb, sites: Sites) -> None:
    sites.answers["a.example/x?q=1"] = page("<title>Hi</title><p>Hello from <b>Anna</b>")
    assert await web.read("http://A.example:80/x?q=1#part") == WebPage(
        url="http://a.example/x?q=1",
        title="Hi",
        text="Hello from Anna",
        content_type="text/html",
    )


async def test_a_site_learns_only_the_requested_address(web: HttpWeb, sites: Sites) -> None:
    cookie = "Set-Cookie: id=anna; Path=/\r\n"
    sites.answers["a.example/"] = redirect("/next", more=cookie)
    sites.answers["a.example/next"] = page("Hello", "text/plain", more=cookie)
    for _ in range(2):
        assert (await web.read("http://a.example")).text == "Hello"
    assert sites.targets == ["a.example/", "a.example/next"] * 2
    for head in sites.asked[PUBLIC]:
        lines = head.lower().split("\r\n")[1:-2]
        names = [line.partition(":")[0] for line in lines]
        assert names == ["host", "user-agent", "accept", "accept-encoding", "connection"]
        assert f"user-agent: second-brain/{VERSION}" in lines


async def test_proxies_from_the_environment_are_ignored(
    web: HttpWeb, sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{NOBODY}:9")
    monkeypatch.setenv("ALL_PROXY", f"http://{NOBODY}:9")
    sites.answers["a.example/"] = page("Hello", "text/plain")
    assert (await web.read("http://a.example")).text == "Hello"


async def test_an_address_is_not_logged(
    web: HttpWeb, sites: Sites, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sites.answers["a.example/secret"] = redirect("/secret2")
    sites.answers["a.example/secret2"] = page("Hello", "text/plain")
    await web.read("http://a.example/secret")
    await refused(web, "http://a.example/other-secret")
    assert "secret" not in caplog.text


@pytest.mark.parametrize("status", [204, 206, 304, 401, 404, 500, 999])
async def test_an_error_response_is_reported_with_its_status(
    web: HttpWeb, sites: Sites, status: int
) -> None:
    sites.answers["a.example/"] = page("", status=status)
    assert str(status) in await refused(web, "http://a.example/")


async def test_a_redirect_to_an_invalid_address_is_an_error(web: HttpWeb, sites: Sites) -> None:
    sites.answers["a.example/"] = page("", status=302)
    assert "302" in await refused(web, "http://a.example/")


async def test_another_kind_is_named_before_it_is_loaded(web: HttpWeb, sites: Sites) -> None:
    head = b"HTTP/1.1 200 so\r\nContent-Type: application/pdf\r\nContent-Length: 3000000\r\n\r\n"
    sites.answers["a.example/"] = head
    assert "it is a PDF of 3 MB" in await refused(web, "http://a.example/")
    sites.answers["a.example/"] = page("Hello", "")
    assert await refused(web, "http://a.example/") == NO_KIND


async def test_a_page_that_declares_a_too_large_size_is_not_loaded(
    web: HttpWeb, sites: Sites
) -> None:
    head = f"HTTP/1.1 200 so\r\nContent-Type: text/html\r\nContent-Length: {MAX_BYTES + 1}\r\n\r\n"
    sites.answers["a.example/"] = head.encode()
    assert await refused(web, "http://a.example/") == TOO_LARGE


async def test_an_endless_page_is_aborted(web: HttpWeb, sites: Sites) -> None:
    left = asyncio.Event()

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 so\r\nContent-Type: text/html\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 100_000)
                await writer.drain()
        except OSError:
            left.set()

    sites.answers["a.example/"] = endless
    assert await refused(web, "http://a.example/") == TOO_LARGE
    await left.wait()


async def test_a_compressed_page_is_decompressed_and_a_bomb_is_not(
    web: HttpWeb, sites: Sites
) -> None:
    packed = "Content-Encoding: gzip\r\n"
    sites.answers["a.example/"] = page(gzip.compress("Grüße".encode()), "text/plain", more=packed)
    assert (await web.read("http://a.example/")).text == "Grüße"
    bomb = zlib.compress(b"\0" * 100_000_000, 9, wbits=31)
    sites.answers["a.example/"] = page(bomb, "text/plain", more=packed)
    assert await refused(web, "http://a.example/") == TOO_LARGE
    sites.answers["a.example/"] = page("Hello", more="Content-Encoding: br\r\n")
    assert await refused(web, "http://a.example/") == PACKED


async def test_a_very_slow_site_is_aborted_at_the_limit(sites: Sites) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 so\r\nContent-Type: text/html\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(SHORT_S / 20)

    sites.answers["a.example/"] = drip
    web = HttpWeb(resolve=sites.resolve, may_connect=is_public, limit_s=SHORT_S)
    assert await refused(web, "http://a.example/") == TOO_SLOW


async def test_redirects_share_one_time_limit(sites: Sites) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(SHORT_S / 2)
        writer.write(redirect("/"))

    sites.answers["a.example/"] = slow
    web = HttpWeb(resolve=sites.resolve, may_connect=is_public, limit_s=SHORT_S)
    assert await refused(web, "http://a.example/") == TOO_SLOW


async def test_a_hanging_resolver_is_aborted_at_the_limit() -> None:
    async def hang(host: str, port: int) -> list[tuple[str, int]]:
        await asyncio.Event().wait()
        raise AssertionError

    assert await refused(HttpWeb(resolve=hang, limit_s=SHORT_S), "http://a.example/") == TOO_SLOW


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 so\r\nContent-Type: text/html\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 so\r\nContent-Type: text/html\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 so\r\nContent-Type: text/html\r\nContent-Length: "
        + b"9" * 5_000
        + b"\r\n\r\n",
        b"HTTP/1.1 200 so\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 so\r\n" + b"X: y\r\n" * 100_000,
    ],
)
async def test_a_server_with_another_protocol_is_unreachable(
    web: HttpWeb, sites: Sites, answer: bytes
) -> None:
    sites.answers["a.example/"] = answer
    assert await refused(web, "http://a.example/") == AWAY


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("Grüße".encode("cp1252"), "text/html; charset=iso-8859-1"),
        ("<meta charset=windows-1252>Grüße".encode("cp1252"), "text/html"),
        ("Grüße".encode(), "text/html"),
        ("Grüße".encode(), "application/xhtml+xml"),
        ("Grüße".encode(), "text/markdown"),
        ("Grüße".encode(), "application/json"),
    ],
)
async def test_a_text_is_decoded_from_its_charset(
    web: HttpWeb, sites: Sites, body: bytes, content_type: str
) -> None:
    sites.answers["a.example/"] = page(body, content_type)
    assert (await web.read("http://a.example/")).text == "Grüße"


async def test_a_certificate_must_be_valid_for_the_name(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "a.example")
    sites = Sites(names={"a.example": [[PUBLIC]], "b.example": [[PUBLIC]]})
    for name in sites.names:
        sites.answers[f"{name}/"] = page("Hello", "text/plain")
    async with serving(sites, tls=server):
        trusting = HttpWeb(resolve=sites.resolve, may_connect=is_public, tls=client)
        assert (await trusting.read("https://a.example/")).text == "Hello"
        assert await refused(trusting, "https://b.example/") == NO_TRUST
        plain = HttpWeb(resolve=sites.resolve, may_connect=is_public)
        assert await refused(plain, "https://a.example/") == NO_TRUST
        sites.answers["a.example/"] = redirect("https://b.example/")
        assert await refused(trusting, "https://a.example/") == NO_TRUST
    assert sites.targets == ["a.example/"] * 2


async def test_a_site_without_tls_cannot_be_reached_by_https(web: HttpWeb, sites: Sites) -> None:
    async def in_clear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(page("Hello"))
        await reader.read()
        writer.close()

    async with await asyncio.start_server(in_clear, PUBLIC, 0) as server:
        sites.ports[443] = server.sockets[0].getsockname()[1]
        assert await refused(web, "https://a.example/") == AWAY


async def test_pages_are_read_concurrently_and_from_several_event_loops(
    web: HttpWeb, sites: Sites
) -> None:
    for i in range(20):
        sites.answers[f"a.example/{i}"] = page(str(i), "text/plain")
    read = await asyncio.gather(*(web.read(f"http://a.example/{i}") for i in range(20)))
    assert [one.text for one in read] == [str(i) for i in range(20)]
    again = await asyncio.to_thread(lambda: asyncio.run(web.read("http://a.example/7")))
    assert again.text == "7"


async def test_the_systems_resolver_gives_ips_with_their_port() -> None:
    assert set(await resolve("127.0.0.1", 80)) == {("127.0.0.1", 80)}
    assert set(await resolve("::1", 443)) == {("::1", 443)}
