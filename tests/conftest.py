"""Distributes the tests over several processes (`make test`), and checks what models are sent."""

from collections.abc import Iterator

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.fakes.requests import take_broken

WHOLE = ("tests/walks/", "tests/vercel/")  # tests that need the whole machine and measure time


class ByNeed(LoadScopeScheduling):  # type: ignore[misc]  # its package ships no types
    """Keep the tests of a file together.

    Those that need the machine for themselves run one after the other in one process; the other
    processes then share the rest.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, *_ = nodeid.split("::")
        return "whole" if file.startswith(WHOLE) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByNeed:
    """Replace pytest-xdist's own scheduler."""
    return ByNeed(config, log)


@pytest.fixture(autouse=True)
def _requests_keep_the_rules() -> Iterator[None]:
    """Fail a test that has sent a model a request that some servers refuse."""
    take_broken()
    yield
    assert take_broken() == []
