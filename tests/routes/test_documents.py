"""The user's documents over HTTP: texts, and PDF, Word, Markdown and text files."""

import httpx
import pytest

from brain.documents.files.kinds import MAX_FILE_CHARS
from brain.documents.rules import MAX_BODY_CHARS, version
from tests.documents.locked_pdf import encrypted
from tests.documents.made_files import docx, pdf, shown
from tests.routes.resources_stage import Caller, titles
from tests.routes.stage import Json

pytestmark = pytest.mark.asyncio(loop_scope="package")

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MARKDOWN = "text/markdown; charset=utf-8"
TEXT = "text/plain"


async def test_a_document_is_kept_and_given_back_whole(anna: Caller) -> None:
    body = "Zeile eins\n\U0001f431 猫"
    made = await anna.kept("Über Katzen", body)
    assert made == {
        "id": made["id"],
        "title": "Über Katzen",
        "version": version("Über Katzen", body),
        "updatedAt": made["updatedAt"],
        "foreign": True,
        "body": body,
    }
    assert await anna.got("documents", id=made["id"]) == made


async def test_what_was_typed_on_the_page_is_the_users_own_and_a_file_may_be_anybodys(
    anna: Caller,
) -> None:
    assert not (await anna.kept("Typed", "mine", typed=True))["foreign"]
    assert (await anna.kept("Typed", "mine", typed=False))["foreign"]
    foreign = [document["foreign"] for document in (await anna.got("documents"))["documents"]]
    assert foreign == [True, False]


async def test_who_has_the_document_already_is_told_so(anna: Caller) -> None:
    made = await anna.kept("Note", "milk")
    query = {"id": made["id"]}
    tag = (await anna.call("GET", "documents", params=query)).headers["etag"]
    known = await anna.call("GET", "documents", params=query, headers={"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")


async def test_the_same_key_keeps_one_document(anna: Caller, ben: Caller) -> None:
    first = await anna.kept("List", "milk", key="upload-1")
    assert await anna.kept("List", "milk", key="upload-1") == first
    assert (await anna.kept("List", "milk", key="upload-2"))["id"] != first["id"]
    assert (await anna.kept("List", "milk"))["id"] != (await anna.kept("List", "milk"))["id"]
    assert (await ben.kept("Ben's", "milk", key="upload-1"))["title"] == "Ben's"


async def test_the_newest_documents_are_listed_first_and_no_more_than_asked_for(
    anna: Caller,
) -> None:
    for number in range(3):
        await anna.kept(f"Trip {number}", "Rome")
    assert titles(await anna.got("documents", limit=2)) == ["Trip 2", "Trip 1"]
    [newest] = (await anna.got("documents", limit=1, query=" "))["documents"]
    assert newest == {
        "id": newest["id"],
        "title": "Trip 2",
        "version": version("Trip 2", "Rome"),
        "updatedAt": newest["updatedAt"],
        "foreign": True,
        "snippet": "Rome",
    }


async def test_a_query_finds_the_documents_that_fit(anna: Caller) -> None:
    await anna.kept("Garden", "The roses need water.")
    await anna.kept("Papers", "My passport is in the blue drawer.")
    await anna.kept("Travel", "Take the passport along.")
    assert set(titles(await anna.got("documents", query="passport"))) == {"Papers", "Travel"}
    assert len(titles(await anna.got("documents", query="passport", limit=1))) == 1
    assert titles(await anna.got("documents", query="umbrella")) == []


async def test_a_deleted_document_is_gone_and_cannot_be_deleted_again(anna: Caller) -> None:
    made = await anna.kept("Note", "milk")
    gone = await anna.call("DELETE", "documents", params={"id": made["id"]})
    assert (gone.status_code, gone.json()) == (200, {"deleted": made["id"]})
    for method in ("GET", "DELETE"):
        answer = await anna.call(method, "documents", params={"id": made["id"]})
        assert answer.status_code == 404
        assert answer.json()["title"] == "You have no document with this id."
    assert titles(await anna.got("documents")) == []


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"title": ""}, "title", "must not be empty"),
        ({"title": " \n"}, "title", "must not be empty"),
        ({"title": "t" * 301}, "title", "at most 300 characters"),
        ({"title": 7}, "title", "must be a text"),
        ({"body": "b" * (MAX_BODY_CHARS + 1)}, "body", "at most 200,000 characters"),
        ({"body": None}, "body", "must be a text"),
        ({"typed": "yes"}, "typed", "must be true or false"),
        ({"key": "short"}, "key", "must match ^[A-Za-z0-9_-]{8,64}$"),
        ({"key": "with space"}, "key", "must match ^[A-Za-z0-9_-]{8,64}$"),
    ],
)
async def test_a_document_that_cannot_be_kept_is_refused_with_the_field_that_is_wrong(
    anna: Caller, changes: Json, field: str, message: str
) -> None:
    body = {"title": "Note", "body": "milk", **changes}
    answer = await anna.call("POST", "documents", json=body)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert message in error["message"]
    assert titles(await anna.got("documents")) == []


