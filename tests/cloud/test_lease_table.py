"""The scripts do what the lease table says: every event, in every state, with every token."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from brain.cloud.redis.lease_table import TRANSITIONS, LeaseEvent, LeaseState, transition_for
from brain.cloud.redis.scripts import Keys
from brain.cloud.redis.store import RedisStore
from brain.errors import LeaseLost
from brain.run.journal import Spent
from brain.run.limits import Limits
from brain.run.messages import Draft, Kind
from brain.run.moves import Arrival, Commit, LeaseToken, WakeCall
from brain.run.moves import CommitKind as Ask
from brain.run.requests import Stop
from tests.fakes.redis import MemoryRedis

USER = "anna"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
LIMITS = Limits()


class Lease:
    """A lease in a store, and the moves that can be made on it."""

    def __init__(self) -> None:
        self._now_ms = 1_800_000_000_000
        self._redis = MemoryRedis(lambda: self._now_ms)
        self._store = RedisStore(self._redis, LIMITS)
        self._number = count(1)

    @property
    def fence(self) -> int:
        return int(self._field("fence") or 0)

    @property
    def state(self) -> LeaseState:
        state = self._field("state") or "idle"
        if state == "idle" or int(self._field("lease") or 0) > self._now_ms:
            return LeaseState(state)
        return LeaseState.EXPIRED if state == "running" else LeaseState.OVERDUE

    async def make(self, event: LeaseEvent, *, fence: int | None = None) -> bool:
        """Whether the move was not refused. `fence` is the mover's, the newest if not given."""
        moves: dict[LeaseEvent, Callable[[LeaseToken], Awaitable[object]]] = {
            LeaseEvent.ADMIT: self._admit,
            LeaseEvent.COMMIT: lambda token: self._commit(token, Ask.GO_ON),
            LeaseEvent.FINISH: lambda token: self._commit(token, Ask.FINISH),
            LeaseEvent.HAND_OVER: lambda token: self._commit(token, Ask.HAND_OVER),
            LeaseEvent.RENEW: self._store.renew,
            LeaseEvent.STOP: self._stop,
            LeaseEvent.RELEASE: self._store.release,
            LeaseEvent.RESUME: lambda token: self._resume(token, "handoff"),
            LeaseEvent.WAKE_UP: lambda token: self._resume(token, "wakeup"),
            LeaseEvent.TIME: self._wait,
        }
        run_id = self._field("id") or "none"
        number = self.fence if fence is None else fence
        try:
            await moves[event](LeaseToken(user_id=USER, run_id=run_id, fence=number))
        except LeaseLost:
            return False
        return True

    async def _admit(self, _: LeaseToken) -> None:
        number = next(self._number)
        await self._store.admit(
            Arrival(
                user_id=USER,
                id=f"text-{number}",
                text="Hi",
                message_id=f"message-{number}",
                agent_call_id=None,
                recent_context=(),
                created_at=NOW,
                holder=f"invocation-{number}",
                new_run_id=f"run-{number}",
            )
        )

    async def _commit(self, token: LeaseToken, ask: Ask) -> None:
        last = Draft(id="last", kind=Kind.SAY, text="Hello.", answers_seq=1, created_at=NOW)
        spent = Spent(started_ms=self._now_ms)
        drafts = (last,) if ask is Ask.FINISH else ()
        step = int(self._field("step") or 0)
        await self._store.commit(token, Commit(step=step, kind=ask, spent=spent, drafts=drafts))

    async def _stop(self, _: LeaseToken) -> None:
        last = Draft(id="last", kind=Kind.SAY, text="Stopped.", answers_seq=0, created_at=NOW)
        await self._store.stop(Stop(user_id=USER, run_id=None, plain=last, unsure=last))

    async def _resume(self, token: LeaseToken, reason: str) -> None:
        wake = int(self._field("wake") or 0)
        wake_call = WakeCall(
            user_id=token.user_id,
            run_id=token.run_id,
            reason=reason,  # type: ignore[arg-type]  # one of two words, both above
            fence=token.fence,
            wake=wake,
        )
        await self._store.resume(wake_call, holder=f"invocation-{next(self._number)}")

    async def _wait(self, _: LeaseToken) -> None:
        self._now_ms += round(max(LIMITS.lease_s, LIMITS.handover_s) * 1000)

    def _field(self, name: str) -> str:
        fields: dict[str, str] = self._redis.dump(Keys.of(USER).key("run")) or {}
        return fields.get(name, "")


WAYS = {
    LeaseState.IDLE: (),
    LeaseState.RUNNING: (LeaseEvent.ADMIT,),
    LeaseState.EXPIRED: (LeaseEvent.ADMIT, LeaseEvent.TIME),
    LeaseState.HANDING_OVER: (LeaseEvent.ADMIT, LeaseEvent.HAND_OVER),
    LeaseState.OVERDUE: (LeaseEvent.ADMIT, LeaseEvent.HAND_OVER, LeaseEvent.TIME),
}
BY_THE_BRAIN = (
    LeaseEvent.COMMIT,
    LeaseEvent.RENEW,
    LeaseEvent.FINISH,
    LeaseEvent.HAND_OVER,
    LeaseEvent.RELEASE,
)


async def lease_in(state: LeaseState) -> Lease:
    lease = Lease()
    for event in WAYS[state]:
        assert await lease.make(event)
    assert lease.state is state
    return lease


@pytest.mark.parametrize("event", LeaseEvent)
@pytest.mark.parametrize("state", LeaseState)
async def test_each_move_does_in_each_state_what_the_table_says(
    state: LeaseState, event: LeaseEvent
) -> None:
    lease = await lease_in(state)
    before = lease.fence
    await lease.make(event)
    transition = transition_for(state, event)
    assert lease.state is (transition.becomes if transition else state)
    assert lease.fence == before + (transition is not None and transition.new_fence)


@pytest.mark.parametrize("event", BY_THE_BRAIN)
@pytest.mark.parametrize("state", LeaseState)
async def test_an_older_token_moves_nothing(state: LeaseState, event: LeaseEvent) -> None:
    lease = await lease_in(state)
    before = lease.fence
    done = await lease.make(event, fence=before - 1)
    assert (lease.state, lease.fence) == (state, before)
    assert not done or event is LeaseEvent.RELEASE  # giving up what one does not have is no error


async def test_the_last_word_does_not_end_a_run_whose_user_has_said_more() -> None:
    lease = await lease_in(LeaseState.RUNNING)
    await lease.make(LeaseEvent.ADMIT)
    assert await after_finish(lease) is LeaseState.RUNNING
    assert await after_finish(lease) is LeaseState.IDLE


async def after_finish(lease: Lease) -> LeaseState:
    await lease.make(LeaseEvent.FINISH)
    return lease.state


def test_the_table_names_each_move_in_each_state_once() -> None:
    pairs = [(transition.state, transition.event) for transition in TRANSITIONS]
    assert len(pairs) == len(set(pairs))
