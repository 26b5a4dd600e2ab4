"""What computes all the time has a time limit of its own: it depends on the machine's load."""

import pytest

from tests.chaos.length import IS_LONG, LONG_S, SHORT_S


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    limit = pytest.mark.timeout(LONG_S if IS_LONG else SHORT_S)
    for item in items:
        if "/chaos/" in item.nodeid:
            item.add_marker(limit)
