"""Reads the body of a model's answer: a stream of server-sent events, or JSON. Pure.

The body decides which of the two it is, not the header: a body that begins with a brace or a
bracket is JSON. Events are read as in the WHATWG standard, and more leniently in two points: an
event is taken as soon as its data is complete JSON, and data that is not JSON is skipped.
"""

import codecs
from collections.abc import Iterator
from typing import Literal

from brain.cloud.model.values import NOTHING, as_objects, parsed, parsed_from
from brain.codec import Json

MAX_DOCUMENT_CHARS = 2 * 1024 * 1024  # of JSON, or of one event: several times the longest answer
MAX_STREAM_CHARS = 64 * 1024 * 1024  # of a stream: a chunk for each token has 300 characters
MAX_EVENT_LINES = 1_000
DONE = "[DONE]"


class BodyTooLong(Exception):
    """The body exceeds MAX_DOCUMENT_CHARS, MAX_STREAM_CHARS or MAX_EVENT_LINES."""


class ChunkReader:
    """A body that arrives in pieces. The pieces' borders have no influence.

    `form` is how it is written, as far as it is known. `is_done` says whether `[DONE]` has arrived
    or the body was one JSON document; what follows is ignored.
    """

    def __init__(self) -> None:
        self.form: Literal["unknown", "json", "events"] = "unknown"
        self.is_done = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._chars = 0
        self._text: list[str] = []  # of a JSON document
        self._line = ""  # an incomplete line
        self._after_return = False  # a line feed that follows belongs to the last line's end
        self._data: list[str] = []  # lines of an event that is not complete
        self._event = ""

    def feed(self, data: bytes) -> list[Json]:
        """Add bytes, and return the objects that are complete. Raises BodyTooLong."""
        return self._read(self._decoder.decode(data))

    def end(self) -> list[Json]:
        """End the body, and return the last objects. An incomplete event counts too."""
        last = self._read(self._decoder.decode(b"", final=True))
        if self.is_done:
            return last
        if self.form == "json":
            return [*last, *self._document("".join(self._text))]
        if self._line:
            last += self._take_line(self._line)
        return [*last, *self._dispatch()]

    def _read(self, text: str) -> list[Json]:
        if self.is_done:
            return []
        self._count(len(text))
        if self.form == "unknown":
            text = self._begin(text)
        if self.form == "json":
            self._text.append(text)
            return []
        found: list[Json] = []
        for line in self._lines(text):
            found += self._take_line(line)
            if self.is_done:
                break
        return found

    def _count(self, chars: int) -> None:
        self._chars += chars
        most = MAX_STREAM_CHARS if self.form == "events" else MAX_DOCUMENT_CHARS
        if self._chars > most:
            raise BodyTooLong

    def _begin(self, text: str) -> str:
        bare = text.lstrip(" \t\r\n\ufeff")
        if bare:
            self.form = "json" if bare[0] in "{[" else "events"
        return bare

    def _lines(self, text: str) -> Iterator[str]:
        """Split at line feeds, carriage returns, and both together."""
        for part in text.splitlines(keepends=True) if text else ():
            yield from self._complete(part)

    def _complete(self, part: str) -> Iterator[str]:
        if self._after_return and part == "\n" and not self._line:
            self._after_return = False
            return
        self._after_return = part.endswith("\r")
        self._line += part
        if len(self._line) > MAX_DOCUMENT_CHARS:
            raise BodyTooLong
        if part.endswith(("\n", "\r")):
            line, self._line = self._line.removesuffix("\n").removesuffix("\r"), ""
            yield line

    def _take_line(self, line: str) -> list[Json]:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._event = value
        if name != "data":
            return []
        self._data.append(value)
        if len(self._data) > MAX_EVENT_LINES:
            raise BodyTooLong
        return self._taken("\n".join(self._data)) or self._chunk_alone(value)

    def _chunk_alone(self, line: str) -> list[Json]:
        """Return the chunk in a line whose event began with lines that are not JSON."""
        value = parsed(line) if len(self._data) > 1 and '"choices"' in line else NOTHING
        if not isinstance(value, dict) or "choices" not in value:
            return []
        self._data = []
        return [value]

    def _taken(self, data: str) -> list[Json]:
        """Return the objects of an event if its data is complete."""
        if data.strip() == DONE:
            self.is_done = True
            return []
        value = parsed(data) if data.rstrip()[-1:] in ("}", "]") else NOTHING
        if value is NOTHING:
            return []
        self._data = []
        return self._objects(value)

    def _dispatch(self) -> list[Json]:
        """End an event. If its data is not JSON, its lines may be: each is read alone."""
        lines, self._data = self._data, []
        found = [chunk for line in lines if not self.is_done for chunk in self._taken(line)]
        self._data, self._event = [], ""
        return found

    def _objects(self, value: object) -> list[Json]:
        found = [value] if isinstance(value, dict) else as_objects(value)
        if self._event == "error":
            return [chunk if "error" in chunk else {"error": chunk} for chunk in found]
        return found

    def _document(self, text: str) -> list[Json]:
        """Return the objects of JSON documents in a row. The body is JSON if the first one is."""
        found: list[Json] = []
        start = 0
        while start < len(text):
            value, end = parsed_from(text, start)
            if value is NOTHING:
                break
            self.is_done = True
            found += self._objects(value)
            start = end + len(text[end : end + 64]) - len(text[end : end + 64].lstrip())
        return found
