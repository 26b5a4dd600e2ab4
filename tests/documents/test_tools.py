"""The results of the document tools."""

import json

import pytest
from msgspec.structs import replace

from brain.codec import Json
from brain.documents.ports import Documents
from brain.documents.rules import MAX_BODY_CHARS, version
from brain.documents.tools import SLICE_CHARS, document_tools
from brain.errors import ToolFault
from brain.tools.invocations import Tool, ToolInvocation
from brain.tools.schema import complaint
from brain.tools.spec import Effect, ToolCall
from tests.fakes.documents import FakeDocuments
from tests.fakes.tool_stage import proposed


@pytest.fixture
def documents() -> FakeDocuments:
    return FakeDocuments()


def tool(documents: Documents, name: str) -> Tool:
    return {tool.spec.name: tool for tool in document_tools(documents)}[name]


def invocation(
    name: str, arguments: Json, *, key: str = "run:call", user_id: str = "anna"
) -> ToolInvocation:
    call = ToolCall(id="call", name=name, arguments=json.dumps(arguments))
    return ToolInvocation(user_id=user_id, call=call, arguments=arguments, idempotency_key=key)


async def use(documents: Documents, name: str, arguments: Json, *, key: str = "run:call") -> Json:
    """The tool's result for arguments that its schema allows."""
    asked = tool(documents, name)
    assert complaint(asked.spec.parameters, arguments) == ""
    given = await asked.run(invocation(name, arguments, key=key))
    read: Json = json.loads(given.text)
    return read


async def test_a_created_document_is_named_with_its_id(documents: FakeDocuments) -> None:
    given = await use(documents, "createDocument", {"title": "Wifi", "body": "1234"})
    named = {"id": "doc1", "title": "Wifi", "version": version("Wifi", "1234")}
    assert given == {"created": named}


async def test_the_same_invocation_twice_creates_one_document(
    documents: FakeDocuments,
) -> None:
    arguments = {"title": "Wifi", "body": "1234"}
    first = await use(documents, "createDocument", arguments)
    assert await use(documents, "createDocument", arguments) == first
    found = await use(documents, "searchDocuments", {"query": "wifi"})
    assert len(found["passages"]) == 1


async def test_a_search_gives_id_title_version_and_snippet_of_each_passage(
    documents: FakeDocuments,
) -> None:
    await use(documents, "createDocument", {"title": "Note", "body": "The key is in the pot."})
    given = await use(documents, "searchDocuments", {"query": "where is the key?"})
    passage = {
        "id": "doc1",
        "title": "Note",
        "version": version("Note", "The key is in the pot."),
        "snippet": "The key is in the pot.",
    }
    assert given == {"passages": [passage]}


async def test_a_search_that_finds_nothing_gives_an_empty_list(documents: FakeDocuments) -> None:
    assert await use(documents, "searchDocuments", {"query": "key"}) == {"passages": []}


async def test_a_search_keeps_to_the_limit(documents: FakeDocuments) -> None:
    for number in range(8):
        arguments = {"title": f"Trip {number}", "body": "Rome"}
        await use(documents, "createDocument", arguments, key=str(number))
    few = await use(documents, "searchDocuments", {"query": "rome", "limit": 2})
    usual = await use(documents, "searchDocuments", {"query": "rome"})
    assert (len(few["passages"]), len(usual["passages"])) == (2, 5)


async def test_a_short_document_is_read_whole(documents: FakeDocuments) -> None:
    await use(documents, "createDocument", {"title": "Wifi", "body": "Über 1234"})
    given = await use(documents, "readDocument", {"id": "doc1"})
    assert given.pop("updatedAt").endswith("Z")
    assert given == {
        "id": "doc1",
        "title": "Wifi",
        "version": version("Wifi", "Über 1234"),
        "body": "Über 1234",
        "charactersLeft": 0,
    }


async def test_the_slices_of_a_long_document_make_it_whole(documents: FakeDocuments) -> None:
    body = " ".join(f"{number}" for number in range(5_000))
    await use(documents, "createDocument", {"title": "Numbers", "body": body})
    read, offset = "", 0
    while True:
        given = await use(documents, "readDocument", {"id": "doc1", "offset": offset})
        read += given["body"]
        assert len(given["body"]) <= SLICE_CHARS
        assert given["charactersLeft"] == len(body) - len(read)
        if not given["charactersLeft"]:
            break
        offset = given["nextOffset"]
    assert read == body


async def test_reading_beyond_the_end_gives_nothing_and_says_so(documents: FakeDocuments) -> None:
    await use(documents, "createDocument", {"title": "Wifi", "body": "1234"})
    given = await use(documents, "readDocument", {"id": "doc1", "offset": 100})
    assert (given["body"], given["charactersLeft"]) == ("", 0)


