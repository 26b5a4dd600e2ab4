"""Postgres: the same calls make the same rows, and rows of older code are read as before."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.golden.database import Rows, empty, fill, put_back, read, take_out
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
    _check_rows(await take_out(url))
    assert await read(database) == load("database")["read"]


def _check_rows(found: Rows) -> None:
    """The rows are those of older code, with the search words that a search makes of them."""
    golden = load("database")
    for table, rows in golden["rows"].items():
        fresh = golden["renewed"].get(table, [{}] * len(rows))
        expected = [{**row, **columns} for row, columns in zip(rows, fresh, strict=True)]
        assert compact(_with_values(found[table], rows)) == compact(expected)


def _with_values(found: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows without the columns that came later and are empty."""
    columns = set().union(*before)
    return [
        {name: value for name, value in row.items() if name in columns or value is not None}
        for row in found
    ]


async def test_rows_of_older_code_are_read_as_before(postgres: tuple[Postgres, str]) -> None:
    database, url = postgres
    await read(database)  # makes the tables
    await empty(url)
    await put_back(url, load("database")["rows"])
    assert await read(database) == load("database")["read"]
    _check_rows(await take_out(url))


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
