"""How the tests are dealt out to several processes (`make test`)."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
WHOLE = ("walks", "vercel")  # folders of what plays everything at once, against the clock


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of a file stay together. Those that need the machine for themselves follow each other
    in one process, from the beginning on, for they take as long as all the others.
    """
    if not hasattr(config, "workerinput"):
        return
    for item in items:
        folder, *_ = item.path.relative_to(HERE).parts
        group = "whole" if folder in WHOLE else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: item.path.relative_to(HERE).parts[0] not in WHOLE)