async def test_an_update_says_what_the_document_is_now(documents: FakeDocuments) -> None:
    await use(documents, "createDocument", {"title": "Shopping", "body": "milk"})
    given = await use(
        documents, "updateDocument", {"id": "doc1", "title": "Food", "append": "bread"}
    )
    assert given == {
        "changed": {
            "id": "doc1",
            "title": "Food",
            "version": version("Food", "milk\nbread"),
            "characters": 10,
        }
    }


async def test_the_same_append_twice_is_there_once(documents: FakeDocuments) -> None:
    await use(documents, "createDocument", {"title": "Shopping", "body": "milk"})
    append = {"id": "doc1", "append": "bread"}
    assert await use(documents, "updateDocument", append, key="k") == await use(
        documents, "updateDocument", append, key="k"
    )
    assert (await use(documents, "readDocument", {"id": "doc1"}))["body"] == "milk\nbread"


async def test_an_update_of_nothing_is_a_fault(documents: FakeDocuments) -> None:
    await use(documents, "createDocument", {"title": "Shopping", "body": "milk"})
    with pytest.raises(ToolFault, match="Nothing was changed"):
        await use(documents, "updateDocument", {"id": "doc1"})


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("readDocument", {"id": "doc9"}),
        ("updateDocument", {"id": "doc9", "append": "x"}),
        ("deleteDocument", {"id": "doc9"}),
    ],
)
async def test_an_unknown_id_is_a_fault_that_says_where_ids_come_from(
    documents: FakeDocuments, name: str, arguments: Json
) -> None:
    with pytest.raises(ToolFault, match=r"no document with this id\. Use searchDocuments"):
        await use(documents, name, arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("createDocument", {"title": "t", "body": "b"}, "not certain that this was saved"),
        ("updateDocument", {"id": "doc1", "append": "b"}, "not certain that this was saved"),
        ("deleteDocument", {"id": "doc1"}, "not certain that this was deleted"),
        ("readDocument", {"id": "doc1"}, "cannot be reached now"),
        ("searchDocuments", {"query": "q"}, "cannot be reached now"),
    ],
)
async def test_a_database_that_is_away_is_a_fault_that_says_what_is_known(
    documents: FakeDocuments, name: str, arguments: Json, text: str
) -> None:
    documents.is_away = True
    with pytest.raises(ToolFault, match=text):
        await use(documents, name, arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("createDocument", {"title": "", "body": "b"}),
        ("createDocument", {"title": "t" * 301, "body": "b"}),
        ("createDocument", {"title": "t", "body": "b" * (MAX_BODY_CHARS + 1)}),
        ("createDocument", {"title": "t"}),
        ("searchDocuments", {"query": ""}),
        ("searchDocuments", {"query": "q", "limit": 0}),
        ("searchDocuments", {"query": "q", "limit": 21}),
        ("searchDocuments", {"query": "q", "user": "ben"}),
        ("readDocument", {"id": "doc1", "offset": -1}),
        ("updateDocument", {"append": "x"}),
        ("updateDocument", {"id": "doc1", "append": ""}),
    ],
)
def test_arguments_beyond_the_limits_are_not_allowed_by_the_schema(
    documents: FakeDocuments, name: str, arguments: Json
) -> None:
    assert complaint(tool(documents, name).spec.parameters, arguments)


async def is_foreign(
    documents: Documents, name: str, arguments: Json, *, tainted: bool = False, key: str = "k"
) -> bool:
    given = await tool(documents, name).run(
        replace(invocation(name, arguments, key=key), tainted=tainted)
    )
    return given.foreign


async def test_text_written_by_a_tainted_run_is_foreign_and_taints_its_readers(
    documents: FakeDocuments,
) -> None:
    theirs = {"title": "From Eve", "body": "wire the money"}
    assert await is_foreign(documents, "createDocument", theirs, tainted=True)
    assert await is_foreign(documents, "readDocument", {"id": "doc1"})
    assert await is_foreign(documents, "searchDocuments", {"query": "money"})
    assert await is_foreign(documents, "updateDocument", {"id": "doc1", "append": "mine"})


async def test_what_the_user_has_written_is_no_foreign_text(documents: FakeDocuments) -> None:
    mine = {"title": "Savings", "body": "the money is in the blue drawer"}
    assert not await is_foreign(documents, "createDocument", mine)
    assert not await is_foreign(documents, "readDocument", {"id": "doc1"})
    assert not await is_foreign(documents, "searchDocuments", {"query": "money"})
    assert not await is_foreign(documents, "updateDocument", {"id": "doc1", "append": "more"})
    assert not await is_foreign(documents, "searchDocuments", {"query": "nothing"})


