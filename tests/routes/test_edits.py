"""A document is changed at its places, over HTTP and by minds, and the user's change wins."""

import asyncio

import pytest

from brain.documents.anchors import MAX_EDIT_CHARS
from brain.documents.edit_rows import KEPT_EDITS
from brain.documents.edit_tool import PROPOSED
from brain.documents.postgres import PostgresDocuments
from brain.errors import ToolFault
from tests.routes.resources_stage import Caller, Home, Mind, body_of, decided, patched
from tests.routes.stage import Json

pytestmark = pytest.mark.asyncio(loop_scope="package")

PLAN = "Monday: museum.\n\nTuesday: beach."
LATER = b"update brain.edits set at = at - interval '31 s' where user_id = %(user_id)s"


async def test_what_the_users_brain_changes_is_listed_and_wins(home: Home, anna: Caller) -> None:
    id = (await anna.kept("Plan", PLAN, typed=True))["id"]
    documents = PostgresDocuments(home.database)
    for _ in range(2):
        await documents.update(anna.id, id, key="call-1", foreign=False, append="Wednesday: rest.")
    [edit] = (await anna.got("edits", document=id))["edits"]
    assert (edit["author"], edit["state"], edit["find"]) == ("user", "done", "")
    assert edit["replace"].strip() == "Wednesday: rest."
    mind = Mind(home, anna, id)
    assert await mind.edits({"find": "rest"}, replace="work") == PROPOSED
    assert "Wednesday: rest." in await body_of(anna, id)
    taken = await decided(anna, id, "undo", place=edit["place"])
    assert (taken["kept"], taken["document"]["body"]) == ([], PLAN)


async def test_a_place_is_changed_by_the_text_that_stands_there(anna: Caller) -> None:
    id = (await anna.kept("Plan", PLAN))["id"]

    changed = await patched(anna, id, find="beach", replace="harbour")

    assert changed["body"] == PLAN.replace("beach", "harbour")
    assert await anna.got("documents", id=id) == changed


@pytest.mark.parametrize(
    "change",
    [
        {"find": "swamp", "replace": "sea"},
        {"find": "day", "replace": "night"},
        {"find": "", "replace": "New."},
        {"body": "New.", "version": "0" * 16},
        {"title": "New", "version": "0" * 16},
    ],
    ids=["not there", "there twice", "empty", "old version", "old title"],
)
async def test_a_change_that_does_not_fit_any_more_gets_the_document_as_it_is_now(
    anna: Caller, change: Json
) -> None:
    made = await anna.kept("Plan", PLAN)

    refused = await patched(anna, made["id"], status=409, **change)

    assert refused["document"] == made
    assert refused["detail"]
    assert await anna.got("documents", id=made["id"]) == made


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"find": "beach"},
        {"replace": "harbour"},
        {"find": "beach", "replace": "sea", "body": "x", "version": "y"},
        {"body": "without a version"},
        {"title": "without a version"},
        {"find": "beach", "replace": "x" * (MAX_EDIT_CHARS + 1)},
        {"find": "beach", "replace": 3},
    ],
)
async def test_half_a_change_is_refused_and_nothing_happens(anna: Caller, change: Json) -> None:
    made = await anna.kept("Plan", PLAN)
    assert (await patched(anna, made["id"], status=422, **change))["errors"]
    assert await anna.got("documents", id=made["id"]) == made


async def test_the_whole_body_is_replaced_at_its_version_and_is_the_users_own_with_its_title(
    anna: Caller,
) -> None:
    made = await anna.kept("Plan", PLAN)
    changed = await patched(anna, made["id"], body="Sleep.", version=made["version"])
    assert (changed["title"], changed["body"], changed["foreign"]) == ("Plan", "Sleep.", True)

    own = await patched(
        anna, made["id"], title="Rest", body="Sleep in.", version=changed["version"]
    )

    assert (own["title"], own["body"], own["foreign"]) == ("Rest", "Sleep in.", False)


async def test_of_two_changes_of_one_version_only_the_first_is_made(anna: Caller) -> None:
    made = await anna.kept("Plan", PLAN)

    async def write(body: str) -> int:
        change = {"body": body, "version": made["version"]}
        return (
            await anna.call("PATCH", "documents", params={"id": made["id"]}, json=change)
        ).status_code

    assert sorted(await asyncio.gather(write("one"), write("two"))) == [200, 409]


async def test_nobody_changes_what_is_not_theirs(anna: Caller, ben: Caller) -> None:
    made = await anna.kept("Plan", PLAN)
    await patched(ben, made["id"], status=404, find="beach", replace="swamp")
    for method, options in (
        ("GET", {"params": {"document": made["id"]}}),
        ("POST", {"json": {"document": made["id"], "do": "undo", "author": "user"}}),
    ):
        assert (await ben.call(method, "edits", **options)).status_code == 404
    assert await anna.got("documents", id=made["id"]) == made


