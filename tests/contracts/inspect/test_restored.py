"""A back-up of Postgres, restored for a deployment with an empty Redis, as the guide says."""

import asyncio
import re
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Any

from brain.cloud.postgres.database import Postgres
from brain.memory.archive import PostgresArchive
from brain.run.records import entry_from_wire
from local.engines import postgres, postgres_program
from tests.contracts.inspect.stage import Site, standing
from tests.routes.stage import Json, deployed
from tests.vercel.test_packaging import ROOT

GUIDE = (ROOT / "docs" / "how-to" / "operate.md").read_text("utf-8")
ARCHIVED = 20  # entries


def commands(source: str, target: str, file: Path) -> list[list[str]]:
    """The commands of the guide, with these addresses."""
    lines = re.findall(r"^pg_(?:dump|restore) .+$", GUIDE, re.MULTILINE)
    values = {'"$DATABASE_URL"': source, '"$NEW_DATABASE_URL"': target, "brain.dump": str(file)}
    for name, value in values.items():
        lines = [line.replace(name, value) for line in lines]
    return [line.split(" ") for line in lines]


async def run(command: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        postgres_program(command[0]), *command[1:], stdout=PIPE, stderr=STDOUT
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


async def filled(site: Site, user_id: str, headers: dict[str, str]) -> None:
    """Give a user a document, and an archive of their log."""
    document = {"title": "Plan", "body": "The keys are under the mat."}
    made = await site.deployment.http.post("/api/documents", headers=headers, json=document)
    assert made.status_code == 201, made.text
    entries = [
        entry_from_wire(
            {"role": "user", "kind": "text", "seq": seq, "id": f"e{seq}", "text": f"Text {seq}",
             "messageId": f"m{seq}", "runId": "r1", "createdAt": "2026-11-30T12:00:00Z"}
        )
        for seq in range(1, ARCHIVED + 1)
    ]  # fmt: skip
    await PostgresArchive(site.database).store(user_id, entries)


async def test_a_restored_database_goes_on_with_an_empty_store(tmp_path: Path) -> None:
    async with standing(tmp_path / "before") as site, postgres(tmp_path / "after") as engine:
        user = site.user().user
        await filled(site, user.id, user.headers)
        for command in commands(site.env["DATABASE_URL"], engine.url, tmp_path / "dump"):
            await run(command)

        async with deployed(tmp_path / "again", DATABASE_URL=engine.url) as again:
            headers: dict[str, Any] = {"headers": user.headers}
            documents: Json = (await again.http.get("/api/documents", **headers)).json()
            said = await again.http.post("/api/voiceToBrain", json={"text": "I am back"}, **headers)
            log: Json = (await again.http.get("/api/messages?since=0", **headers)).json()

        assert [each["title"] for each in documents["documents"]] == ["Plan"]
        assert said.status_code == 200, said.text
        assert [each["seq"] for each in log["messages"]][: ARCHIVED + 1] == [
            *range(1, ARCHIVED + 2)
        ]
        restored = Postgres(engine.url)
        assert await PostgresArchive(restored).last_seq(user.id) == ARCHIVED
        await restored.close()
