"""The lease's table is what the scripts do: every move, in every state, with every token."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from brain.cloud.redis.scripts import Keys
from brain.cloud.redis.store import RedisStore
from brain.run.errors import LeaseLost
from brain.run.journal import Spent
from brain.run.lease_table import RULES, Move, State, rule_for
from brain.run.limits import Limits
from brain.run.messages import Draft, Kind
from brain.run.moves import Arrival, Commit, Hold, Stop, Summons
from brain.run.moves import Move as Ask
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
    def state(self) -> State:
        state = self._field("state") or "idle"
        if state == "idle" or int(self._field("lease") or 0) > self._now_ms:
            return State(state)
        return State.EXPIRED if state == "running" else State.OVERDUE

    async def make(self, move: Move, *, fence: int | None = None) -> bool:
        """Whether the move was not refused. `fence` is the mover's, the newest if not given."""
        moves: dict[Move, Callable[[Hold], Awaitable[object]]] = {
            Move.ADMIT: self._admit,
            Move.COMMIT: lambda hold: self._commit(hold, Ask.GO_ON),
            Move.FINISH: lambda hold: self._commit(hold, Ask.FINISH),
            Move.HAND_OVER: lambda hold: self._commit(hold, Ask.HAND_OVER),
            Move.RENEW: self._store.renew,
            Move.STOP: self._stop,
            Move.RELEASE: self._store.release,
            Move.RESUME: lambda hold: self._resume(hold, "handoff"),
            Move.WAKE_UP: lambda hold: self._resume(hold, "wakeup"),
            Move.TIME: self._wait,
        }
        run_id = self._field("id") or "none"
        number = self.fence if fence is None else fence
        try:
            await moves[move](Hold(user_id=USER, run_id=run_id, fence=number))
        except LeaseLost:
            return False
        return True

    async def _admit(self, _: Hold) -> None:
        number = next(self._number)
        await self._store.admit(
            Arrival(
                user_id=USER,
                id=f"text-{number}",
                text="Hi",
                message_id=f"message-{number}",
                call_id=None,
                recent_context=(),
                created_at=NOW,
                holder=f"invocation-{number}",
                new_run_id=f"run-{number}",
            )
        )

    async def _commit(self, hold: Hold, ask: Ask) -> None:
        last = Draft(id="last", kind=Kind.SAY, text="Hello.", answers_seq=1, created_at=NOW)
        spent = Spent(started_ms=self._now_ms)
        drafts = (last,) if ask is Ask.FINISH else ()
        step = int(self._field("step") or 0)
        await self._store.commit(hold, Commit(step=step, move=ask, spent=spent, drafts=drafts))

    async def _stop(self, _: Hold) -> None:
        last = Draft(id="last", kind=Kind.SAY, text="Stopped.", answers_seq=0, created_at=NOW)
        await self._store.stop(Stop(user_id=USER, run_id=None, plain=last, unsure=last))

    async def _resume(self, hold: Hold, reason: str) -> None:
        wake = int(self._field("wake") or 0)
        summons = Summons(
            user_id=hold.user_id,
            run_id=hold.run_id,
            reason=reason,  # type: ignore[arg-type]  # one of two words, both above
            fence=hold.fence,
            wake=wake,
        )
        await self._store.resume(summons, holder=f"invocation-{next(self._number)}")

    async def _wait(self, _: Hold) -> None:
        self._now_ms += round(max(LIMITS.lease_s, LIMITS.handover_s) * 1000)

    def _field(self, name: str) -> str:
        fields: dict[str, str] = self._redis.dump(Keys.of(USER).key("run")) or {}
        return fields.get(name, "")


WAYS = {
    State.IDLE: (),
    State.RUNNING: (Move.ADMIT,),
    State.EXPIRED: (Move.ADMIT, Move.TIME),
    State.HANDING_OVER: (Move.ADMIT, Move.HAND_OVER),
    State.OVERDUE: (Move.ADMIT, Move.HAND_OVER, Move.TIME),
}
BY_THE_BRAIN = (Move.COMMIT, Move.RENEW, Move.FINISH, Move.HAND_OVER, Move.RELEASE)


async def lease_in(state: State) -> Lease:
    lease = Lease()
    for move in WAYS[state]:
        assert await lease.make(move)
    assert lease.state is state
    return lease


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", State)
async def test_each_move_does_in_each_state_what_the_table_says(state: State, move: Move) -> None:
    lease = await lease_in(state)
    before = lease.fence
    await lease.make(move)
    rule = rule_for(state, move)
    assert lease.state is (rule.becomes if rule else state)
    assert lease.fence == before + (rule is not None and rule.new_fence)


@pytest.mark.parametrize("move", BY_THE_BRAIN)
@pytest.mark.parametrize("state", State)
async def test_an_older_token_moves_nothing(state: State, move: Move) -> None:
    lease = await lease_in(state)
    before = lease.fence
    done = await lease.make(move, fence=before - 1)
    assert (lease.state, lease.fence) == (state, before)
    assert not done or move is Move.RELEASE  # giving up what one does not have is no error


async def test_the_last_word_does_not_end_a_run_whose_user_has_said_more() -> None:
    lease = await lease_in(State.RUNNING)
    await lease.make(Move.ADMIT)
    assert await after_finish(lease) is State.RUNNING
    assert await after_finish(lease) is State.IDLE


async def after_finish(lease: Lease) -> State:
    await lease.make(Move.FINISH)
    return lease.state


def test_the_table_names_each_move_in_each_state_once() -> None:
    pairs = [(rule.state, rule.move) for rule in RULES]
    assert len(pairs) == len(set(pairs))
