"""POST /api/documents with a file: the body is the file's bytes, the rest is in the query."""

from pathlib import PurePosixPath
from typing import Annotated, Literal

from msgspec import Struct
from pydantic import AfterValidator, BeforeValidator, Field
from starlette.requests import Request

from brain.documents.files.kinds import (
    MAX_FILE_CHARS,
    MEDIA_TYPES,
    WORDS,
    Cut,
    FileFault,
    FileKind,
    FileUnreadable,
    with_note,
)
from brain.documents.files.reader import FileReader
from brain.documents.parts import NUMBER_CHARS, Part, parts
from brain.documents.rules import MAX_TITLE_CHARS
from brain.http.bodies import Body, ClientId, cleaned, not_blank, parse
from brain.http.edge import INVALID_QUERY, Problem, read_body

MAX_FILE_BYTES = 4 * 1024 * 1024  # the platform takes requests of up to 4.5 MB
REFUSED = "The file cannot be added."
TAKEN = "These are taken: PDF, Word (.docx), Markdown and plain text."


class FileQuery(Body):
    """The query of POST /api/documents with a file.

    `name`: the name of the file. `foreign` is false only if the user says that nobody else wrote
    it. `key`: requests with the same key create only one document.
    """

    name: Annotated[
        str, Field(max_length=MAX_TITLE_CHARS), BeforeValidator(cleaned), AfterValidator(not_blank)
    ]
    foreign: Literal["true", "false"] = "true"
    key: ClientId | None = None


class UploadedFile(Struct, frozen=True, kw_only=True):
    """A file that can be stored: as one document, or as several if it is long. `cut` says why a
    part of a text is missing. `pages`: of a PDF.
    """

    parts: tuple[Part, ...]
    foreign: bool
    key: str | None
    cut: Cut | None
    pages: int | None


def file_kind(request: Request) -> FileKind | None:
    """Return the kind of file that the request brings; None if its body is something else."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return MEDIA_TYPES.get(kind)


def refuse_other_files(request: Request) -> None:
    """Raise Problem 415 for a file of a kind that is not taken; its body is not read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("", "application/json"):
        raise Problem(415, REFUSED, detail=TAKEN)


async def read_file(request: Request, kind: FileKind, reader: FileReader) -> UploadedFile:
    """Read the file of a request. Raises Problem 413 or 422, ReaderUnreachable."""
    query = parse(FileQuery, dict(request.query_params), title=INVALID_QUERY)
    raw = await read_body(request, limit=MAX_FILE_BYTES)
    try:
        found = await reader.read(raw, kind, most_chars=MAX_FILE_CHARS)
    except FileUnreadable as error:
        fault = {"field": "file", "message": str(error.fault)}
        status = 413 if error.fault is FileFault.LARGE else 422
        raise Problem(status, REFUSED, detail=WORDS[error.fault][1], errors=[fault]) from None
    is_foreign = query.foreign != "false"
    # The same file once as the user's own and once as text by others is two documents. Otherwise
    # the first upload would decide for the second.
    key = query.key if is_foreign or query.key is None else f"own:{query.key}"
    title = found.title or " ".join(PurePosixPath(query.name).stem.split()) or query.name
    return UploadedFile(
        parts=parts(
            title[: MAX_TITLE_CHARS - NUMBER_CHARS],
            with_note(found.text, found.cut, most=MAX_FILE_CHARS),
        ),
        foreign=is_foreign,
        key=key,
        cut=found.cut,
        pages=found.pages,
    )
