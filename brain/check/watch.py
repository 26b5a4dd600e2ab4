"""Looks at every answer while the promises are checked: nothing may slip into any of them."""

from __future__ import annotations

import re

from msgspec import Struct, field

from brain.check.calls import HttpAnswer
from brain.check.described import Described
from brain.check.model import Broken
from brain.codec import Json
from brain.codec.text import name_only

PROBLEM = "application/problem+json"
TRACE = re.compile(
    r"Traceback \(most recent|File \\?\"[^\"]+\", line \d|site-packages|/var/task/"
    r"|\.py\\?\", line \d|\bat [\w.<>]+ \(?[\w/.:-]+\.[jt]s:\d+",
)
OPENAI_FORM = ("/v1/", "/api/v1/")  # errors there have the form of OpenAI's
LEAST_SECRET = 8  # characters; a shorter text may stand in any answer


class Watch(Struct, kw_only=True):
    """What has been noticed. `secrets` are texts that no error may hold, `mark` is in each text
    that is said here. `document` describes the answers, once it is read.
    """

    mark: str
    secrets: list[str] = field(default_factory=list)
    document: Described | None = None
    answers: int = 0
    problems: int = 0
    leaks: list[str] = field(default_factory=list)
    formless: list[str] = field(default_factory=list)
    deviations: list[str] = field(default_factory=list)

    __repr__ = name_only

    def saw(self, answer: HttpAnswer) -> None:
        """Take note of an answer."""
        self.answers += 1
        if answer.status >= 400:
            self.problems += 1
            self._error(answer)
        if answer.status >= 300 or answer.path.endswith("/health"):
            self._leak(answer)
        if self.document is not None and (told := self.document.deviation(answer)):
            self.deviations.append(told)

    def _leak(self, answer: HttpAnswer) -> None:
        text = answer.body.decode(errors="replace")
        if TRACE.search(text):
            self.leaks.append(f"{answer.what} with a stack trace")
        for secret in self.secrets:
            if len(secret) >= LEAST_SECRET and secret in text:
                self.leaks.append(f"{answer.what} with a token or a key")
        # The one error that is meant to hold it: a change of an older version gets the document.
        if self.mark in text and (answer.status, answer.path) != (409, "/api/documents"):
            self.leaks.append(f"{answer.what} with the user's text")

    def _error(self, answer: HttpAnswer) -> None:
        if answer.method == "HEAD" or not answer.path.startswith("/api/"):
            return
        if answer.path.startswith(OPENAI_FORM):
            return
        if answer.path.endswith("/health"):  # its 503 is a report
            return
        if (fault := _malformed(answer)) is not None:
            self.formless.append(f"{answer.what} {fault}")


def _malformed(answer: HttpAnswer) -> str | None:
    """Return what is wrong with the form of a problem (RFC 9457)."""
    if answer.kind != PROBLEM:
        return f"as {answer.kind or 'nothing'}"
    try:
        found: Json = answer.object()
    except Broken:  # the body is not a JSON object, which is the finding
        return "without JSON"
    if not isinstance(found.get("title"), str) or not found["title"]:
        return "without a title"
    if found.get("status") != answer.status:
        return f"with the status {found.get('status')} in its body"
    return None
