"""Distributes the tests over several processes (`make test`), and checks what models are sent."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.fakes.requests import take_broken

os.environ["BRAIN_LOG"] = "text"  # tests read lines as `make dev` writes them

# A busy machine is slow: how long an example takes says nothing about the product.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

WHOLE = ("tests/walks/", "tests/vercel/")  # tests that need the whole machine
LONG = "tests/chaos/"  # tests that take up to a minute each, and share nothing


class ByNeed(LoadScopeScheduling):  # type: ignore[misc]  # its package ships no types
    """Keep the tests of a file together.

    Those that need the machine for themselves run one after the other in one process; the other
    processes then share the rest. Those that take long are shared out one by one.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, *_ = nodeid.split("::")
        if file.startswith(LONG):
            return nodeid
        return "whole" if file.startswith(WHOLE) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByNeed:
    """Replace pytest-xdist's own scheduler, and keep the order of the tests: it would begin with
    the files that have most tests, and set up what a folder's files share for each of them.
    """
    config.option.loadscopereorder = False
    return ByNeed(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that all processes end at about the same time."""
    if hasattr(config, "workerinput"):  # in a process of pytest-xdist
        items.sort(key=lambda item: not item.nodeid.startswith(WHOLE))
        items.sort(key=lambda item: not item.nodeid.startswith((*WHOLE, LONG)))


@pytest.fixture(autouse=True)
def _requests_keep_the_rules() -> Iterator[None]:
    """Fail a test that has sent a model a request that some servers refuse."""
    take_broken()
    yield
    assert take_broken() == []
