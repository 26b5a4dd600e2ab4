"""How the tests are dealt out to several processes (`make test`)."""

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

WHOLE = ("tests/walks/", "tests/vercel/")  # what plays everything at once, against the clock


class ByNeed(LoadScopeScheduling):  # type: ignore[misc]  # its package ships no types
    """Tests of a file stay together. Those that need the machine for themselves follow each other
    in one process, beside which the others have all there is.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, *_ = nodeid.split("::")
        return "whole" if file.startswith(WHOLE) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByNeed:
    """In place of pytest-xdist's own."""
    return ByNeed(config, log)
