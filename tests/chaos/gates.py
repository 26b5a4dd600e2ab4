"""The ports as one invocation reaches them: through a gate, where its history may take a turn.

Beside the faults of a process (killed, frozen, slow) these are the store's own, which the adapter
of the real one would meet: a lost answer, an execution that comes late or twice, a refusal.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from brain.cloud.redis.scripts import BRAIN_LIMIT_S, CALLER_LIMIT_S
from brain.errors import BrainError, LeaseLost, StoreUnreachable
from brain.run.messages import Draft, Heard
from brain.run.moves import (
    Admitted,
    Alive,
    AnsweredAside,
    Arrival,
    Asked,
    Commit,
    Committed,
    Duplicate,
    LeaseToken,
    RateLimited,
    Recorded,
    Settled,
    Stopped,
    WakeCall,
)
from brain.run.requests import Stop, Withdraw, Withdrawal
from brain.run.store import Here, Occupancy, Page, Sight, StateStore, Status
from tests.chaos.faults import ECHO_S, FREEZE_S, PAUSE_S
from tests.chaos.ledger import Ledger, State, Stood
from tests.chaos.processes import Process, process_loop
from tests.chaos.spoken.speaking import Report

STORE_S = 0.005  # seconds from here to the store, and the same back


@dataclass(frozen=True, slots=True)
class Point:
    """One call of a port, and what goes wrong at it."""

    number: int
    kinds: tuple[str, ...]


class Scene(Protocol):
    """What the gates need of the world."""

    ledger: Ledger
    lease_s: float

    def arrive(self, process: Process, port: str, name: str) -> Point:
        """Number a point, and let happen there what happens to the world."""

    def refused_until(self, port: str) -> float:
        """When the port's service takes calls again."""

    def later(self, seconds: float, story: Callable[[], Awaitable[Any]]) -> None:
        """Let something happen that no process can keep from happening."""

    def store_ms(self) -> int:
        """The store's clock."""


class Gate:
    """The place where a process can be stopped."""

    def __init__(self, scene: Scene, process: Process) -> None:
        self.scene = scene
        self.process = process

    async def enter(self, port: str, name: str) -> Point:
        """Before a call has any effect."""
        if process_loop().is_ending:
            raise asyncio.CancelledError
        point = self.scene.arrive(self.process, port, name)
        await self._suffer(point, "before")
        return point

    async def leave(self, point: Point) -> None:
        """After the effect, before the answer reaches the process."""
        await self._suffer(point, "after")

    async def _suffer(self, point: Point, when: str) -> None:
        if f"kill.{when}" in point.kinds:
            self.process.kill()
            await self.process.halt()
        if f"freeze.{when}" in point.kinds:
            self.process.freeze(FREEZE_S)
            await asyncio.sleep(0)
        if f"pause.{when}" in point.kinds:
            await asyncio.sleep(PAUSE_S)


