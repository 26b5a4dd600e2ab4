"""GET /api/messages?query=: a search of the whole talk, newest first, in pages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from brain.cloud.postgres.database import Postgres
from brain.memory.archive import PostgresArchive
from brain.run.messages import LogEntry, Utterance
from local import engines
from tests.routes.stage import Deployment, Json, User

pytestmark = pytest.mark.asyncio(loop_scope="package")

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
QUIT = "sayToUserAndQuit"


def archived(seq: int, text: str) -> LogEntry:
    return Utterance(
        id=f"u{seq}",
        seq=seq,
        text=text,
        message_id=f"message-{seq}",
        run_id="r0",
        created_at=NOON + timedelta(minutes=seq),
    )


async def talk(user: User, *texts: str) -> None:
    for text in texts:
        said = {"calls": [{"name": QUIT, "arguments": {"message": f"About {text}"}}]}
        await user.deployment.direct(text, said)
        assert (await user.ask(text)).json()["state"] == "done"


async def texts(http: httpx.AsyncClient, user: User, limit: int, query: str) -> list[list[str]]:
    """The pages of a search."""
    pages: list[Json] = []
    asked: dict[str, str | int] = {"query": query, "limit": limit}
    while not pages or pages[-1]["nextCursor"]:
        more = {"cursor": pages[-1]["nextCursor"]} if pages else {}
        answer = await http.get("/api/messages", params={**asked, **more}, headers=user.headers)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json())
    assert len({page["total"] for page in pages}) == 1
    return [[one["entry"]["text"] for one in page["found"]] for page in pages]


async def test_what_was_said_is_found_in_the_archive_and_what_is_not_archived_yet(
    deployment: Deployment, user: User, tmp_path: Path
) -> None:
    async with engines.postgres(tmp_path) as engine:
        database = Postgres(engine.url)
        old = [archived(1, "The red door"), archived(2, "A window"), archived(3, "Red Doors again")]
        await talk(user, "one", "two", "a red door, today")
        await PostgresArchive(database).store(user.id, old)
        await database.close()
        async with deployment.changed(DATABASE_URL=engine.url) as http:
            everything = [
                "About a red door, today", "a red door, today", "Red Doors again", "The red door",
            ]  # fmt: skip
            assert await texts(http, user, 50, "RED door") == [everything]
            assert await texts(http, user, 3, "red door") == [everything[:3], everything[3:]]
            assert await texts(http, user, 2, "red door") == [everything[:2], everything[2:]]
            assert await texts(http, user, 1, "do re") == [[text] for text in everything]
            assert await texts(http, user, 50, "red window") == [[]]
            assert await texts(http, user, 50, " ?! ") == [[]]
            whole = await http.get("/api/messages?query=window", headers=user.headers)
            [found] = whole.json()["found"]
            assert (found["snippet"], found["entry"]["seq"]) == ("A window", 2)


async def test_a_cursor_that_is_none_is_refused(user: User, deployment: Deployment) -> None:
    async with deployment.changed(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none") as http:
        path = "/api/messages?query=a&cursor=nonsense"
        assert (await http.get(path, headers=user.headers)).status_code == 422


async def test_without_a_database_there_is_no_search(user: User) -> None:
    assert (await user.get("/api/messages?query=door")).status_code == 404