async def test_an_agent_changes_a_paragraph_but_not_one_that_the_user_has_just_changed(
    anna: Caller, home: Home
) -> None:
    id = (await anna.kept("Plan", PLAN))["id"]
    await patched(anna, id, find="beach", replace="harbour")
    first, second = Mind(home, anna, id, "Helper 1"), Mind(home, anna, id, "Helper 2")

    await first.edits(find="museum", replace="castle")
    assert await second.edits(find="harbour", replace="swamp") == PROPOSED

    assert await body_of(anna, id) == "Monday: castle.\n\nTuesday: harbour."
    listed = await anna.got("edits", document=id)
    assert [(one["place"], one["author"], one["state"]) for one in listed["edits"]] == [
        (1, "user", "done"),
        (2, "Helper 1", "done"),
        (3, "Helper 2", "proposed"),
    ]
    assert listed["nextSince"] == 3
    assert [one.edit.place for one in (*first.told, *second.told) if one.edit] == [2, 3]
    assert (await anna.got("edits", document=id, since=3)) == {"edits": [], "nextSince": 3}


@pytest.mark.parametrize(
    "place",
    [{"find": "Tuesday: harbour."}, {"after": "harbour."}, {"find": "museum.\n\nTuesday"}],
    ids=["whole", "behind", "across two"],
)
async def test_however_an_agent_names_it_the_users_paragraph_waits_for_the_user(
    anna: Caller, home: Home, place: dict[str, str]
) -> None:
    id = (await anna.kept("Plan", PLAN))["id"]
    await patched(anna, id, find="beach", replace="harbour")
    body = await body_of(anna, id)
    assert await Mind(home, anna, id).edits(place, replace="swamp") == PROPOSED
    assert await body_of(anna, id) == body


async def test_a_paragraph_of_which_the_user_has_deleted_a_word_is_theirs_too(
    anna: Caller, home: Home
) -> None:
    id = (await anna.kept("Plan", PLAN))["id"]
    await patched(anna, id, find=" beach", replace="")
    assert await Mind(home, anna, id).edits(find="Tuesday", replace="Sunday") == PROPOSED
    made = await anna.got("documents", id=id)
    await patched(anna, id, body=f"{made['body']}\n\nEnd", version=made["version"])
    assert await Mind(home, anna, id).edits(find="End", replace="Fin") == PROPOSED


async def test_later_the_paragraph_is_everybodys_again(anna: Caller, home: Home) -> None:
    id = (await anna.kept("Plan", PLAN))["id"]
    await patched(anna, id, find="beach", replace="harbour")

    async def age(connection: object) -> None:
        await connection.execute(LATER, {"user_id": anna.id})  # type: ignore[attr-defined]

    await home.database.run(age)
    await Mind(home, anna, id).edits(find="harbour", replace="swamp")
    assert await body_of(anna, id) == "Monday: museum.\n\nTuesday: swamp."


async def test_an_agents_change_that_misses_its_place_shows_it_the_text_as_it_is(
    anna: Caller, home: Home
) -> None:
    id = (await anna.kept("Plan", PLAN))["id"]
    with pytest.raises(ToolFault, match=r"(?s)does not stand.*Tuesday: beach\.") as missed:
        await Mind(home, anna, id).edits(find="Wednesday", replace="x")
    assert missed.value.foreign  # the document may be anybody's
    with pytest.raises(ToolFault, match="more than once"):
        await Mind(home, anna, id).edits(find="day: ", replace="x")
    other = (await anna.kept("Other", "Secret"))["id"]
    with pytest.raises(ToolFault, match="only the document of this job"):
        await Mind(home, anna, id).edits(id=other, find="Secret", replace="x")
    assert await body_of(anna, other) == "Secret"


async def test_an_agents_change_that_is_repeated_after_a_crash_is_made_once(
    anna: Caller, home: Home
) -> None:
    id = (await anna.kept("List", "milk"))["id"]
    mind = Mind(home, anna, id)
    await mind.edits(key=f"{anna.id}:once", after="milk", replace="\nbread")
    await mind.edits(key=f"{anna.id}:once", after="milk", replace="\nbread")
    assert await body_of(anna, id) == "milk\nbread"


async def test_what_a_tainted_agent_writes_makes_the_document_foreign(
    anna: Caller, home: Home
) -> None:
    id = (await anna.kept("List", "milk", typed=True))["id"]
    await Mind(home, anna, id).edits(after="milk", replace="\nbread", tainted=True)
    assert (await anna.got("documents", id=id))["foreign"]


