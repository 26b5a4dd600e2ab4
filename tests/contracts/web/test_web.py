"""The contract of `Web`, for the fake and the real one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from brain.errors import PageUnreadable
from brain.web.addresses import PRIVATE
from brain.web.fetch import HttpWeb
from brain.web.ports import Web, WebPage
from tests.fakes.web import FakeWeb
from tests.web.sites import PUBLIC, Sites, page, redirect, serving


@dataclass(frozen=True)
class Stage:
    """A web with a page at http://a.example/x, to which http://a.example/old redirects."""

    web: Web


@pytest.fixture(params=["fake", "real"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    if request.param == "fake":
        fake = FakeWeb()
        fake.keep("http://a.example/x", "Hello", at="http://a.example/x")
        fake.keep("http://a.example/old", "Hello", at="http://a.example/x")
        yield Stage(web=fake)
        return
    sites = Sites(names={"a.example": [[PUBLIC]]})
    sites.answers["a.example/x"] = page("Hello", "text/plain")
    sites.answers["a.example/old"] = redirect("/x")
    async with serving(sites):
        yield Stage(web=HttpWeb(resolve=sites.resolve, may_connect=lambda ip: ip == PUBLIC))


PAGE = WebPage(url="http://a.example/x", title="", text="Hello", content_type="text/plain")


@pytest.mark.parametrize(
    "url", ["http://a.example/x", " HTTP://A.example:80/x#y", "http://a.example/old"]
)
async def test_a_page_is_found_by_any_spelling_of_its_address(stage: Stage, url: str) -> None:
    assert await stage.web.read(url) == PAGE


@pytest.mark.parametrize("url", ["http://a.example/no", "http://no.example/", "nonsense"])
async def test_what_is_not_there_cannot_be_read(stage: Stage, url: str) -> None:
    with pytest.raises(PageUnreadable):
        await stage.web.read(url)


async def test_nothing_private_is_read(stage: Stage) -> None:
    with pytest.raises(PageUnreadable, match=PRIVATE):
        await stage.web.read("http://127.0.0.1/")
