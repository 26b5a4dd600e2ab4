"""A document that was read out to its end counts as seen."""

import pytest

from brain.documents.feature import feature
from brain.documents.rules import WHOLE_CHARS
from brain.feature import Feature
from brain.wiring import Wiring
from tests.fakes.documents import FakeDocuments
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.fakes.world import World
from tests.routes.virtual import order, said, wired

BODY = "It is long. " * (WHOLE_CHARS // 12 + 1)


def stage() -> tuple[Wiring, FakeDocuments]:
    """A wiring whose only feature passes what was heard to the documents."""
    wiring, documents = wired(World([words(f"It says: {BODY}"), words("Yes.")])), FakeDocuments()
    vars(wiring)["features"] = (Feature(), Feature(played=documents.mark_heard))
    return wiring, documents


@pytest.mark.parametrize(("how", "seen"), [("played", BODY), ("cutOff", None), ("unspoken", None)])
@in_virtual_time
async def test_what_the_user_heard_to_its_end_was_seen(how: str, seen: str | None) -> None:
    wiring, documents = stage()
    await documents.create("anna", title="Notes", body=BODY, foreign=True, key="k")
    await said(wiring, "What does it say?")
    assert (await order(wiring, "heard", seq=2, how=how, chars=5))[0] == 200
    assert await documents.seen("anna", "doc1") == seen


@in_virtual_time
async def test_another_message_says_nothing_about_it() -> None:
    wiring, documents = stage()
    await documents.create("anna", title="Notes", body=BODY, foreign=True, key="k")
    await said(wiring, "What does it say?")
    await said(wiring, "Is that all?")
    assert (await order(wiring, "heard", seq=4, how="played"))[0] == 200
    assert await documents.seen("anna", "doc1") is None


async def test_without_the_database_nothing_is_noted_and_nothing_fails() -> None:
    played = feature(Wiring({})).played
    assert played is not None
    await played("anna", BODY)  # no database is configured
    away = feature(Wiring({"DATABASE_URL": "postgresql://127.0.0.1:1/none"})).played
    assert away is not None
    await away("anna", BODY)  # it cannot be reached
