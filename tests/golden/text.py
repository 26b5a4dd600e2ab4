"""How the golden files are written: JSON that a person can read, and that gives back each byte."""

import json
import re
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
WIDTH = 200  # characters of a line in a golden file: a stored message fits


def compact(value: Any) -> str:
    """JSON as the stores hold it: no spaces, no escapes that are not needed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def shown(text: str) -> Any:
    """A stored text: an object if it is compact JSON, `[head, object]` for an object after some
    words, else the text.
    """
    head, brace, _ = text.partition("{")
    try:
        form = json.loads(text[len(head) :]) if brace else None
    except ValueError:
        return text
    if form is None or head + compact(form) != text:
        return text
    return [head, form] if head else form


def stored(view: Any) -> str:
    """The text that `shown` made this of, byte for byte."""
    match view:
        case str():
            return view
        case [head, form]:
            return str(head) + compact(form)
        case _:
            return compact(view)


def load(name: str) -> Any:
    """A golden file."""
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


def save(name: str, content: Any) -> None:
    """Write a golden file."""
    path = DATA / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(_pretty(content) + "\n", "utf-8")


def _pretty(value: Any, indent: str = "") -> str:
    """JSON with what fits into a line in a line."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(line) + len(indent) <= WIDTH or not value:
        return line
    more = indent + " "
    if isinstance(value, list):
        parts = [_pretty(one, more) for one in value]
    else:
        parts = [
            f"{json.dumps(k, ensure_ascii=False)}: {_pretty(v, more)}" for k, v in value.items()
        ]
    begin, end = "[]" if isinstance(value, list) else "{}"
    inner = f",\n{more}".join(parts)
    return f"{begin}\n{more}{inner}\n{indent}{end}"


class Normal:
    """Replaces what differs from one time to the next: the same id becomes the same placeholder."""

    _ID = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b")
    _TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
    _CURSOR = re.compile(r"^WyIyMD[\w-]{20,}$")  # begins with `["20`, a time

    def __init__(self, **known: str) -> None:
        """`known`: placeholders, and the texts that they stand for."""
        self._names = {text: f"<{name}>" for name, text in known.items()}
        self._ids = 0

    def __call__(self, value: Any) -> Any:
        """The JSON value with placeholders, in the order of the places."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self(one) for one in value]
        if isinstance(value, dict):
            return {key: self(one) for key, one in value.items()}
        return value

    def _text(self, text: str) -> str:
        for known, name in self._names.items():
            text = text.replace(known, name)
        return self._CURSOR.sub("<cursor>", self._TIME.sub("<time>", self._ID.sub(self._id, text)))

    def _id(self, found: re.Match[str]) -> str:
        if found[0] not in self._names:
            self._ids += 1
            self._names[found[0]] = f"<id {self._ids}>"
        return self._names[found[0]]