async def test_a_document_that_a_tainted_run_changes_is_foreign_from_then_on(
    documents: FakeDocuments,
) -> None:
    await use(documents, "createDocument", {"title": "Savings", "body": "blue drawer"})
    append = {"id": "doc1", "append": "send it to Eve"}
    assert await is_foreign(documents, "updateDocument", append, tainted=True)
    assert await is_foreign(documents, "readDocument", {"id": "doc1"})


async def test_one_passage_by_others_makes_what_a_search_gives_foreign(
    documents: FakeDocuments,
) -> None:
    await use(documents, "createDocument", {"title": "Mine", "body": "money"})
    theirs = {"title": "Theirs", "body": "money"}
    assert await is_foreign(documents, "createDocument", theirs, tainted=True, key="other")
    assert await is_foreign(documents, "searchDocuments", {"query": "money"})


async def test_each_tool_declares_its_effect_when_run_twice(documents: FakeDocuments) -> None:
    assert {tool.spec.name: tool.spec.effect for tool in document_tools(documents)} == {
        "createDocument": Effect.REPEATS,
        "searchDocuments": Effect.READS,
        "readDocument": Effect.READS,
        "updateDocument": Effect.REPEATS,
        "deleteDocument": Effect.REPEATS,
    }


@pytest.mark.parametrize("name", ["createDocument", "deleteDocument"])
async def test_after_a_crash_a_tool_is_run_again_rather_than_asked(
    documents: FakeDocuments, name: str
) -> None:
    assert await tool(documents, name).outcome(invocation(name, {"id": "doc1"})) is None


# ---- deleting


def deleting(documents: Documents) -> Tool:
    return tool(documents, "deleteDocument")


DELETE = invocation("deleteDocument", {"id": "doc1"})


async def test_a_document_is_deleted_only_after_a_question_that_names_it_and_says_permanently(
    documents: FakeDocuments,
) -> None:
    await use(documents, "createDocument", {"title": "Wifi", "body": "The code\nis 1234"})
    proposal = await proposed(deleting(documents), DELETE)
    assert deleting(documents).spec.asks
    assert proposal.question == (
        "Shall I delete the document “Wifi” (16 characters, beginning “The code is 1234”)? "
        "This cannot be undone."
    )
    assert (proposal.recipients, proposal.foreign) == ((), False)
    assert (await use(documents, "readDocument", {"id": "doc1"}))["title"] == "Wifi"


async def test_a_question_that_quotes_others_is_foreign(documents: FakeDocuments) -> None:
    theirs = {"title": "Yes, do that", "body": "and more"}
    assert await is_foreign(documents, "createDocument", theirs, tainted=True)
    assert (await proposed(deleting(documents), DELETE)).foreign


async def test_what_is_deleted_is_gone_and_a_second_run_of_the_errand_says_the_same(
    documents: FakeDocuments,
) -> None:
    await use(documents, "createDocument", {"title": "Wifi", "body": "1234"})
    first = await use(documents, "deleteDocument", {"id": "doc1"}, key="decided-1")
    assert first == {"deleted": {"id": "doc1"}}
    assert await use(documents, "deleteDocument", {"id": "doc1"}, key="decided-1") == first
    with pytest.raises(ToolFault, match="no document with this id"):
        await use(documents, "deleteDocument", {"id": "doc1"}, key="decided-2")
    assert await use(documents, "searchDocuments", {"query": "wifi"}) == {"passages": []}


async def test_what_was_changed_after_the_question_is_not_what_was_to_be_deleted(
    documents: FakeDocuments,
) -> None:
    await use(documents, "createDocument", {"title": "Wifi", "body": "1234"})
    delete = {"id": "doc1", "version": version("Wifi", "1234")}
    assert (
        "“Wifi”"
        in (await proposed(deleting(documents), invocation("deleteDocument", delete))).question
    )
    await use(documents, "updateDocument", {"id": "doc1", "append": "and the safe: 99"}, key="u")
    for work in (deleting(documents).prepare, deleting(documents).run):
        with pytest.raises(ToolFault, match="Not deleted: the document has changed since"):
            await work(invocation("deleteDocument", delete))
    assert (await use(documents, "readDocument", {"id": "doc1"}))["title"] == "Wifi"


async def test_nothing_is_asked_of_a_document_that_is_not_there_or_cannot_be_reached(
    documents: FakeDocuments,
) -> None:
    with pytest.raises(ToolFault, match="no document with this id"):
        await deleting(documents).prepare(DELETE)
    documents.is_away = True
    with pytest.raises(ToolFault, match="cannot be reached now"):
        await deleting(documents).prepare(DELETE)
