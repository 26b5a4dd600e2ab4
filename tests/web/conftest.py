"""Three sites, and the web as the brain reads it."""

from collections.abc import AsyncIterator

import pytest

from brain.web.fetch import (
    HttpWeb,
)
from tests.web.sites import INNER, PUBLIC, Sites, is_public, serving


@pytest.fixture
async def sites() -> AsyncIterator[Sites]:
    made = Sites(names={"a.example": [[PUBLIC]], "b.example": [[PUBLIC]], "in.example": [[INNER]]})
    async with serving(made):
        yield made


@pytest.fixture
def web(sites: Sites) -> HttpWeb:
    return HttpWeb(resolve=sites.resolve, may_connect=is_public)
