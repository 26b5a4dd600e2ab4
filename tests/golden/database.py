"""What stands in Postgres: the rows that a few calls make, and what they give to who reads them."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import psycopg
from msgspec.structs import replace
from psycopg.types.json import Json

from tests.golden.forms import (
    Part,
    Postgres,
    PostgresArchive,
    PostgresDocuments,
    PostgresEmails,
    PostgresFacts,
    PostgresImports,
    PostgresPreferences,
    PostgresRules,
    plain,
)
from tests.golden.keeps import USER
from tests.golden.samples import MESSAGES, ODD, PREFERENCES, TERMINAL, UTTERANCES
from tests.golden.wire import EMAIL

# Tables, with the columns that their rows are in order by. Those of the mirror of a mailbox hold
# numbers alone.
TABLES: Mapping[str, str] = {
    "documents": "title",
    "passages": "text",
    "operations": "key",
    "imports": "path, part",
    "archive": "seq, id",
    "emails": "id",
    "facts": "id",
    "preferences": "user_id",
    "rules": "id",
}
NOW = ("created_at", "updated_at", "imported_at", "claimed_at")  # the database's own clock
DRAWN = "a" * 16  # in place of the id of a document from a file, which is drawn
# What 0.1.0 could say. `forms.json` holds the forms that came later.
SAID = {name: said for name, said in UTTERANCES.items() if name != "speculative"}
ARCHIVED = [*SAID.values(), *MESSAGES.values(), *TERMINAL.values()]
RENEWED = ("search", "people", "words")  # columns that a search brings up to date in older rows

type Rows = dict[str, list[dict[str, Any]]]


async def fill(database: Postgres) -> None:
    """Keep something of each kind."""
    documents, memory = PostgresDocuments(database), PostgresFacts(database)
    preferences, rules = PostgresPreferences(database), PostgresRules(database)
    archive = PostgresArchive(database)
    made = await documents.create(USER, title="Über", body="Katzen", foreign=True, key="k1")
    await documents.update(USER, made.id, key="k2", foreign=False, append="\nund Hunde")
    parts = [Part(title="File", body="From a file")]
    await PostgresImports(database).take_in(USER, "a.md", digest="0a", parts=parts)
    await memory.remember(USER, text="Anna likes tea", source="said", foreign=False, key="k3")
    await memory.remember(USER, text="Grüße", source="an email", foreign=True, key="k4")
    await preferences.save(USER, PREFERENCES["all"])
    await rules.add_rule(
        USER,
        about="mail of Anna's",
        sender="anna@example.org",
        words=["lunch"],
        kinds=["email", "event"],
        judge=True,
        urgent=True,
        key="k5",
    )
    await rules.add_rule(USER, about="whatever is worth it", judge=True, key="k6")
    await archive.store(USER, [_at(entry, place) for place, entry in enumerate(ARCHIVED, 1)])
    await PostgresEmails(database).store(USER, [EMAIL])


async def read(database: Postgres) -> dict[str, Any]:
    """What is read of it."""
    documents, memory = PostgresDocuments(database), PostgresFacts(database)
    preferences, rules = PostgresPreferences(database), PostgresRules(database)
    archive = PostgresArchive(database)
    emails = PostgresEmails(database)
    reading: dict[str, Callable[[], Awaitable[Any]]] = {
        "documents": lambda: documents.newest(USER, limit=9),
        "documents found": lambda: documents.search(USER, query="hunde", limit=9),
        "facts": lambda: memory.facts(USER, limit=9),
        "facts found": lambda: memory.recall(USER, query="tea", limit=9),
        "preferences": lambda: preferences.preferences(USER),
        "rules": lambda: rules.rules(USER),
        "log": lambda: archive.read(USER, since=0, limit=99),
        "log found": lambda: archive.search(USER, query="hello", limit=2),
        "emails": lambda: emails.newest(USER, limit=9),
        "email": lambda: emails.read(USER, EMAIL.id),
        "emails found": lambda: emails.search(USER, query="lunch", limit=9),
    }
    told = {name: plain(await call()) for name, call in reading.items()}
    drawn = next(one["document_id"] for one in told["documents"] if one["title"] == "File")
    return {name: _settled(_named(one, drawn)) for name, one in told.items()}


async def take_out(url: str) -> Rows:
    """All rows. A time that the database gave is `now`."""
    found: Rows = {}
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for table, order in TABLES.items():
            query = f"select row_to_json(t) from brain.{table} as t order by {order}"
            rows = await (await connection.execute(query.encode())).fetchall()
            found[table] = [_timeless(table, row) for (row,) in rows]
    return cast(Rows, _named(found, found["imports"][0]["document_id"]))


def renewed(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    """What a search brings up to date in rows of older code: their search words."""
    found = {
        table: [{name: row[name] for name in RENEWED if name in row} for row in those]
        for table, those in rows.items()
        if table != "rules"  # their words are what the user looks for
    }
    return {table: those for table, those in found.items() if any(those)}


async def put_back(url: str, rows: Rows) -> None:
    """Have these rows, in a database that has none."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        for table, those in rows.items():
            for row in those:
                names = ", ".join(f'"{name}"' for name in row)
                query = (
                    f"insert into brain.{table} ({names}) select {names} "
                    f"from json_populate_record(null::brain.{table}, %s::json)"
                )
                await connection.execute(query.encode(), [Json(row)])


async def empty(url: str) -> None:
    """Have no rows."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        names = ", ".join(f"brain.{table}" for table in TABLES)
        await connection.execute(f"truncate {names} cascade".encode())


def _named(value: Any, drawn: str) -> Any:
    """The same with a fixed id in place of the drawn one."""
    return json.loads(json.dumps(value).replace(drawn, DRAWN))


def _timeless(table: str, row: dict[str, Any]) -> dict[str, Any]:
    names = (*NOW, "at") if table == "facts" else NOW
    return {name: "now" if name in names and value else value for name, value in row.items()}


def _at(entry: Any, seq: int) -> Any:
    return replace(entry, id=f"{entry.id}-{seq}", seq=seq, text=entry.text or ODD)


def _settled(value: Any) -> Any:
    """Without what differs from one time to the next: the database's clock, and so the order of
    what was kept at nearly the same time.
    """
    if not isinstance(value, list):
        return value
    own = {"Fact": "at", "Rule": "created_at", "Passage": "updated_at"}
    told = [
        {name: "now" if name == own.get(one["is"]) else field for name, field in one.items()}
        for one in value
    ]
    return told if not told or told[0]["is"] not in own else sorted(told, key=str)
