"""What the user has seen of a document: one contract for Postgres and memory."""

from brain.documents.ports import Documents
from brain.documents.rules import WHOLE_CHARS, version
from tests.contracts.postgres.documents_stage import keep


async def test_nothing_was_seen_of_a_new_document(documents: Documents, anna: str) -> None:
    id = await keep(documents, anna, "List", "milk")
    assert await documents.seen(anna, id) is None
    assert await documents.seen(anna, "unknown") is None


async def test_what_was_seen_stays_as_it_was_when_the_document_changes(
    documents: Documents, anna: str
) -> None:
    id = await keep(documents, anna, "List", "milk")
    assert await documents.mark_seen(anna, id, version=version("List", "milk"))
    assert await documents.seen(anna, id) == "milk"
    await documents.update(anna, id, key="u", foreign=True, append="bread")
    assert await documents.seen(anna, id) == "milk"
    assert await documents.mark_seen(anna, id, version=version("List", "milk\nbread"))
    assert await documents.seen(anna, id) == "milk\nbread"


async def test_a_text_that_is_not_there_any_more_was_not_seen(
    documents: Documents, anna: str, ben: str
) -> None:
    id = await keep(documents, anna, "List", "milk")
    ours = version("List", "milk")
    assert not await documents.mark_seen(anna, id, version=version("List", "bread"))
    assert not await documents.mark_seen(ben, id, version=ours)
    assert not await documents.mark_seen(anna, "unknown", version=ours)
    assert await documents.seen(anna, id) is None
    assert await documents.seen(ben, id) is None


async def test_to_see_a_document_does_not_change_it(documents: Documents, anna: str) -> None:
    id = await keep(documents, anna, "List", "milk")
    before = await documents.read(anna, id)
    await documents.mark_seen(anna, id, version=version("List", "milk"))
    assert await documents.read(anna, id) == before


async def test_a_deleted_document_was_not_seen(documents: Documents, anna: str) -> None:
    id = await keep(documents, anna, "List", "milk")
    await documents.mark_seen(anna, id, version=version("List", "milk"))
    await documents.delete(anna, id, key="d")
    assert await documents.seen(anna, id) is None


async def test_a_long_document_that_was_read_out_whole_was_seen(
    documents: Documents, anna: str, ben: str
) -> None:
    line = "It costs 50% more (see \\1)."
    body = "\n\n".join([f"{number}.  {line}" for number in range(WHOLE_CHARS // len(line))])
    heard = await keep(documents, anna, "Heard", body)
    part = await keep(documents, anna, "Part", f"{body}\nThe end.")
    short = await keep(documents, anna, "Short", line)
    others = await keep(documents, ben, "Ben's", body)
    await documents.mark_heard(anna, f"Here it is: {' '.join(body.split())} That was all.")
    assert await documents.seen(anna, heard) == body
    assert [await documents.seen(anna, id) for id in (part, short)] == [None, None]
    assert await documents.seen(ben, others) is None


async def test_a_document_that_was_read_out_in_part_was_not_seen(
    documents: Documents, anna: str
) -> None:
    body = "word " * WHOLE_CHARS
    id = await keep(documents, anna, "List", f"{body}end")
    await documents.mark_heard(anna, body)
    assert await documents.seen(anna, id) is None