class Caller:
    """Calls the store's server as the adapter does, with all that may become of a call."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def move(
        self, name: str, send: Callable[[], Awaitable[Any]], *, limit_s: float = BRAIN_LIMIT_S
    ) -> Any:
        """One call as the adapter makes it: it insists while the store refuses, up to its limit."""
        point = await self._gate.enter("store", name)
        await asyncio.sleep(STORE_S)
        await self._insist(limit_s)
        try:
            answer = await self._execute(point, send)
        except BrainError:
            await self._gate.leave(point)
            raise
        await asyncio.sleep(STORE_S)
        await self._gate.leave(point)
        return answer

    async def _insist(self, limit_s: float) -> None:
        now = asyncio.get_running_loop().time()
        wait_s = self._gate.scene.refused_until("store") - now
        if wait_s > 0:
            await asyncio.sleep(min(wait_s, limit_s))
        if wait_s > limit_s:
            raise StoreUnreachable("refused")

    async def _execute(self, point: Point, send: Callable[[], Awaitable[Any]]) -> Any:
        async def unheard() -> None:
            with contextlib.suppress(LeaseLost):
                await send()

        if "late" in point.kinds:
            self._gate.scene.later(ECHO_S, unheard)
            raise StoreUnreachable("no answer")
        if "double" in point.kinds or "resend" in point.kinds:
            await unheard()
            await asyncio.sleep(ECHO_S if "resend" in point.kinds else 0)
        answer = await send()
        if "lost" in point.kinds:
            raise StoreUnreachable("the answer was lost")
        if "echo" in point.kinds:
            self._gate.scene.later(ECHO_S, unheard)
        return answer


class GatedStore:
    """StateStore behind a gate."""

    def __init__(self, gate: Gate, store: StateStore) -> None:
        self._gate = gate
        self._store = store
        self._caller = Caller(gate)
        self._looked_ms = 0  # the store's time at the last look that has returned

    async def admit(self, arrival: Arrival) -> Admitted | Recorded | Duplicate | RateLimited:
        answer: Admitted | Recorded | Duplicate | RateLimited = await self._caller.move(
            "admit", lambda: self._admit(arrival), limit_s=CALLER_LIMIT_S
        )
        return answer

    async def aside(
        self, arrival: Arrival, answer: Draft
    ) -> AnsweredAside | Duplicate | RateLimited | None:
        found: AnsweredAside | Duplicate | RateLimited | None = await self._caller.move(
            "aside", lambda: self._store.aside(arrival, answer), limit_s=CALLER_LIMIT_S
        )
        return found

    async def question(self, user_id: str, question_id: str | None) -> Asked | None:
        asked: Asked | None = await self._caller.move(
            "question",
            lambda: self._store.question(user_id, question_id),
            limit_s=CALLER_LIMIT_S,
        )
        return asked

    async def resume(self, wake_call: WakeCall, *, holder: str) -> Admitted | Alive | Settled:
        answer: Admitted | Alive | Settled = await self._caller.move(
            "resume", lambda: self._take(lambda: self._store.resume(wake_call, holder=holder))
        )
        return answer

    async def commit(self, token: LeaseToken, commit: Commit) -> Committed:
        asked_ms = self._gate.scene.store_ms()
        looked_ms = self._looked_ms or asked_ms
        answer: Committed = await self._caller.move(
            commit.kind.value, lambda: self._commit(token, commit, looked_ms, asked_ms)
        )
        return answer

    async def renew(self, token: LeaseToken) -> None:
        await self._caller.move(
            "renew", lambda: self._touch(token, "renew", lambda: self._store.renew(token))
        )

    async def look(self, token: LeaseToken) -> Sight:
        sight, self._looked_ms = await self._caller.move(
            "look", lambda: self._look(token), limit_s=CALLER_LIMIT_S
        )
        return sight  # type: ignore[no-any-return]

    async def release(self, token: LeaseToken) -> None:
        await self._caller.move(
            "release", lambda: self._touch(token, "release", lambda: self._store.release(token))
        )

    async def stop(self, stop: Stop) -> Stopped | Settled:
        answer: Stopped | Settled = await self._caller.move(
            "stop", lambda: self._stop(stop), limit_s=CALLER_LIMIT_S
        )
        return answer

    async def withdraw(self, withdraw: Withdraw) -> Withdrawal | None:
        found: Withdrawal | None = await self._caller.move(
            "withdraw",
            lambda: self._take(lambda: self._store.withdraw(withdraw)),
            limit_s=CALLER_LIMIT_S,
        )
        return found

    async def read(self, user_id: str, *, since: int, limit: int) -> Page:
        return await self._store.read(user_id, since=since, limit=limit)

    async def trim(self, user_id: str, *, below: int) -> None:
        await self._store.trim(user_id, below=below)

    async def status(
        self,
        user_id: str,
        *,
        is_here: bool = False,
        language: str | None = None,
        zone: str | None = None,
    ) -> Status:
        status: Status = await self._caller.move(
            "status",
            lambda: self._store.status(user_id, is_here=is_here, language=language, zone=zone),
            limit_s=CALLER_LIMIT_S,
        )
        return status

    async def here(self, user_id: str) -> Here:
        return await self._store.here(user_id)

    async def note_presence(self, digest: str, *, is_occupied: bool, at_ms: int) -> Occupancy:
        return await self._store.note_presence(digest, is_occupied=is_occupied, at_ms=at_ms)

    async def heard(self, user_id: str, heard: Heard) -> Heard | None:
        known: Heard | None = await self._caller.move(
            "heard", lambda: self._hear(user_id, heard), limit_s=CALLER_LIMIT_S
        )
        return known

    async def _admit(self, arrival: Arrival) -> Any:
        before, now_ms = self._state(), self._gate.scene.store_ms()
        answer = await self._take(lambda: self._store.admit(arrival))
        if self._state() != before:
            self._gate.scene.ledger.speaking.admitted(
                arrival.message_id, at_ms=now_ms, is_spoken=arrival.is_spoken
            )
        is_gone = isinstance(answer, Duplicate) and answer.withdrawn
        if arrival.turn is not None and not is_gone:
            self._gate.scene.ledger.asked.append((arrival.turn.index, arrival.text, now_ms))
        return answer

    async def _hear(self, user_id: str, heard: Heard) -> Heard | None:
        report = Report(user=user_id, heard=heard, at_ms=self._gate.scene.store_ms())
        known = await self._store.heard(user_id, heard)
        if known is not None:
            self._gate.scene.ledger.speaking.reports.append(report)
        return known

    async def _take(self, send: Callable[[], Awaitable[Any]]) -> Any:
        before, now_ms = self._state(), self._gate.scene.store_ms()
        answer = await send()
        ledger, after = self._gate.scene.ledger, self._state()
        ledger.taken(self._gate.process, before, after, now_ms=now_ms)
        now = asyncio.get_running_loop().time()
        ledger.withdrew(self._gate.process, before, after, at=now)
        return answer

    async def _look(self, token: LeaseToken) -> tuple[Sight, int]:
        return await self._store.look(token), self._gate.scene.store_ms()

    async def _commit(
        self, token: LeaseToken, commit: Commit, looked_ms: int, asked_ms: int
    ) -> Committed:
        before = self._state()
        answer = await self._store.commit(token, commit)
        scene = self._gate.scene
        if commit.stands and self._state() != before:
            stood = Stood(
                run_id=token.run_id,
                looked_ms=looked_ms,
                asked_ms=asked_ms,
                at_ms=scene.store_ms(),
            )
            scene.ledger.stood.append(stood)
        scene.ledger.committed(
            self._gate.process, token, commit, before, self._state(),
            at=asyncio.get_running_loop().time(), lease_s=scene.lease_s,
        )  # fmt: skip
        return answer

    async def _stop(self, stop: Stop) -> Stopped | Settled:
        before = self._state()
        answer = await self._store.stop(stop)
        if self._state() != before and isinstance(answer, Stopped):
            now = asyncio.get_running_loop().time()
            self._gate.scene.ledger.stopped(self._gate.process, answer, at=now)
        return answer

    async def _touch(self, token: LeaseToken, what: str, send: Callable[[], Awaitable[Any]]) -> Any:
        before = self._state()
        answer = await send()
        if self._state() != before:
            self._gate.scene.ledger.check_holder(self._gate.process, token, before, what)
        return answer

    def _state(self) -> State:
        return self._gate.scene.ledger.state(self._gate.process.user)
