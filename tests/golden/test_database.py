"""Postgres: the same calls make the same rows, and rows of older code are read as before."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.golden.database import empty, fill, put_back, read, take_out
from tests.golden.engines import real_database
from tests.golden.forms import Postgres
from tests.golden.text import compact, load

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def postgres(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Postgres, str]]:
    async with real_database(tmp_path_factory.mktemp("postgres")) as started:
        yield started


async def test_the_calls_make_the_rows_that_they_made_before(
    postgres: tuple[Postgres, str],
) -> None:
    database, url = postgres
    await fill(database)
    found, golden = await take_out(url), load("database")["rows"]
    for table, rows in golden.items():
        assert compact(_as_before(found[table], rows)) == compact(rows)
    assert await read(database) == load("database")["read"]


def _as_before(found: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the columns that they had before. Later ones are empty."""
    columns = set().union(*before)
    assert all(row[name] is None for row in found for name in set(row) - columns)
    return [{name: one for name, one in row.items() if name in columns} for row in found]


async def test_rows_of_older_code_are_read_as_before(postgres: tuple[Postgres, str]) -> None:
    database, url = postgres
    await read(database)  # makes the tables
    await empty(url)
    await put_back(url, load("database")["rows"])
    assert await read(database) == load("database")["read"]


async def test_a_rule_of_older_code_says_that_nobody_knows_whose_words_it_has(
    postgres: tuple[Postgres, str],
) -> None:
    database, url = postgres
    await empty(url)
    rows = load("database")["rows"]
    for rule in rows["rules"]:
        del rule["foreign"]
    await put_back(url, rows)
    found = (await read(database))["rules"]
    assert [rule.pop("unmarked") for rule in found] == [True, True]
    assert found == load("database")["read"]["rules"]