async def test_the_changes_of_one_author_are_taken_back_and_those_of_others_stay(
    anna: Caller, home: Home
) -> None:
    id = (await anna.kept("List", "one\n\ntwo\n\nthree"))["id"]
    first, second = Mind(home, anna, id, "First"), Mind(home, anna, id, "Second")
    await first.edits(find="one", replace="ONE")
    await second.edits(find="two", replace="TWO")
    await first.edits(find="three", replace="THREE")
    await second.edits(find="THREE", replace="drei")

    undone = await decided(anna, id, "undo", author="First")

    assert undone["document"]["body"] == "one\n\nTWO\n\ndrei"
    assert undone["kept"] == [3]
    states = {one["place"]: one["state"] for one in (await anna.got("edits", document=id))["edits"]}
    assert states == {1: "undone", 2: "done", 3: "done", 4: "done", 5: "done"}


async def test_hundreds_of_changes_are_taken_back_at_once(anna: Caller, home: Home) -> None:
    many = 450
    body = "\n\n".join(f"paragraph {n}." for n in range(many))
    id = (await anna.kept("List", body))["id"]
    mind = Mind(home, anna, id)
    for n in range(many):
        await mind.edits(find=f"paragraph {n}.", replace=f"PARAGRAPH {n}, which is longer now.")
    undone = await decided(anna, id, "undo", author="Helper 1")
    assert (undone["document"]["body"], undone.get("kept", [])) == (body, [])
    assert (await anna.got("documents", id=id))["body"] == body


async def test_a_deletion_is_taken_back_while_nothing_has_changed_since(anna: Caller) -> None:
    id = (await anna.kept("Plan", PLAN))["id"]
    await patched(anna, id, find=" beach", replace="")
    assert (await decided(anna, id, "undo", place=1))["document"]["body"] == PLAN


async def test_what_others_wrote_comes_back_as_text_by_others(anna: Caller) -> None:
    made = await anna.kept("Letter", "Pay Eve.")
    assert made["foreign"]
    id = made["id"]
    own = await patched(anna, id, version=made["version"], title="Mine", body="Own.")
    assert not own["foreign"]

    undone = await decided(anna, id, "undo", place=1)

    assert (undone["document"]["body"], undone["document"]["foreign"]) == ("Pay Eve.", True)


async def test_a_proposed_change_is_accepted_or_dismissed(anna: Caller, home: Home) -> None:
    id = (await anna.kept("Plan", PLAN))["id"]
    await patched(anna, id, find="beach", replace="harbour")
    mind = Mind(home, anna, id)
    await mind.edits(find="harbour", replace="swamp")
    await mind.edits(find="Tuesday", replace="Sunday")

    assert (await decided(anna, id, "dismiss", place=2))["document"]["body"].endswith("harbour.")
    accepted = await decided(anna, id, "accept")

    assert accepted["document"]["body"] == "Monday: museum.\n\nSunday: harbour."
    listed = (await anna.got("edits", document=id))["edits"]
    assert [(one["author"], one["state"]) for one in listed] == [
        ("user", "done"),
        ("Helper 1", "dismissed"),
        ("Helper 1", "done"),
    ]
    undone = await decided(anna, id, "undo", place=3)
    assert undone["document"]["body"] == "Monday: museum.\n\nTuesday: harbour."


async def test_a_proposal_whose_text_has_changed_meanwhile_is_kept(
    anna: Caller, home: Home
) -> None:
    id = (await anna.kept("Plan", PLAN))["id"]
    await patched(anna, id, find="beach", replace="harbour")
    await Mind(home, anna, id).edits(find="harbour", replace="swamp")
    await patched(anna, id, find="harbour", replace="sea")
    assert (await decided(anna, id, "accept", place=2))["kept"] == [2]
    assert (await body_of(anna, id)).endswith("sea.")


async def test_only_the_newest_changes_are_kept(anna: Caller, home: Home) -> None:
    id = (await anna.kept("List", "0"))["id"]
    await patched(anna, id, find="0", replace="1")
    fill = b"""
        insert into brain.edits (user_id, document_id, place, author, start, find, replace,
            paragraphs, version_before, state)
        select user_id, document_id, place + n, 'Helper', 0, '', '', '{}', '', 'dismissed'
        from brain.edits, generate_series(1, %(n)s) as n where user_id = %(user_id)s
    """

    async def add(connection: object) -> None:
        await connection.execute(fill, {"user_id": anna.id, "n": KEPT_EDITS})  # type: ignore[attr-defined]

    await home.database.run(add)
    await patched(anna, id, find="1", replace="2")
    first = (await anna.got("edits", document=id, limit=1))["edits"][0]["place"]
    assert first == 3
