"""The served stand-ins, new for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.local.voice.stage import Stage, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as running:
        yield running
