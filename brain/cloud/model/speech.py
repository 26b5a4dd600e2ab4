"""The text of an answer as it arrives: what is new, what is thought, what may be a call. Pure.

Some servers send the whole text so far with each chunk, some send thoughts in the text, some send
tool calls in the text. What may still turn out to be one of these is held back from listeners.
"""

import re

from brain.errors import ModelUnavailable
from brain.run.ports import Delta
from brain.texts.thoughts import TextPart, Thoughts

MAX_TEXT_CHARS = 128 * 1024  # hours of speech; only a model that repeats itself reaches it
SURE_EXTENSIONS = 2  # chunks in a row that repeat all text before them and add to it

# What a tool call in the text begins with.
_MARK = re.compile(
    r"<[|｜]?(?:tool|function|invoke|python_tag)|\[TOOL_CALLS|```|\{|\[\s*\{"  # noqa: RUF001
)
_PARTIAL_MARK = re.compile(r"(?:<[|｜]?[a-z_]{0,10}|\[[A-Z_\s]{0,9}|`{1,2})\Z")  # noqa: RUF001


class Growth:
    """Finds out whether each chunk is new text, or all text so far and something new.

    It is the latter if, from the second chunk on, each chunk begins with all text before it and is
    longer. A chunk that only repeats a piece is new text, as in "ha ha".
    """

    def __init__(self) -> None:
        self._total = ""  # the last chunk, if chunks are cumulative
        self._first = 0  # length of the first chunk
        self._extensions = 0
        self._is_plain = False

    def feed(self, chunk: str) -> str:
        """Return the text that is certainly new."""
        if not chunk or self._is_plain:
            return chunk
        if not self._total:
            self._total, self._first = chunk, len(chunk)
            return chunk
        if len(chunk) > len(self._total) and chunk.startswith(self._total):
            return self._extend(chunk)
        if self._extensions >= SURE_EXTENSIONS:
            # The whole text once more, at the end, or new text after all.
            self._total += "" if chunk == self._total else chunk
            return "" if chunk == self._total else chunk
        held = self._total if self._extensions else ""
        self._is_plain, self._total = True, ""
        return held + chunk

    def end(self) -> str:
        """Return the text that was held back."""
        held = self._total[self._first :] if self._extensions == 1 else ""
        self._is_plain, self._total = True, ""
        return held

    def _extend(self, chunk: str) -> str:
        known = self._first if self._extensions == 1 else len(self._total)
        self._total = chunk
        self._extensions += 1
        return "" if self._extensions < SURE_EXTENSIONS else chunk[known:]


class Speech:
    """The text of one choice. `held`: show nothing before a closing tag or the end.

    `opened` says that text without an opening tag turned out to be a thought.
    """

    def __init__(self, *, held: bool = False) -> None:
        self.opened = False
        self.begun = False  # a thought or a text has arrived
        self.is_said = False  # something is said, other than white space
        self._growth = Growth()
        self._thoughts = Thoughts()
        self._chars = 0
        self._pending = ""  # text that may begin a call
        self._is_held = held
        self._has_shown = False

    @property
    def text(self) -> str:
        """What is said so far, with calls in it."""
        return self._thoughts.text + self._thoughts.calls

    @property
    def pending(self) -> str:
        """Text that was held back and may be shown at the end."""
        return "" if self.opened and self._has_shown else self._pending

    def feed(self, chunk: str) -> list[Delta]:
        """Add a chunk and return what may be shown. Raises ModelUnavailable if it is too long."""
        new = self._growth.feed(chunk)
        return self._shown(self._thoughts.feed(new)) if new else []

    def end(self) -> list[Delta]:
        """End the text and return what may be shown; `pending` remains."""
        parts = self._thoughts.feed(self._growth.end())
        return self._shown([*parts, *self._thoughts.end()])

    def _shown(self, parts: list[TextPart]) -> list[Delta]:
        shown: list[Delta] = []
        for part in parts:
            self.begun = True
            has_words = part.kind in ("text", "call") and bool(part.text.strip())
            self.is_said = has_words or (self.is_said and part.kind != "retracted")
            if part.kind == "thought":
                shown.append(Delta(kind="thought", text=part.text))
            elif part.kind == "text":
                self._count(len(part.text))
                shown += self._certain(part.text)
            elif part.kind == "retracted":
                # Shown text cannot be taken back, so no more is shown: the final text replaces it.
                self.opened = True
                self._pending, self._is_held = "", self._has_shown
        return shown

    def _count(self, chars: int) -> None:
        """Count text that is said; a thought may be longer."""
        self._chars += chars
        if self._chars > MAX_TEXT_CHARS:
            raise ModelUnavailable(f"the answer has more than {MAX_TEXT_CHARS} characters")

    def _certain(self, text: str) -> list[Delta]:
        """Return the text that is certainly not a part of a call."""
        self._pending += text
        if self._is_held:
            return []
        mark = _MARK.search(self._pending) or _PARTIAL_MARK.search(
            self._pending, max(0, len(self._pending) - 12)
        )
        self._is_held = mark is not None and mark.re is _MARK
        end = mark.start() if mark else len(self._pending)
        shown, self._pending = self._pending[:end], self._pending[end:]
        self._has_shown = self._has_shown or bool(shown)
        return [Delta(kind="content", text=shown)] if shown else []
