"""The long enumerations have a time limit of their own."""

import pytest

from tests.chaos.length import IS_LONG, LONG_S


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if IS_LONG:
        for item in items:
            if "/chaos/" in item.nodeid:
                item.add_marker(pytest.mark.timeout(LONG_S))
