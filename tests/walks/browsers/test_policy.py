"""The page's Content-Security-Policy and a server of one's own for the channel."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from local.services import Ports
from local.stack import stack
from tests.walks.conftest import Town
from tests.walks.pages import connected, opened, shows

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOST = "localhost"  # another name than the one of the local channel, for the same machine
HEADER = "content-security-policy"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest_asyncio.fixture(loop_scope="session")
async def own(tmp_path: Path, port: int) -> AsyncIterator[Town]:
    """A stack whose channel is found under another host."""
    asked = {"PUSHER_HOST": HOST, "PUSHER_PORT": str(port), "PUSHER_TLS": "0"}
    async with stack(tmp_path, asked=asked, ports=Ports(channel=port), pace=0.1) as running:
        town = await Town.of(running)
        async with town.http:
            yield town


async def test_the_page_connects_to_the_channel_that_the_settings_name(
    own: Town, port: int, browser: Browser
) -> None:
    answer = await own.http.get("/")
    policies = answer.headers.get_list(HEADER)
    async with opened(browser, own) as (page, complaints):
        await connected(page)
        await shows(page.locator("#connection").get_by_text("channel"))

    assert len(policies) == 1
    targets = policies[0].partition("connect-src ")[2].partition(";")[0].split()
    voice = own.stack.services.voice
    assert targets == ["'self'", f"ws://{HOST}:{port}", f"ws://{voice.host}:{voice.port}"]
    assert HEADER not in answer.text.lower()
    assert complaints == []  # the browser says what it refuses