async def test_characters_that_cannot_be_kept_are_left_out(anna: Caller) -> None:
    content = b'{"title": "No\\u0000te", "body": "half a \\ud83d pair"}'
    headers = {"Content-Type": "application/json"}
    answer = await anna.call("POST", "documents", content=content, headers=headers)
    assert answer.status_code == 201
    assert (answer.json()["title"], answer.json()["body"]) == ("Note", "half a � pair")


async def test_the_longest_document_fits_and_a_body_beyond_a_mebibyte_does_not(
    anna: Caller,
) -> None:
    assert len((await anna.kept("Long", "猫" * MAX_BODY_CHARS))["body"]) == MAX_BODY_CHARS
    answer = await anna.call("POST", "documents", json={"title": "Long", "body": "x" * 1024 * 1024})
    assert (answer.status_code, answer.json()["title"]) == (
        413,
        "The body is longer than 1024 KiB.",
    )


async def test_what_the_user_has_seen_or_typed_is_noted(anna: Caller, ben: Caller) -> None:
    made = await anna.kept("Note", "milk", typed=False)
    seen = {"id": made["id"], "version": made["version"]}
    answer = await anna.call("PUT", "documents", json=seen)
    assert (answer.status_code, answer.json()) == (200, seen)
    assert (await ben.call("PUT", "documents", json=seen)).status_code == 404
    outdated = {**seen, "version": version("Note", "bread")}
    assert (await anna.call("PUT", "documents", json=outdated)).status_code == 404
    assert (await anna.call("PUT", "documents", json={"id": made["id"]})).status_code == 422


# ---- files


async def sent(caller: Caller, raw: bytes, kind: str, **query: str) -> httpx.Response:
    headers = {"Content-Type": kind}
    return await caller.call("POST", "documents", content=raw, headers=headers, params=query)


async def added(caller: Caller, raw: bytes, kind: str, **query: str) -> Json:
    answer = await sent(caller, raw, kind, **query)
    assert answer.status_code == 201, answer.text
    document: Json = answer.json()
    return document


@pytest.mark.parametrize(
    ("raw", "kind", "name", "title", "body", "pages"),
    [
        (pdf("Due in May", title="The lease"), PDF, "a.pdf", "The lease", "Due in May", 1),
        (
            pdf("Due in", "May", title="untitled"),
            PDF,
            "my lease.pdf",
            "my lease",
            "Due in\n\nMay",
            2,
        ),
        (docx("Due in May", title="Rent"), DOCX, "b.docx", "Rent", "Due in May", None),
        (b"---\ntitle: Rome\n---\nA", MARKDOWN, "c.md", "Rome", "---\ntitle: Rome\n---\nA", None),
        (b"# Rome", TEXT, "d.e.txt", "d.e", "# Rome", None),
        (b"Rome", TEXT, ".txt", ".txt", "Rome", None),
    ],
)
async def test_a_file_becomes_a_document_that_is_found(
    anna: Caller, raw: bytes, kind: str, name: str, title: str, body: str, pages: int | None
) -> None:
    made = await added(anna, raw, kind, name=name)
    assert (made["title"], made["body"], made.pop("cut")) == (title, body, None)
    assert made.pop("pages") == pages
    assert made.pop("parts") == [{"id": made["id"], "title": title}]
    assert await anna.got("documents", id=made["id"]) == made
    assert titles(await anna.got("documents", query=body.split()[-1])) == [title]


async def test_a_file_is_by_others_unless_the_user_says_that_it_is_not(anna: Caller) -> None:
    raw = pdf("Due in May")
    assert (await added(anna, raw, PDF, name="a.pdf"))["foreign"] is True
    assert (await added(anna, raw, PDF, name="a.pdf", foreign="true"))["foreign"] is True
    assert (await added(anna, raw, PDF, name="a.pdf", foreign="false"))["foreign"] is False


async def test_the_same_key_keeps_one_document_of_each_author(anna: Caller) -> None:
    own, other = {"key": "file-123", "foreign": "false"}, {"key": "file-123", "foreign": "true"}
    first = await added(anna, b"Text", TEXT, name="a.txt", **own)
    assert await added(anna, b"Text", TEXT, name="a.txt", **own) == first
    second = await added(anna, b"Text", TEXT, name="a.txt", **other)
    assert (second["id"] != first["id"], second["foreign"]) == (True, True)


@pytest.mark.parametrize(
    "kind", ["application/msword", "application/vnd.apple.pages", "application/octet-stream"]
)
async def test_another_kind_of_file_is_refused_with_the_kinds_that_are_taken(
    anna: Caller, kind: str
) -> None:
    answer = await sent(anna, b"x" * 3_000_000, kind, name="old.doc")
    assert answer.status_code == 415
    assert all(word in answer.json()["detail"] for word in ("PDF", ".docx", "Markdown", "text"))


