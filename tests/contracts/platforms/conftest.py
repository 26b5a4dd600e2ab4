"""One deployment for the clients of voice platforms; each test has its own user."""

from tests.routes.conftest import deployment, user
from tests.voice.chat.conftest import platform

__all__ = ["deployment", "platform", "user"]  # fixtures
