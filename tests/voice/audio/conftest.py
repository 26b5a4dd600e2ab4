"""One deployment with an ear and a mouth for all tests of audio over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.routes.stage import Deployment, User, deployed
from tests.voice.audio.speech_server import SpeechStandIn, speech_server


@dataclass(frozen=True)
class Stage:
    """The deployment, and the server that hears and speaks for it."""

    deployment: Deployment
    server: SpeechStandIn


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with (
        speech_server() as server,
        deployed(
            tmp_path_factory.mktemp("deployment"),
            BRAIN_STT_BASE_URL=server.url,
            BRAIN_STT_API_KEY="ear-key",
            BRAIN_TTS_BASE_URL=server.url,
        ) as deployment,
    ):
        yield Stage(deployment, server)


@pytest.fixture
def stage(shared: Stage) -> Stage:
    shared.server.reset()
    return shared


@pytest.fixture
def user(stage: Stage) -> User:
    return stage.deployment.user()
