"""One deployment for all tests of the command; each test has a user of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.contracts.inspect.stage import Command, Findings, Planted, Site, command, read, standing


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with standing(tmp_path_factory.mktemp("inspect")) as site:
        yield site


@pytest.fixture
def planted(site: Site) -> Planted:
    return site.user()


@pytest.fixture
def inspected(site: Site, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command with these arguments and variables: its exit code, and what it prints."""

    async def inspected(*arguments: str, **env: str) -> tuple[int, str]:
        capsys.readouterr()
        code = await command(site, *arguments, **env)
        return code, capsys.readouterr().out

    return inspected


@pytest.fixture
def found(inspected: Command) -> Findings:
    """Run the command with --json, and return what it prints, with its exit code."""

    async def found(*arguments: str, **env: str) -> dict[str, object]:
        code, printed = await inspected(*arguments, "--json", **env)
        return {**read(printed), "code": code}

    return found
