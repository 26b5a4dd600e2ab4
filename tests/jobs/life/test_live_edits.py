"""Who watches a mind sees what it writes into the shared document, while it writes."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from msgspec.structs import replace

from brain.chat.pieces import EditPiece
from brain.cloud.postgres.database import Postgres
from brain.documents.postgres import PostgresDocuments
from brain.jobs.flow import start_job, stop_job
from brain.jobs.helpers.live_edits import EVERY_S
from brain.jobs.model import JobStart
from brain.routes.stream import event_of
from brain.run.journal import Answered
from brain.run.ports import Delta, Prompt
from brain.tools.spec import ToolCall
from tests.jobs.life.stage import Asked, JobStage, Script, ScriptedMinds, call, done, filed

pytestmark = pytest.mark.asyncio(loop_scope="package")

type MakeStage = Callable[[Script], JobStage]
LIMIT_S = 100.0  # nothing is waited for that does not come
WORDS = (
    "On Tuesday we go to the harbour, and then to the castle. “Bring shoes”, says Ben.\n\n" * 30
    + "Ä"
)


@dataclass
class WritingMinds(ScriptedMinds):
    """Writes the arguments of its calls in small parts, slowly until it gets a sign."""

    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        answer = await super().answer(prompt, limit_s=limit_s, on_delta=on_delta)
        assert on_delta is not None
        for place, made in enumerate(answer.calls):
            await self._write(made, place, on_delta)
        return answer

    async def _write(self, made: ToolCall, place: int, on_delta: Callable[[Delta], None]) -> None:
        on_delta(Delta(kind="action", text=made.name, call=place))
        parts = [made.arguments[at : at + 12] for at in range(0, len(made.arguments), 12)]
        for part in parts:
            on_delta(Delta(kind="arguments", text=part, call=place))
            with suppress(TimeoutError):  # it writes slowly until it gets a sign
                async with asyncio.timeout(EVERY_S / 3):
                    await self.may_end.wait()


@pytest.fixture
def writing(make_stage: MakeStage) -> JobStage:
    """A helper that edits the document once, and ends."""
    ids: list[str] = []

    def script(asked: Asked) -> Answered:
        if asked.is_reporter:
            return filed()
        if asked.number:
            return done()
        return call("editDocument", id=ids[0], find="Tuesday: beach.", replace=WORDS)

    stage = make_stage(script)
    stage.wiring.minds = WritingMinds(script)
    stage.wiring.ids = ids  # type: ignore[attr-defined]  # for `begun`
    return stage


async def begun(stage: JobStage) -> tuple[JobStart, str]:
    """Begin a room with one helper; return its document as well."""
    made = await PostgresDocuments(database_of(stage)).create(
        stage.user, title="Plan", body="Tuesday: beach.", foreign=False, key="plan"
    )
    stage.wiring.ids.append(made.id)  # type: ignore[attr-defined]
    new = replace(stage.new_job(1), kind="room", document_id=made.id)
    return await start_job(stage.services, stage.user, new), made.id


def database_of(stage: JobStage) -> Postgres:
    assert stage.wiring.database is not None
    return stage.wiring.database


async def text_of(stage: JobStage, id: str) -> str:
    found = await PostgresDocuments(database_of(stage)).read(stage.user, id)
    assert found is not None
    return found.body


def minds_of(stage: JobStage) -> WritingMinds:
    assert isinstance(stage.wiring.minds, WritingMinds)
    return stage.wiring.minds


async def test_what_a_helper_writes_is_seen_while_it_writes(writing: JobStage) -> None:
    start, document_id = await begun(writing)
    feed = writing.wiring.feed(start.mind_ids[0], since=0)
    seen: list[EditPiece] = []
    async with (
        asyncio.timeout(LIMIT_S),
        writing.wiring.news.listen(start.mind_ids[0]),  # somebody listens from the beginning
        aclosing(feed.items(until=float("inf"))) as items,
    ):
        working = asyncio.ensure_future(writing.deliver())
        async for item in items:
            if isinstance(item, EditPiece):
                seen.append(item)
                assert await text_of(writing, document_id) == "Tuesday: beach."
                if len(seen) == 3:
                    minds_of(writing).may_end.set()
                if item.text == WORDS:
                    break
    await working
    assert await text_of(writing, document_id) == WORDS
    assert {(piece.document_id, piece.find) for piece in seen} == {(document_id, "Tuesday: beach.")}
    assert all(b.text.startswith(a.text) and b != a for a, b in pairwise(seen))
    assert {(piece.run_id, piece.loop, piece.number) for piece in seen} == {(seen[0].run_id, 1, 1)}
    event = event_of(seen[-1])
    assert event.name == "edit"
    assert {"runId", "loop", "piece", "documentId", "find", "text"} == event.data.keys()


async def test_a_stop_in_the_middle_of_an_edit_changes_nothing(writing: JobStage) -> None:
    start, document_id = await begun(writing)
    working = asyncio.ensure_future(writing.deliver())
    async with asyncio.timeout(LIMIT_S):
        await minds_of(writing).busy.wait()
        await stop_job(writing.services, writing.user, start.job_id)
        minds_of(writing).may_end.set()
        await working
    assert await text_of(writing, document_id) == "Tuesday: beach."
