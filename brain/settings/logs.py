"""Log lines as JSON: one object a line, with the same names everywhere.

A line of ours is written as `subject: what, name=%s` or `subject.what: name=%s`. The template gives
the event (`subject.what`) and the names of the fields, so the text and the JSON cannot differ.

A platform may have a log handler of its own, which takes a record's message and ignores formatters.
So the message itself is the JSON: a record factory makes it for libraries too. Of a library's line
only the template and the place are kept, because its values may be a user's words.
"""

import hashlib
import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import PurePath
from typing import Any

from msgspec import Struct

from brain.codec import dumps
from brain.errors import BrainError, SettingMissing

USER_CHARS = 16  # of the hash that the store's keys use
MOST_CHARS = 400  # of one value
OURS = ("brain", "local", "api", "bench")  # the first parts of our loggers' names
REQUEST = "request"
_FIELD = re.compile(r"(?:\b(\w{1,40})=)?[\"']?%[-#0 +]{0,4}\d{0,4}(?:\.\d{1,4})?[sdrfigx][\"']?")
_HEAD = re.compile(r"[,:]? {0,4}(?=\b\w{1,40}=[\"']?%)")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "_error"}
OWN = len(vars(logging.makeLogRecord({}))) + 1  # fields of a line to which nothing was added


class LogFacts(Struct, kw_only=True):
    """What is known about the request that a line is written in."""

    function: str = ""
    request: str = ""
    user: str = ""
    run: str = ""


_names: list[str] = []  # of the function of this process, once it is known
_facts: ContextVar[LogFacts | None] = ContextVar("facts", default=None)


def log_form(env: Mapping[str, str]) -> str:
    """Read how lines are written: `json` or `text`."""
    form = env.get("BRAIN_LOG") or "json"
    if form not in ("json", "text"):
        raise SettingMissing("BRAIN_LOG must be json or text")
    return form


def begin(env: Mapping[str, str]) -> None:
    """Set up the log of this process. Repeating it changes nothing.

    Other loggers start at WARNING: httpx logs each request's URL, which can hold a signature.
    """
    is_text = env.get("BRAIN_LOG") == "text"
    if is_text:
        logging.basicConfig(format="%(levelname)s %(message)s")
    else:
        logging.basicConfig(format="%(message)s", stream=sys.stdout)
    logging.setLogRecordFactory(logging.LogRecord if is_text else JsonRecord)
    logging.captureWarnings(not is_text)
    if not is_text:  # no line has these, and each costs some of its time
        logging.logThreads = logging.logProcesses = False
        logging.logMultiprocessing = False
        logging.logAsyncioTasks = False  # type: ignore[attr-defined]  # typeshed lacks it
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("brain").setLevel(logging.INFO)


def is_json() -> bool:
    """Whether lines are written as JSON."""
    return logging.getLogRecordFactory() is JsonRecord


def enter(function: str, request_id: str) -> LogFacts:
    """Begin a request: the lines of its tasks have its facts."""
    facts = LogFacts(function=function, request=request_id[:MOST_CHARS])
    _facts.set(facts)
    return facts


def note(*, user_id: str = "", run_id: str = "") -> None:
    """Note whose request this is, and which run it works on. Without a request nothing happens."""
    facts = _facts.get()
    if facts is not None:
        facts.user = user_hash(user_id) if user_id else facts.user
        facts.run = run_id or facts.run


@lru_cache(maxsize=256)
def user_hash(user_id: str) -> str:
    """Return what stands for a user in the log."""
    return hashlib.sha256(user_id.encode()).hexdigest()[:USER_CHARS]


def function_name() -> str:
    """Return the name of the file in `api/` that this process runs; empty if it runs none.

    It is found while the file is imported. What is made with a later request remembers it.
    """
    frame = sys._getframe()
    while frame.f_back is not None and not _names:
        path = PurePath(frame.f_code.co_filename)
        if path.parent.name == "api":
            _names.append(path.stem)
        frame = frame.f_back
    return _names[0] if _names else ""


class JsonRecord(logging.LogRecord):
    """A log record whose message is a JSON object.

    The type of an error is kept, and not its text and its stack: they may have a user's words.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kind = self.exc_info[0] if self.exc_info else None
        self._error = kind.__name__ if kind is not None else ""
        self.exc_info = self.exc_text = self.stack_info = None

    def getMessage(self) -> str:  # noqa: N802 - the name of the standard library's method
        """Return the line. It never fails: a log line must not end a request."""
        facts = _facts.get() or LogFacts()
        at = datetime.fromtimestamp(self.created, UTC).isoformat(timespec="milliseconds")
        known = {
            "function": facts.function,
            "request": facts.request,
            "user": facts.user,
            "run": facts.run,
        }
        line = {
            "at": at.replace("+00:00", "Z"),
            "level": self.levelname.lower(),
            "event": "",
            **{name: value for name, value in known.items() if value},
            **self._own(),
        }
        if self._error:
            line["error"] = self._error
        return dumps(line)

    def _own(self) -> dict[str, object]:
        if self.name.partition(".")[0] not in OURS:
            place = f"{self.module}:{self.lineno}"
            text = _short(self.msg) if isinstance(self.msg, str) and self.args else ""
            return {"event": "library", "logger": self.name, "place": place, "text": text}
        own = vars(self)
        added = {}
        if len(own) > OWN:
            added = {name: value for name, value in own.items() if name not in _STANDARD}
        given = self.args if isinstance(self.args, tuple) else ()
        event, names = _parsed(str(self.msg))
        plain = [str(_plain(value)) for name, value in zip(names, given, strict=False) if not name]
        fields = {name: _plain(value) for name, value in zip(names, given, strict=False) if name}
        if plain and "%" in event:
            event = event.replace("%", _camel(" ".join(plain)), 1)
        elif plain:
            fields["reason"] = " ".join(plain)
        return {"event": event, **fields, **{name: _plain(value) for name, value in added.items()}}


@cache
def _parsed(template: str) -> tuple[str, tuple[str, ...]]:
    """Return the event of a template, and the names of its values; "" for one without a name.

    The event has `%` in the place of a value without a name.
    """
    names = tuple(found[1] or "" for found in _FIELD.finditer(template))
    head = _HEAD.split(template, maxsplit=1)[0]
    subject, _, rest = str(head).partition(":")
    if "." in subject:
        return subject, names
    words = _FIELD.sub("%", rest.partition(",")[0])
    parts = [_camel(part) for part in (_FIELD.sub("%", subject), words) if part.strip()]
    return ".".join(parts), names


def _camel(words: str) -> str:
    found: list[str] = re.findall(r"[A-Za-z0-9%]+", words) or [""]
    first, *others = found
    return first[:1].lower() + first[1:] + "".join(word[:1].upper() + word[1:] for word in others)


def _plain(value: object) -> object:
    """Return a value for a line. An error that is not ours is named by its type only."""
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, BaseException) and not isinstance(value, BrainError):
        return type(value).__name__
    return _short(value)


def _short(value: object) -> str:
    return str(value)[:MOST_CHARS]
