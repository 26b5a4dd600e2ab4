"""The deployment that is checked, and the steps that several promises share."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct, field

from brain.check.calls import HttpAnswer, HttpCalls
from brain.check.model import Broken, NotOffered, need
from brain.check.people import Visitor
from brain.check.watch import Watch
from brain.codec import Json

ANSWER_S = 120.0  # seconds until a run has answered; a hand-over and a slow model fit
LOOK_S = 0.5  # seconds between two looks into the log
PAGE = 100  # entries read at a time
MOST_ENTRIES = 2_000  # of the log that a check reads

# What is said. No answer is expected word for word. The last two last for some steps, so that
# something can happen meanwhile.
SHORT = "This is an automatic check ({}). Use no tool. Please answer with one short sentence."
LONG = (
    "This is an automatic check ({}). Please pretend to do a long task of 4 steps: say one short "
    "sentence after each step, as progress, and then that you are done. Use no other tool."
)


class Site(Struct, kw_only=True):
    """`me` asks, `other` is a second user. `answer_s` is the time limit for an answer, in seconds.

    The log is read from `since` on. `documents` are the ids of those that were made.
    """

    calls: HttpCalls
    watch: Watch
    me: Visitor
    other: Visitor | None
    answer_s: float = ANSWER_S
    since: int = 0
    documents: list[str] = field(default_factory=list)
    version: str = ""

    @property
    def features(self) -> Json:
        found = self.me.session.get("features")
        return found if isinstance(found, dict) else {}

    @property
    def url(self) -> str:
        return self.calls.url

    @property
    def promise_s(self) -> float:
        """Seconds for one promise: it waits for three answers at most."""
        return 3 * self.answer_s + 2 * self.calls.call_s

    def need_model(self) -> None:
        """Raise NotOffered if no model can answer."""
        model = self.features.get("model") or {}
        if model.get("name") is None:
            raise NotOffered(f"no model is set up: {model.get('problem') or 'no reason is given'}")

    def text(self, form: str) -> str:
        """Return a text to say, with the mark of this check."""
        return form.format(self.watch.mark)

    def new_id(self) -> str:
        """Return a key for a text or a document."""
        return f"check-{secrets.token_hex(10)}"

    def socket_url(self, path: str) -> str:
        """Return the address of a WebSocket of the deployment."""
        parts = urlsplit(self.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        return urlunsplit((scheme, parts.netloc, f"{parts.path}{path}", "", ""))

    async def get(self, path: str, **headers: str) -> HttpAnswer:
        """Read as the user."""
        return await self.calls.send("GET", path, token=self.me.token, headers=headers)

    async def post(self, path: str, body: Json, *, limit_s: float | None = None) -> HttpAnswer:
        """Post as the user."""
        return await self.calls.send("POST", path, token=self.me.token, body=body, limit_s=limit_s)

    async def say(self, text: str, **more: object) -> Json:
        """Say a text and return the outcome. Raises Broken unless it is accepted."""
        body = {"text": text, "messageId": self.new_id(), **more}
        answer = await self.post("/api/voiceToBrain", body, limit_s=self.answer_s)
        need(answer.status == 200, _told(answer))
        return answer.object()

    async def order(self, type: str, **more: object) -> Json:
        """Give an order by POST /api/control. Raises Broken unless it is carried out."""
        answer = await self.post("/api/control", {"type": type, **more})
        need(answer.status == 200, _told(answer))
        return answer.object()

    async def log(self, since: int | None = None) -> list[Json]:
        """Return the entries of the log since the check began, or after a place. Raises Broken."""
        at, found = self.since if since is None else since, list[Json]()
        while len(found) < MOST_ENTRIES:
            answer = await self.get(f"/api/messages?sinceSeq={at}&limit={PAGE}")
            need(answer.status == 200, answer.what)
            entries = answer.object().get("messages") or []
            found += entries
            if len(entries) < PAGE:
                return found
            at = entries[-1]["seq"]
        raise Broken(f"the log has more than {MOST_ENTRIES} new entries")

    async def answered(self, outcome: Json) -> Json:
        """Wait for the final message of a run that has answered this text. Raises Broken."""
        seq, run_id = outcome.get("seq"), outcome.get("runId")
        began = time.monotonic()
        while time.monotonic() - began < self.answer_s:
            if final := finals(await self.log(), run_id, after=int(seq or 0)):
                return final[-1]
            await asyncio.sleep(LOOK_S)
        raise Broken(f"no answer in {self.answer_s:g} s: the run has no final message in the log")

    async def until_idle(self) -> Json:
        """Wait until nothing runs, and return the status. Raises Broken."""
        began = time.monotonic()
        while time.monotonic() - began < self.answer_s:
            status = (await self.get("/api/status")).object()
            if status.get("state") != "running":
                return status
            await asyncio.sleep(LOOK_S)
        raise Broken(f"the run has not ended in {self.answer_s:g} s")

    async def last_seq(self) -> int:
        """Return the last place of the log, when nothing runs."""
        return int((await self.until_idle())["lastSeq"])


def finals(entries: Iterable[Json], run_id: object, *, after: int = 0) -> list[Json]:
    """Return the messages that end a run, after a place of the log."""
    return [
        entry
        for entry in entries
        if entry.get("runId") == run_id and entry.get("doneAfterThis") and entry["seq"] > after
    ]


def gaps(entries: Iterable[Json], since: int) -> str:
    """Return where a sequence has a gap or goes back; empty if it has neither."""
    for entry in entries:
        if entry.get("seq") != since + 1:
            return f"after {since} comes {entry.get('seq')}"
        since += 1
    return ""


def _told(answer: HttpAnswer) -> str:
    """Return what was answered, with the words of the problem, which never repeat a value."""
    try:
        problem = answer.object()
    except Broken:
        return answer.what
    words = [str(problem[name]) for name in ("title", "detail") if problem.get(name)]
    return f"{answer.what}: {' '.join(words)}" if words else answer.what
