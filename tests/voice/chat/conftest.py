"""One deployment for all tests of the chat model; each test has its own user."""

import pytest

from tests.routes.conftest import deployment, user
from tests.routes.stage import Deployment, User
from tests.voice.chat.stage import Platform

__all__ = ["deployment", "user"]  # fixtures


@pytest.fixture
def platform(deployment: Deployment, user: User) -> Platform:
    return Platform(deployment=deployment, user=user, http=deployment.http)
