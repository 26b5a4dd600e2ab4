"""The contract of `WebSearch`, for each engine's wire and for the one on this machine."""

import gzip
import json
from typing import Any

import httpx
import pytest

from brain.web.engines import AWAY, BUSY, NO_ACCESS, NOT_GIVEN, TOO_SLOW, UNREADABLE, SearXNG
from brain.web.pages import MAX_BYTES
from brain.web.ports import SearchFailed, SearchResult
from brain.web.reading import MAX_SNIPPET_CHARS, MAX_TITLE_CHARS
from brain.web.reading import UNREADABLE as NO_LIST
from brain.web.settings import SearchSettings
from local.model import scripted_model
from tests.contracts.search.engines import (
    BRAVE,
    OPENROUTER,
    SEARXNG,
    VENDORS,
    Hang,
    Vendor,
    answer,
    page,
    response,
    status,
)
from tests.local.serving import served

PAGES = [page(f"https://a.example/{number}") for number in range(12)]
each_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=[each.name for each in VENDORS])


async def found(vendor: Vendor, *pages: Any, limit: int = 10) -> list[SearchResult]:
    """What is read of an answer with these items."""
    async with vendor.running(vendor.listed(*pages)) as (_, search):
        return list(await search.search("words", limit))


async def refused(vendor: Vendor, *answers: bytes, limit_s: float = 5.0) -> tuple[str, int]:
    """Why a search failed, and how many requests there were."""
    async with vendor.running(*answers, limit_s=limit_s) as (engine, search):
        with pytest.raises(SearchFailed) as fault:
            await search.search("words", 3)
    return str(fault.value), len(engine.asked)


@each_vendor
async def test_the_engine_gets_the_query_and_gives_as_many_pages_as_asked(vendor: Vendor) -> None:
    async with vendor.running(pages=PAGES) as (engine, search):
        results = await search.search("grand hotel & spa? 50%", 3)
    assert [result.url for result in results] == [one["url"] for one in PAGES[:3]]
    assert (results[0].title, results[0].snippet) == ("A page", "What it says.")
    assert [vendor.query(asked) for asked in engine.asked] == ["grand hotel & spa? 50%"]


@each_vendor
async def test_nothing_is_found_as_an_empty_list(vendor: Vendor) -> None:
    async with vendor.running(pages=[]) as (_, search):
        assert list(await search.search("words", 3)) == []


async def test_brave_gets_its_key_and_no_more_than_fifty_words() -> None:
    async with BRAVE.running(pages=PAGES) as (engine, search):
        await search.search(" ".join(["a"] * 200), 10)
    (asked,) = engine.asked
    assert asked.headers["x-subscription-token"] == "key-of-the-test"
    assert (asked.query["count"], len(asked.query["q"][0].split())) == (["10"], 50)


async def test_openrouter_gets_its_model_and_a_small_limit_of_its_answer() -> None:
    async with OPENROUTER.running(pages=PAGES) as (engine, search):
        await search.search("words", 4)
    body = engine.asked[0].body
    assert body["model"] == "openai/gpt-6-luna"
    assert body["plugins"] == [{"id": "web", "engine": "exa", "max_results": 4}]
    assert body["max_tokens"] <= 100


async def test_texts_of_brave_lose_their_markup() -> None:
    (result,) = await found(
        BRAVE, page("https://a.example/", "Tom &amp; <strong>Jerry</strong>", "a <b>b</b>\n c")
    )
    assert (result.title, result.snippet, result.age) == ("Tom & Jerry", "a b c", "3 days ago")


async def test_the_age_of_a_page_is_told_where_the_engine_knows_it() -> None:
    (old, unknown) = await found(
        SEARXNG, {**page("https://a.example/"), "age": "2026-01-31"}, page("https://b.example/")
    )
    assert (old.age, unknown.age) == ("2026-01-31", "")


ODD_ITEMS: list[Any] = [
    None,
    7,
    "https://a.example/text",
    [],
    {},
    {"url": None, "url_citation": None},
    {"url_citation": "https://a.example/"},
    {"url_citation": {"url": 7}},
    {"url": 7, "title": "A"},
    {"url": "javascript:alert(1)"},
    {"url": "ftp://a.example/"},
    {"url": "http://127.0.0.1/"},
    {"url": "http://metadata.internal/"},
    {"url": "https://user:word@a.example/"},
    {"url": "https://a.example/" + "x" * 3_000},
    {"url": "https://\ud800.example/"},
    {"url": ["https://a.example/"]},
]


