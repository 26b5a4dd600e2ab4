"""What the chat completions need of the store and of the deployment."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from brain.run.deliver import Reply
from brain.run.messages import Heard, LogEntry
from brain.run.ports import Clock, News
from brain.run.requests import UserRequest
from brain.run.store import StateStore
from brain.run.turn import Invocation
from brain.says.texts import Texts
from brain.voice.chat.model import CurrentTurn, Owed
from brain.voice.chat.wire import Usage


class KnownCall(Struct, frozen=True, kw_only=True):
    """What is known of a call: its last turn, None for a new call, and its stored form."""

    turn: CurrentTurn | None
    stored: str


class Before(Struct, frozen=True, kw_only=True):
    """The text at `seq` of an earlier turn, its run, and the log from there on.

    `seq` is 0 if the text was never recorded.
    """

    seq: int = 0
    run_id: str = ""
    entries: tuple[LogEntry, ...] = ()


class Followed(Struct, frozen=True, kw_only=True):
    """A part of the log, and the user's run: `run_id` and whether it is open."""

    entries: Sequence[LogEntry]
    run_id: str
    is_open: bool
    heard: tuple[Heard, ...]
    usage: Usage


class CallMemory(Protocol):
    """The calls of all users. Each method raises StoreUnreachable."""

    async def known(self, user_id: str, call: str) -> KnownCall:
        """Return what is known of a call."""

    def guess(self, user_id: str, call: str) -> KnownCall:
        """Return what this instance has seen last of a call, without asking the store."""

    async def place(
        self,
        user_id: str,
        call: str,
        before: KnownCall,
        after: CurrentTurn,
        *,
        message_id: str = "",
        since: int = 0,
    ) -> Before | KnownCall:
        """Store the turn, and return the text `message_id` with the log from there on, or from
        `since` if that is earlier.

        If the call is not as in `before`, return what it is: the caller has to decide again.
        """

    async def follow(
        self, user_id: str, *, since: int, run_id: str = "", listens: bool = False
    ) -> Followed:
        """Return the log after `since`, and the usage of the run `run_id` if it is the last one.

        `listens`: the caller waits for news of what comes next.
        """

    async def owe(
        self,
        user_id: str,
        call: str,
        before: KnownCall,
        after: CurrentTurn,
        owed: Owed,
        *,
        crumb: str,
    ) -> int | None:
        """Note that an answer is owed, and append what the caller is told meanwhile.

        `crumb` is its stored form, empty for nothing. Return the last seq of the log; 0 if the run
        has ended, and None if the call has changed.
        """

    async def may_say(self, user_id: str, call: str, seq: int, *, now: datetime) -> bool:
        """Return whether this call may say a message: another device of the user may too."""


class Desk(Struct, frozen=True, kw_only=True):
    """What an answer needs of the deployment.

    `begin` starts the brain in a task that never raises. `texts_of` returns the brain's own texts
    in a user's language. `say` sends a text to an address that was checked.
    """

    calls: CallMemory
    store: StateStore
    news: News
    clock: Clock
    begin: Callable[[UserRequest, Invocation, Reply], "asyncio.Task[None]"]
    texts_of: Callable[[str], Awaitable[Texts]]
    say: Callable[[str, str], Awaitable[bool]]
