"""Wherever the connection is cut and by whichever road it goes on, the page's list is the log."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from local.stack import stack
from tests.walks.conftest import Town
from tests.walks.matrix import CELLS, drawn, play

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def patient_town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Everything, with invocations that no held answer outlives."""
    async with stack(tmp_path_factory.mktemp("patient"), pace=0.1) as running:
        town = await Town.of(running)
        async with town.http:
            yield town


@pytest.mark.timeout(600)  # seconds; 64 pages on a busy machine
async def test_the_resume_matrix(patient_town: Town, browser: Browser) -> None:
    outcomes = await play(patient_town, browser)
    print(drawn(outcomes))
    assert len(outcomes) == len(CELLS) == 64
    assert [outcome for outcome in outcomes if not outcome.is_right] == []
