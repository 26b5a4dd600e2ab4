"""Speaks what the brain says unasked: late answers, notifications, reminders, questions.

The log comes over GET /api/stream. The right to say a message is claimed first, so that it is said
once, however many pages and calls the user has. How much of it was heard is reported.
"""

import asyncio
import contextlib
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from livekit.agents import AgentSession
from livekit.agents.voice import SpeechHandle

SILENCE_S = 30.0  # seconds; in a stream the server says at least a comment every 10 s
PAUSE_S = 1.0  # seconds before the next try of a stream
AGAIN_S = 5.0  # seconds before the next try of a message
LIMIT_S = 10.0  # seconds for a request that is no stream
MOST_BYTES = 2**20  # of half a line of the stream
FINAL = (401, 403, 404)  # the same request again gets the same answer

type Entry = dict[str, Any]

log = logging.getLogger("unasked")


class Brain:
    """The routes that a voice agent needs beside the chat model."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key
        self._headers: dict[str, str] = {}
        self.device = f"livekit-{uuid.uuid4().hex}"
        timeout = aiohttp.ClientTimeout(total=LIMIT_S)
        self._http = aiohttp.ClientSession(timeout=timeout, read_bufsize=MOST_BYTES)

    async def sign_in(self) -> None:
        """Get a token: an access key begins a session, anything with two dots is a JWT already."""
        token = self._key
        if token.count(".") != 2:
            body = {"accessKey": self._key} if self._key else {}
            token = (await self._json("POST", "session", json=body))["token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    async def last_seq(self) -> int:
        return int((await self._json("GET", "status"))["lastSeq"])

    async def control(self, **order: Any) -> Entry:
        return await self._json("POST", "control", json=order)

    async def events(self, since: int) -> AsyncIterator[tuple[str, Entry]]:
        """Yield the events of the stream after a place in the log, until it ends."""
        query = {"sinceSeq": str(since), "device": self.device}
        no_end = aiohttp.ClientTimeout(connect=LIMIT_S, sock_read=SILENCE_S)
        async with self._http.get(
            f"{self._url}/api/stream", params=query, headers=self._headers, timeout=no_end
        ) as stream:
            stream.raise_for_status()
            name = ""
            async for line in stream.content:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    yield name, json.loads(value)

    async def close(self) -> None:
        await self._http.close()

    async def _json(self, method: str, name: str, **more: Any) -> Entry:
        url = f"{self._url}/api/{name}"
        async with self._http.request(method, url, headers=self._headers, **more) as answer:
            answer.raise_for_status()
            return dict(await answer.json())


class Unasked:
    """Follows the log beside a session, and says what is for nobody else when nobody speaks."""

    def __init__(self, session: AgentSession[None], brain: Brain) -> None:
        self._session = session
        self._brain = brain
        self._waiting: dict[int, tuple[float, Entry]] = {}  # by seq: from when, and what
        self._changed = asyncio.Event()
        self._said: list[SpeechHandle] = []
        self._tasks: list[asyncio.Task[None]] = []
        for event in ("agent_state_changed", "user_state_changed"):
            session.on(event, lambda _: self._changed.set())

    @property
    def items(self) -> set[str]:
        """The ids of what was said unasked, in the history of the session."""
        return {item.id for handle in self._said for item in handle.chat_items}

    async def begin(self) -> None:
        """Follow the log from now on."""
        await self._brain.sign_in()
        since = await self._brain.last_seq()
        self._tasks = [asyncio.create_task(work) for work in (self._read(since), self._speak())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._brain.close()

    async def _read(self, since: int) -> None:
        """Keep a stream open. A new one goes on after the last entry."""
        while True:
            try:
                await self._brain.sign_in()  # the last token may have ended meanwhile
                async for name, data in self._brain.events(since):
                    if name == "reset":
                        since = 0
                        self._waiting.clear()
                    elif name == "message":
                        since = data["seq"]
                        self._take(data)
            except (aiohttp.ClientError, TimeoutError) as error:
                if getattr(error, "status", 0) in FINAL:
                    log.exception("the brain refuses the key")
                    return
            await asyncio.sleep(PAUSE_S)

    def _take(self, entry: Entry) -> None:
        for seq in entry.get("withdraws") or ():
            self._waiting.pop(seq, None)
        if entry["role"] != "brain" or entry.get("withdrawn"):
            return
        if replaced := entry.get("supersedes"):
            self._waiting = {
                at: one for at, one in self._waiting.items() if one[1]["id"] != replaced
            }
        is_call = (entry.get("question") or {}).get("for") == "client"  # of a front end's tool
        if words(entry) and entry.get("speak") != "silent" and not is_call:
            self._waiting[entry["seq"]] = (0.0, entry)
            self._changed.set()

    async def _speak(self) -> None:
        while True:
            entry = await self._next()
            try:
                await self._perhaps_say(entry)
            except (aiohttp.ClientError, TimeoutError) as error:
                log.warning("not claimed or not reported: %s", type(error).__name__)
                self._put_off(entry, AGAIN_S)

    async def _next(self) -> Entry:
        """Wait until nobody speaks and a message is due."""
        while True:
            self._changed.clear()
            is_quiet = self._session.agent_state == "listening"
            is_quiet = is_quiet and self._session.user_state != "speaking"
            due = min(self._waiting.values(), key=lambda one: one[0], default=None)
            left_s = due[0] - time.monotonic() if due is not None and is_quiet else None
            if due is not None and left_s is not None and left_s <= 0:
                return due[1]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._changed.wait()

    async def _perhaps_say(self, entry: Entry) -> None:
        seq = entry["seq"]
        claim = await self._brain.control(type="claim", seq=seq, device=self._brain.device)
        if claim["state"] == "held":  # by another device, which may go
            return self._put_off(entry, claim["leftMs"] / 1000)
        if claim["state"] == "yours":
            handle = self._session.say(words(entry))
            self._said.append(handle)
            await handle.wait_for_playout()
            heard = "".join(getattr(item, "text_content", "") or "" for item in handle.chat_items)
            if not heard:  # the user was faster, or the mouth has failed
                order = {"how": "unspoken", "claim": claim["claim"]}
            elif handle.interrupted:
                order = {"how": "cutOff", "chars": min(len(heard), len(words(entry)))}
            else:
                order = {"how": "played"}
            await self._brain.control(type="heard", seq=seq, **order)
            if not heard:
                return self._put_off(entry, AGAIN_S)
        self._waiting.pop(seq, None)  # said, or for nobody any more

    def _put_off(self, entry: Entry, seconds: float) -> None:
        if entry["seq"] in self._waiting:
            self._waiting[entry["seq"]] = (time.monotonic() + seconds, entry)


def words(entry: Entry) -> str:
    """Return what a voice says: `speech` where that is not the text."""
    return str(entry.get("speech", entry["text"]))