@each_vendor
@pytest.mark.parametrize("odd", ODD_ITEMS, ids=range(len(ODD_ITEMS)))
async def test_an_odd_item_is_left_out_and_the_others_are_kept(vendor: Vendor, odd: Any) -> None:
    kept = vendor.item(page("https://a.example/kept"))
    wrapped = {"url_citation": odd} if isinstance(odd, dict) and "url" in odd else odd
    items = [odd if vendor is not OPENROUTER else wrapped, kept]
    async with vendor.running(answer(vendor.whole(items))) as (_, search):
        assert [one.url for one in await search.search("words", 5)] == ["https://a.example/kept"]


@each_vendor
@pytest.mark.parametrize("odd", [None, 7, ["a"], {"a": "b"}, "\ud800\0", "\u202e\u200b"])
async def test_an_odd_text_is_empty_and_its_page_is_kept(vendor: Vendor, odd: Any) -> None:
    (result,) = await found(vendor, page("https://a.example/", odd, odd))
    assert result.url == "https://a.example/"
    assert result.title in ("", "\ufffd")


@each_vendor
async def test_long_texts_are_cut_and_the_same_page_comes_once(vendor: Vendor) -> None:
    long = page("https://a.example/#one", "t " * 5_000, "s " * 5_000)
    (result,) = await found(vendor, long, page("HTTPS://A.example:443/#two"))
    assert (len(result.title), len(result.snippet)) == (MAX_TITLE_CHARS - 1, MAX_SNIPPET_CHARS - 1)


@each_vendor
async def test_more_results_than_asked_are_cut(vendor: Vendor) -> None:
    assert len(await found(vendor, *PAGES, limit=2)) == 2


@each_vendor
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'"text"',
        b'{"web": [], "results": {}, "choices": 7}',
        b'{"web": {"results": "none"}, "results": "none", "choices": [{"message": []}]}',
        b'{"web": {"results": 1}, "results": 1, "choices": [{"message": {"annotations": 1}}]}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
async def test_broken_answers_are_told_in_our_own_words(vendor: Vendor, body: bytes) -> None:
    assert await refused(vendor, response(body)) == (NO_LIST, 1)


@each_vendor
async def test_numbers_that_python_does_not_read_deny_nothing(vendor: Vendor) -> None:
    whole = json.dumps(vendor.whole([vendor.item(PAGES[0])]))
    odd = f'{{"score": {"9" * 5_000}, "nan": NaN, {whole[1:]}'
    async with vendor.running(response(odd.encode())) as (_, search):
        assert len(await search.search("words", 3)) == 1


@each_vendor
async def test_an_answer_that_is_too_large_is_refused(vendor: Vendor) -> None:
    small = gzip.compress(b" " * (MAX_BYTES + 1))
    packed = response(small, more="Content-Encoding: gzip\r\n")
    assert await refused(vendor, packed) == (UNREADABLE, 1)
    assert await refused(vendor, response(b" " * (MAX_BYTES + 1))) == (UNREADABLE, 1)


@each_vendor
@pytest.mark.parametrize(
    ("line", "told", "requests"),
    [
        ("429 Too Many Requests", BUSY, 1),
        ("401 Unauthorized", NO_ACCESS.format(401), 1),
        ("403 Forbidden", NO_ACCESS.format(403), 1),
        ("422 Unprocessable Entity", NOT_GIVEN.format(422), 1),
        ("302 Found", NOT_GIVEN.format(302), 1),
        ("503 Service Unavailable", NOT_GIVEN.format(503), 2),
    ],
)
async def test_a_refusal_is_told_and_only_a_passing_one_is_tried_again(
    vendor: Vendor, line: str, told: str, requests: int
) -> None:
    assert await refused(vendor, status(line)) == (told, requests)


@each_vendor
@pytest.mark.parametrize("first", [status("500 Internal Server Error"), b""])
async def test_the_second_try_may_succeed(vendor: Vendor, first: bytes) -> None:
    async with vendor.running(first, vendor.listed(*PAGES)) as (engine, search):
        assert len(await search.search("words", 3)) == 3
    assert len(engine.asked) == 2


@each_vendor
async def test_a_silent_engine_is_left_after_its_time(vendor: Vendor) -> None:
    assert await refused(vendor, Hang(), limit_s=0.2) == (TOO_SLOW, 2)


async def test_an_engine_that_is_away_is_told() -> None:
    search = SearXNG(SearchSettings(engine="searxng", url="http://127.0.0.1:1"))
    with pytest.raises(SearchFailed, match=AWAY):
        await search.search("words", 3)


async def test_the_engine_on_this_machine_speaks_as_searxng_does() -> None:
    async with served(scripted_model()) as url, httpx.AsyncClient(base_url=url) as client:
        results = await SearXNG(SearchSettings(engine="searxng", url=url)).search("tea", 2)
        assert [result.title for result in results] == ["tea: the beginning", "tea: a guide"]
        assert (await client.get("/search?format=json")).status_code == 400
        assert (await client.get("/search?q=tea")).status_code == 403
