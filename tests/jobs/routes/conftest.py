"""The deployment of tests/routes, with a database. Each test has its own users."""

from tests.routes.conftest import anna, ben, deployment, home

__all__ = ["anna", "ben", "deployment", "home"]
