"""One deployment for all examples; each test has its own user."""

from tests.routes.conftest import deployment, user

__all__ = ["deployment", "user"]  # fixtures
