"""Serves the files of `public/` as the platform does."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import os
from dataclasses import dataclass
from pathlib import Path

from starlette.types import Scope, Send

# The standard library's own list: the system's list differs from machine to machine.
TYPES = mimetypes.MimeTypes()
for _type, _ending in (
    ("font/woff2", ".woff2"),
    ("application/manifest+json", ".webmanifest"),
    ("text/markdown", ".md"),
):
    TYPES.add_type(_type, _ending)

REVALIDATE = b"public, max-age=0, must-revalidate"


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    content: bytes
    content_type: str

    @property
    def tag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'


def find(folder: Path, path: str) -> Path | None:
    """Return the file that the path names, or the index of the folder it names; never outside
    `folder`.
    """
    place = os.path.join(folder, path.lstrip("/"))
    if os.path.isdir(place):
        place = os.path.join(place, "index.html")
    # Checked first, because it accepts any text as a path; resolving does not.
    if not os.path.isfile(place):
        return None
    real = Path(place).resolve()
    return real if real.is_relative_to(folder.resolve()) else None


async def send_file(file: Path, scope: Scope, send: Send) -> None:
    """Answer GET and HEAD with the file, or with 304 to a client that already has it."""
    found = await asyncio.to_thread(_read, file)
    headers = [
        (b"content-type", found.content_type.encode()),
        (b"cache-control", REVALIDATE),
        (b"etag", found.tag.encode()),
    ]
    known = dict(scope["headers"]).get(b"if-none-match", b"").decode("latin-1")
    if _is_known(found.tag, known):
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    headers.append((b"content-length", str(len(found.content)).encode()))
    body = b"" if scope["method"] == "HEAD" else found.content
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _read(file: Path) -> File:
    content_type = TYPES.guess_type(file.name)[0] or "application/octet-stream"
    if content_type.startswith("text/") or content_type.endswith(("json", "xml")):
        content_type += "; charset=utf-8"
    return File(content=file.read_bytes(), content_type=content_type)


def _is_known(tag: str, if_none_match: str) -> bool:
    tags = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return tag in tags or "*" in tags
