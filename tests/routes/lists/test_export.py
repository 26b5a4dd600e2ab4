"""The file of an export is made while it is read: its size does not matter to the memory."""

import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Sequence
from typing import Any

from brain.codec import Json
from brain.user.model import Table
from brain.user.packing import Export
from tests.fakes.clock import Clock
from tests.fakes.loop import in_virtual_time
from tests.fakes.world import World

CHARS = 200_000  # of a document, the most that one may have
MANY = 100  # documents; 20 MB of text that cannot be made smaller than half
MOST_BYTES = 4_000_000  # in memory at a time; a few documents
COLUMNS = ("user_id", "id", "title", "body")
TABLE = Table(name="documents", owners=("user_id",), key=("id",), columns=COLUMNS)


class Many:
    """`KeptRows` and `Holdings` of a user with many large documents. `read_rows` counts them."""

    def __init__(self) -> None:
        self.read_rows = 0

    async def tables(self) -> Sequence[Table]:
        return [TABLE]

    async def read(self, table: Table, ids: Sequence[str]) -> AsyncIterator[Json]:
        for number in range(MANY):
            self.read_rows += 1
            body = os.urandom(CHARS // 2).hex()
            yield {"user_id": "anna", "id": f"{number:032}"[::-1], "title": "One", "body": body}

    async def holdings(self, user_id: str) -> dict[str, Any]:
        return {}


async def nobody(user_id: str) -> Sequence[str]:
    return ()


def export(many: Many) -> Export:
    log = World().ports.store
    return Export(log=log, traces=many, rows=many, clock=Clock(), stand_ins=nobody)


@in_virtual_time
async def test_a_large_export_is_never_in_memory_and_begins_at_once() -> None:
    many = Many()
    pieces = await export(many).begin("anna")
    size, count = 0, 0
    tracemalloc.start()
    try:
        async for piece in pieces:
            size, count = size + len(piece), count + 1
            if count == 1:
                assert many.read_rows == 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > MANY * CHARS // 2
    assert count > MANY
    assert peak < MOST_BYTES


@in_virtual_time
async def test_each_document_has_a_file_of_its_own_with_the_day_of_the_export() -> None:
    made = export(Many())
    packed = b"".join([piece async for piece in await made.begin("anna")])
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        infos = file.infolist()
        manifest = json.loads(file.read("manifest.json"))
        named = [json.loads(line)["file"] for line in file.read("documents.jsonl").splitlines()]
        assert file.testzip() is None
    documents = [info.filename for info in infos if info.filename.startswith("documents/")]
    assert len({*documents}) == MANY
    assert documents == named
    day = tuple(map(int, made.day().split("-")))
    assert {info.date_time[:3] for info in infos} == {day}
    assert manifest["createdAt"].startswith(made.day())
    assert manifest["counts"]["documents.jsonl"] == MANY
