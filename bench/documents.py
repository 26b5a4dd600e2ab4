"""Measures searches in many documents: 20,000 passages of one user, on a real Postgres."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg

from bench.tables import Table, percentiles
from bench.timing import Action, Scale, in_turns
from brain.cloud.postgres.database import Postgres
from brain.documents.postgres import PostgresDocuments
from local.engines import postgres

PASSAGES = 20_000
QUICK_PASSAGES = 200
TIMES = 100  # repetitions: the slowest is the 99th percentile
USER = "owner"
DOCUMENT_CHARS = 100_000
LIMIT = 8  # results of a search, as the model asks for
TEXTS = Path(__file__).resolve().parents[1] / "docs"
JAPANESE = ("水曜日の会議は三時からです。", "旅行の計画を立てました。", "駅の前で待っています。")
SEED = 1
# A title counts for each of its passages, so no word of a title may be in all of them.
TITLES = ("House", "Travel", "Taxes", "Garden", "Work", "Recipes", "Health", "Letters")

SEARCHES = {
    "search: a question with a rare word": "where can I read about number4711",
    "search: words that many passages hold": "a message of the user and the answer",
    "search: one word that many passages hold": "message",
    "search: the beginning of a word": "idempot",
    "search: a Japanese word": "水曜日の会議",
    "search: a word that nothing holds": "xylophone",
}


async def run(scale: Scale) -> list[Table]:
    """Fill a database, and search in it."""
    wanted = QUICK_PASSAGES if scale.is_quick else PASSAGES
    with tempfile.TemporaryDirectory(prefix="brain-documents-", dir="/tmp") as folder:
        async with postgres(Path(folder) / "postgres") as engine:
            database = Postgres(engine.url)
            try:
                return [await _measured(database, engine.url, scale, wanted)]
            finally:
                await database.close()


async def _measured(database: Postgres, url: str, scale: Scale, wanted: int) -> Table:
    documents = PostgresDocuments(database)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        count = await _fill(documents, connection, wanted)

        async def by_hand() -> None:
            query = "select id from brain.documents where user_id = %s limit 8"
            await (await connection.execute(query, [USER])).fetchall()

        actions: dict[str, Action] = {"floor: a plain query by hand": by_hand}
        for name, query in SEARCHES.items():
            actions[name] = partial(documents.search, USER, query=query, limit=LIMIT)
        times = await in_turns(scale.times(TIMES), actions)
    return percentiles(f"A search in {count} passages of documents", times, 99)


async def _fill(
    documents: PostgresDocuments, connection: psycopg.AsyncConnection, wanted: int
) -> int:
    """Create documents until there are enough passages. Return how many there are."""
    count = 0
    size = DOCUMENT_CHARS if wanted == PASSAGES else DOCUMENT_CHARS // 10
    for number, body in enumerate(_bodies(size)):
        await documents.create(
            USER,
            title=f"{TITLES[number % len(TITLES)]} {number}",
            body=body,
            foreign=False,
            key=f"{number}",
        )
        found = await connection.execute("select count(*) from brain.passages")
        count = next(iter(await found.fetchone() or (0,)))
        if count >= wanted:
            break
    await connection.execute("analyze brain.passages")
    return count


def _bodies(size: int) -> Iterator[str]:
    """Yield texts of sentences from the documentation, with a rare word now and then."""
    chance = random.Random(SEED)
    words = re.sub(r"[`*#|\[\]()<>]", " ", "\n".join(map(_text, sorted(TEXTS.rglob("*.md")))))
    sentences = [each.strip() for each in re.split(r"(?<=[.:])\s+", words) if len(each) > 20]
    number = 0
    while True:
        parts: list[str] = []
        length = 0
        while length < size:
            number += 1
            rare = f"See number{number}." if number % 20 == 0 or number == 4711 else ""
            other = chance.choice(JAPANESE) if chance.random() < 0.02 else ""
            parts.append(f"{chance.choice(sentences)} {rare}{other}\n\n")
            length += len(parts[-1])
        yield "".join(parts)


def _text(path: Path) -> str:
    return path.read_text("utf-8")
