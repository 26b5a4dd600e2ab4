"""Simulated users who talk to the brain like the page's client: they retry, with one message id per
text.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from typing import Any

import httpx
import jwt

from brain.cloud.pusher import channel_names
from local.stack import Stack

PAGE = 500  # log entries per request; the route's own limit
PATIENCE_S = 2.0  # seconds that a text waits for its answer in the response
SPARE_S = (
    6.0  # seconds that a response may be late before we give up; a wake-up may have to be queued
)
PAUSE_S = 0.3  # seconds before a text is sent again, and between two reads of the log
TOKEN_S = 3600  # seconds that a token is valid; longer than any of these runs

type Json = dict[str, Any]


class Person:
    """One simulated user. Each of the user's texts contains `word`, so that the requests to the
    model can be matched to the user.
    """

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self.id = f"user-{secrets.token_hex(8)}"
        self.word = secrets.token_hex(6)
        self.accepted: list[Json] = []
        self.sent_again = 0
        self._stack = stack
        self._http = http
        self._channel, _ = channel_names(self.id)
        claims = {"sub": self.id, "exp": int(time.time()) + TOKEN_S}
        secret = stack.services.env["BRAIN_JWT_SECRET"]
        token = jwt.encode(claims, secret, algorithm="HS256")
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str) -> httpx.Response:
        return await self._http.get(path, headers=self._headers)

    async def say(self, text: str, *, patience_s: float = PATIENCE_S) -> Json:
        """Send the text until it is accepted, and record the outcome."""
        body = {"text": text, "messageId": secrets.token_hex(8), "patience": patience_s}
        while (outcome := await self._post(body)) is None:
            self.sent_again += 1
            await asyncio.sleep(PAUSE_S)
        self.accepted.append(outcome)
        return outcome

    async def until_answered(self, *, limit_s: float) -> None:
        """Wait until each accepted text has its answer. Raises TimeoutError."""
        async with asyncio.timeout(limit_s):
            while not await self._is_answered():  # noqa: ASYNC110 - the log is polled over HTTP
                await asyncio.sleep(PAUSE_S)

    async def log(self) -> list[Json]:
        """Return the whole log, page by page."""
        found: list[Json] = []
        while True:
            since = found[-1]["seq"] if found else 0
            answer = await self.get(f"/api/messages?sinceSeq={since}&limit={PAGE}")
            page = answer.raise_for_status().json()
            found += page["messages"]
            if not page["messages"] or found[-1]["seq"] >= page["lastSeq"]:
                return found

    def heard(self) -> list[Json]:
        """Return the messages published on the channel, even if no page was open."""
        events = self._stack.services.pusher.events(self._channel)
        return [json.loads(event.data) for event in events if event.name == "message"]

    async def _post(self, body: Json) -> Json | None:
        """Return the outcome; None if we do not know whether the text was accepted."""
        limit_s = float(body["patience"]) + SPARE_S
        try:
            answer = await self._http.post(
                "/api/voiceToBrain", json=body, headers=self._headers, timeout=limit_s
            )
        except httpx.HTTPError:
            return None
        if answer.is_client_error and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            answer.raise_for_status()  # our own mistake: it would always be refused
        return dict(answer.json()) if answer.is_success else None

    async def _is_answered(self) -> bool:
        """Return whether the final message comes after every text."""
        try:
            log = await self.log()
        except (
            httpx.HTTPError,
            ValueError,
        ):  # ValueError: an HTML page of a gateway instead of JSON
            return False
        said = {outcome["seq"] for outcome in self.accepted}
        last = max((entry["seq"] for entry in log if entry.get("doneAfterThis")), default=0)
        return last > max(said, default=0)