@pytest.mark.parametrize(
    ("raw", "kind", "fault", "words"),
    [
        (
            encrypted(pdf("Secret"), password="x"),
            PDF,
            "encrypted",
            "This PDF is protected by a password.",
        ),
        (
            pdf(streams=[b"0 0 9 9 re f"]),
            PDF,
            "scanned",
            "This PDF has no text: it seems to be scanned.",
        ),
        (pdf("Text")[:40], PDF, "broken", "damaged"),
        (b"Just words", PDF, "notPdf", "not a PDF"),
        (docx("Text"), PDF, "notPdf", "not a PDF"),
        (pdf("Text"), DOCX, "notDocx", "not a Word document"),
        (pdf("Text"), TEXT, "notText", "not a text"),
        (docx("Text")[:-40], DOCX, "broken", "damaged"),
        (b"\xd0\xcf\x11\xe0", DOCX, "oldWord", "old Word document"),
        (pdf(streams=[shown("x")] * 1_001), PDF, "pages", "more than 1,000 pages"),
        (b"\xff\xfe", TEXT, "notUtf8", "UTF-8"),
        (b"", MARKDOWN, "empty", "empty"),
    ],
)
async def test_a_file_that_cannot_be_added_is_refused_in_plain_words(
    anna: Caller, raw: bytes, kind: str, fault: str, words: str
) -> None:
    answer = await sent(anna, raw, kind, name="a.pdf")
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["title"] == "The file cannot be added."
    assert problem["errors"] == [{"field": "file", "message": fault}]
    assert words in problem["detail"]
    assert titles(await anna.got("documents")) == []


async def test_a_word_document_that_is_too_large_when_unpacked_is_refused(anna: Caller) -> None:
    raw = docx("Text", parts={"word/media/image1.png": bytes(65 * 1024 * 1024)})
    answer = await sent(anna, raw, DOCX, name="a.docx")
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (413, "large")
    assert "64 MiB" in answer.json()["detail"]


async def test_a_long_file_becomes_several_documents(anna: Caller) -> None:
    lines = "All work and no play makes Jack a dull boy.\n" * 10_000 + "A pomegranate."
    query = {"name": "long.txt", "key": "file-long"}
    made = await added(anna, lines.encode(), TEXT, **query)
    names = [f"long ({number} of 3)" for number in (1, 2, 3)]
    assert ([part["title"] for part in made["parts"]], made["cut"]) == (names, None)
    assert made["id"] == made["parts"][0]["id"]
    assert await added(anna, lines.encode(), TEXT, **query) == made
    bodies = [await anna.got("documents", id=part["id"]) for part in made["parts"]]
    assert "".join(one["body"] for one in bodies) == lines
    assert all(one["foreign"] for one in bodies)
    assert titles(await anna.got("documents", query="pomegranate")) == names[2:]
    assert (await anna.got("documents"))["total"] == 3


async def test_a_text_file_beyond_all_bounds_is_cut_and_its_last_document_says_so(
    anna: Caller,
) -> None:
    made = await added(anna, b"x" * (MAX_FILE_CHARS + 1), TEXT, name="long.txt")
    assert (made["cut"], len(made["parts"])) == ("length", 10)
    last = await anna.got("documents", id=made["parts"][-1]["id"])
    assert last["body"].endswith("x\n\n[The rest of this file was left out: it is too long.]")
    whole = await added(anna, b"x" * MAX_BODY_CHARS, TEXT, name="longest.txt")
    assert (whole["cut"], len(whole["body"])) == (None, MAX_BODY_CHARS)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "n" * 301}, "name"),
        ({"name": "a.txt", "foreign": "no"}, "foreign"),
        ({"name": "a.txt", "key": "short"}, "key"),
    ],
)
async def test_a_query_that_is_wrong_is_named(
    anna: Caller, query: dict[str, str], field: str
) -> None:
    answer = await sent(anna, b"Text", TEXT, **query)
    assert (answer.status_code, answer.json()["title"]) == (422, "Invalid query parameters.")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_more_than_four_mebibytes_and_other_types_are_refused(anna: Caller) -> None:
    answer = await sent(anna, b"x" * (4 * 1024 * 1024 + 1), TEXT, name="a.txt")
    assert (answer.status_code, answer.json()["title"]) == (
        413,
        "The body is longer than 4096 KiB.",
    )
    assert (await sent(anna, b"\x89PNG", "image/png", name="a.png")).status_code == 415


async def test_a_file_needs_a_token(anna: Caller) -> None:
    headers = {"Content-Type": TEXT}
    answer = await anna.http.post("/api/documents?name=a.txt", content=b"a", headers=headers)
    assert answer.status_code == 401
