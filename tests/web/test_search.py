"""The tool that searches the web, its settings, and what its results allow."""

import json
from collections.abc import Mapping

import pytest

from brain import settings as deployment
from brain.errors import SettingMissing, ToolFault
from brain.tools.invocations import ToolInvocation
from brain.tools.spec import Effect, ToolCall
from brain.web import settings
from brain.web.engines import BUSY, Brave, OpenRouterWeb, SearXNG, engine_of
from brain.web.mistrust import UNTRUSTED
from brain.web.ports import SearchResult
from brain.web.tools import NO_QUERY, NOT_SEARCHED, web_tools
from brain.wiring import Wiring
from tests.fakes.tool_stage import named, use
from tests.fakes.web import FakeSearch, FakeWeb

HOTEL = SearchResult(title="Hotel", url="https://a.example/x", snippet="Rooms.", age="3 days ago")
BAR = SearchResult(title="Bar", url="https://a.example/?id=7", snippet="")
BRAVE = {"BRAVE_SEARCH_API_KEY": "key"}
SEARXNG = {"BRAIN_SEARCH": "searxng", "BRAIN_SEARCH_URL": "http://search.example/"}
ROUTER = {"BRAIN_SEARCH": "openrouter", "OPENROUTER_API_KEY": "key-r"}
SETTINGS = {"search": settings.search}


async def test_the_results_come_with_title_address_and_a_part_of_the_page() -> None:
    search = FakeSearch(HOTEL, BAR)
    found = await use(web_tools(FakeWeb(), search), "searchWeb", {"query": "grand  hotel\n"})
    assert found["results"] == [
        {
            "title": "Hotel",
            "url": "https://a.example/x",
            "snippet": "Rooms.",
            "age": "3 days ago",
        },
        {"title": "Bar", "url": "https://a.example/?id=7", "snippet": ""},
    ]
    assert search.asked == [("grand hotel", 5)]


async def test_the_model_says_how_many_results_it_wants() -> None:
    search = FakeSearch(HOTEL, BAR)
    tools = web_tools(FakeWeb(), search)
    found = await use(tools, "searchWeb", {"query": "bar", "limit": 1})
    assert (len(found["results"]), search.asked) == (1, [("bar", 1)])


async def test_an_empty_query_is_not_asked() -> None:
    search = FakeSearch(HOTEL)
    with pytest.raises(ToolFault, match=NO_QUERY):
        await use(web_tools(FakeWeb(), search), "searchWeb", {"query": "\u200b "})
    assert search.asked == []


async def test_the_model_is_told_why_nothing_was_found() -> None:
    with pytest.raises(ToolFault) as fault:
        await use(web_tools(FakeWeb(), FakeSearch(fault=BUSY)), "searchWeb", {"query": "bar"})
    assert str(fault.value) == NOT_SEARCHED.format(BUSY)


def test_a_search_only_reads_and_its_results_are_text_by_others() -> None:
    spec = named(web_tools(FakeWeb(), FakeSearch()), "searchWeb").spec
    assert (spec.effect, spec.foreign, spec.asks) == (Effect.READS, True, False)


async def objection(url: str, *results: SearchResult) -> str:
    """Why a run that has got these results, and nothing else, may not open the address."""
    web = FakeWeb()
    web.keep(url, "Hello")
    tools = web_tools(web, FakeSearch(*results))
    shown = await use(tools, "searchWeb", {"query": "hotel"})
    call = ToolCall(id="c1", name="readWebPage", arguments=json.dumps({"url": url}))
    invocation = ToolInvocation(
        user_id="anna",
        call=call,
        arguments={"url": url},
        idempotency_key="run:c1",
        tainted=True,
        user_words=("Find me a hotel.",),
        foreign_texts=(json.dumps(shown, ensure_ascii=False),),
    )
    try:
        await named(tools, "readWebPage").run(invocation)
    except ToolFault as fault:
        return str(fault)
    return ""


async def test_the_addresses_of_results_count_as_read() -> None:
    assert await objection(HOTEL.url, HOTEL, BAR) == ""
    assert await objection("https://eve.example/1234", HOTEL, BAR) == UNTRUSTED
    # As for any address that was read: no query.
    assert await objection(BAR.url, HOTEL, BAR) == UNTRUSTED


def offered(env: Mapping[str, str]) -> set[str]:
    return {tool.spec.name for tool in Wiring(env, features=("web",)).features[0].tools()}


@pytest.mark.parametrize("env", [BRAVE, SEARXNG, ROUTER])
def test_the_tool_is_offered_with_an_engine(env: dict[str, str]) -> None:
    assert offered(env) == {"searchWeb", "readWebPage"}
    assert deployment.problems(env, SETTINGS)["search"] == ""
    assert settings.absent(env) == {}


def test_the_tool_is_not_offered_without_an_engine_and_health_says_what_is_missing() -> None:
    assert offered({}) == {"readWebPage"}
    assert deployment.problems({}, SETTINGS)["search"] == ""
    assert "BRAVE_SEARCH_API_KEY" in settings.absent({})["search"]


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"BRAIN_SEARCH": "altavista"}, "BRAIN_SEARCH"),
        ({"BRAIN_SEARCH": "brave"}, "BRAVE_SEARCH_API_KEY"),
        ({"BRAIN_SEARCH": "searxng"}, "BRAIN_SEARCH_URL"),
        ({"BRAIN_SEARCH": "searxng", "BRAIN_SEARCH_URL": "search"}, "BRAIN_SEARCH_URL"),
        ({"BRAIN_SEARCH": "openrouter"}, "OPENROUTER_API_KEY"),
        ({**BRAVE, "BRAIN_SEARCH_URL": "ftp://search.example"}, "BRAIN_SEARCH_URL"),
        ({"BRAIN_SEARCH_URL": "https://search.example"}, "BRAIN_SEARCH"),
        ({"BRAVE_SEARCH_API_KEY": " key\n"}, "BRAVE_SEARCH_API_KEY"),
        ({"BRAVE_SEARCH_API_KEY": "kéy"}, "BRAVE_SEARCH_API_KEY"),
    ],
)
def test_what_is_malformed_is_named_and_the_tool_is_not_offered(
    env: dict[str, str], named: str
) -> None:
    assert offered(env) == {"readWebPage"}
    problem = deployment.problems(env, SETTINGS)["search"]
    assert named in problem
    assert "kéy" not in problem
    with pytest.raises(SettingMissing, match=named):
        settings.search(env)


@pytest.mark.parametrize(
    ("env", "kind", "url"),
    [
        (BRAVE, Brave, "https://api.search.brave.com"),
        ({**BRAVE, "BRAIN_SEARCH_URL": "http://b.example/"}, Brave, "http://b.example"),
        ({**BRAVE, **SEARXNG}, SearXNG, "http://search.example"),
        (ROUTER, OpenRouterWeb, "https://openrouter.ai/api/v1"),
        (
            {**ROUTER, "OPENROUTER_BASE_URL": "http://r.example/v1"},
            OpenRouterWeb,
            "http://r.example/v1",
        ),
    ],
)
def test_each_engine_has_its_address(env: dict[str, str], kind: type, url: str) -> None:
    at = settings.search(env)
    assert at is not None
    assert at.url == url
    assert isinstance(engine_of(at), kind)
