"""One deployment in virtual time: invocations, callers, the queue's deliveries, and the clock."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Any

from brain.cloud.redis.scripts import Keys
from brain.memory.redis import RedisShownBlock
from brain.notices.redis import RedisNoticeBoard
from brain.reminders.redis import RedisReminders
from brain.run.turn import Invocation
from tests.chaos import faults
from tests.chaos.boards import GatedBoard
from tests.chaos.calls import happen, insist, stop
from tests.chaos.far import ChannelHere, ModelHere, QueueHere, ToolHere
from tests.chaos.faults import Exactly, Place, Plan
from tests.chaos.gates import Gate, GatedStore, Point
from tests.chaos.ledger import Ledger, Said
from tests.chaos.processes import Process, Underway, process_loop
from tests.chaos.product import Product
from tests.chaos.stories import Ask, Story
from tests.fakes.clock import Clock
from tests.fakes.features.notices import notices_of
from tests.fakes.house import Ports
from tests.fakes.redis import MemoryRedis
from tests.fakes.schemas import MemorySchemas
from tests.fakes.tools import as_tool

# What may keep a living process from giving its last word: it is not known to be recorded, or the
# channel is too slow.
UNHEARD = {("store", "outage"), ("store", "late"), ("store", "lost"), ("channel", "pause.after")}
END_S = 3 * 3600.0  # seconds by which everything must have come to rest


class World:
    """The stage of one history. `trace` tells it step by step."""

    def __init__(self, story: Story, plan: Plan, product: Product) -> None:
        self.story = story
        self.lease_s = story.limits.lease_s
        self.clock = Clock()
        self.redis = MemoryRedis(self.store_ms, edit=product.edit)
        self.ledger = Ledger(self.redis)
        self.known: dict[str, float] = {}
        self.points: list[Place] = []
        self.trace: list[str] = []
        self.product = product
        self.store = product.store(self.redis, story.limits)
        self._plan = plan
        self._clock_ahead_s = 0.0
        self._refused: dict[str, float] = {}
        self._happened: list[tuple[str, str]] = []
        self.expected: set[str] = set()
        self._underway = Underway(self.ledger.crashes)

    @property
    def now(self) -> float:
        return self.clock.now()

    @property
    def processes(self) -> list[Process]:
        return process_loop().processes

    @property
    def pending(self) -> int:
        """How much is still under way."""
        return len(self._underway.pending)

    @property
    def is_calm(self) -> bool:
        """Whether nothing has gone wrong."""
        return not self._happened

    def is_well(self, process: str) -> bool:
        """Whether nothing has happened to a process, nor to the services that it speaks through."""
        found = next(one for one in self.processes if one.name == process)
        return not (found.is_dead or found.was_frozen or UNHEARD & set(self._happened))

    def store_ms(self) -> int:
        return round((self.clock.utc().timestamp() + self._clock_ahead_s) * 1000)

    def refused_until(self, port: str) -> float:
        return self._refused.get(port, 0)

    def later(self, seconds: float, story: Callable[[], Awaitable[Any]]) -> None:
        """Let something happen after a while, whatever becomes of the processes."""
        self._underway.later(seconds, story)

    async def play(self) -> None:
        """The whole story, until nothing is under way any more."""
        for ask in self.story.asks:
            self.say(ask)
        for at in self.story.stops:
            self.later(at, lambda: stop(self, self.story.asks[0].user))
        for at in self.story.events:
            self.later(at, lambda: happen(self, self.story.asks[0].user))
        await self._underway.end(now=self.clock.now, by=END_S)

    def say(self, ask: Ask) -> None:
        """A user says something, at its time from now."""
        message_id = ask.message_id or self.clock.new_id()
        said = Said(
            user=ask.user,
            text=ask.text,
            message_id=message_id,
            replaces=self._replaced(ask, message_id),
            decides=ask.decides,
            reports=ask.reports,
            turn=ask.turn,
            leaves_s=ask.leaves_s,
            is_seen=ask.is_seen,
        )
        self.ledger.said.append(said)
        self.later(ask.at, lambda: insist(self, said))

    def _replaced(self, ask: Ask, message_id: str) -> str | None:
        """The id of the turn's request before this one; a request that is sent again says the same.

        The later requests of a turn take the place of whichever stands, as on a voice platform.
        """
        if ask.turn is None:
            return None
        known = [s for s in self.ledger.said if (s.user, s.turn) == (ask.user, ask.turn)]
        former = known[-1] if known else None
        if former is not None and former.message_id == message_id:
            return former.replaces
        return former.message_id if former is not None else None

    def tell(self, what: str) -> None:
        """A line of the history."""
        self.trace.append(f"{self.now:9.3f}  {what}")

    def start(self, user: str) -> tuple[Process, Invocation, Ports]:
        """A process that the platform starts for a call, and ends at its deadline."""
        story, now = self.story, self.now
        invocation = Invocation(
            id=self.clock.new_id(),
            started=now,
            cut=now + story.max_duration_s - story.reserve_s,
            deadline=now + story.max_duration_s,
        )
        process = Process(process_loop(), invocation.id, user=user)
        self._underway.add(process.finished)
        self._limit(process, story.max_duration_s)
        return process, invocation, self._behind(Gate(self, process))

    async def come_and_look(self, user: str) -> None:
        """After the end of a history, when no lease holds any more, the user's page opens, and
        looks for what is held.
        """
        await asyncio.sleep(self.lease_s + faults.OUTAGE_S)
        self._plan = Exactly()
        process, _, ports = self.start(user)

        async def edge() -> None:
            try:
                await self.store.here(user)
                await notices_of(ports).wake(user)
            finally:
                process.finish()

        process.start(edge())
        await asyncio.wait({process.connection})
        process.connection.result()

    def _limit(self, process: Process, seconds: float) -> None:
        """The platform ends a process at its deadline; a frozen one has no clock until it thaws."""

        def expire() -> None:
            if process.is_frozen:
                self._limit(process, 1.0)
            elif not process.finished.done():
                self.tell(f"{process.name} overran")
                self.ledger.overran.append(process.name)
                process.kill()

        asyncio.get_running_loop().call_later(seconds, expire, context=Context())

    def _behind(self, gate: Gate) -> Ports:
        return Ports(
            parts=self.product.parts,
            schemas=MemorySchemas(),
            store=GatedStore(gate, self.store),
            board=GatedBoard(gate, RedisNoticeBoard(self.redis)),
            block=RedisShownBlock(self.redis),
            reminders=RedisReminders(self.redis),
            queue=QueueHere(gate, self),
            channel=ChannelHere(gate, self),
            model=ModelHere(gate, self),
            tools={
                tool.spec.name: as_tool(ToolHere(gate, self, tool)) for tool in self.story.tools
            },
            clock=self.clock,
            limits=self.story.limits,
        )

    # ---- what happens at a point

    def arrive(self, process: Process, port: str, name: str) -> Point:
        """Number a point, and let happen there what happens to the world."""
        number = len(self.points)
        place = Place(number, port, f"{process.user} {port}.{name}")
        kinds = self._plan.at(number, port)
        self.points.append(place)
        self.tell(f"{process.name} {port}.{name} @{number}{''.join(f' !! {k}' for k in kinds)}")
        for kind in kinds:
            self._happened.append((port, kind))
            self._happen(kind, port, process)
        return Point(number, kinds)

    def _happen(self, kind: str, port: str, process: Process) -> None:
        match kind:
            case "refuse" | "outage":
                seconds = faults.BRIEF_S if kind == "refuse" else faults.OUTAGE_S
                self._refused[port] = self.now + seconds
            case "ahead" | "behind":
                self._clock_ahead_s += faults.JUMP_S if kind == "ahead" else -faults.JUMP_S
                self.ledger.clock_jumped = True
            case _ if kind in faults.HOURS:
                self._clock_ahead_s += faults.HOURS[kind]
                self.ledger.clock_jumped = True
            case _ if kind in faults.LOST:
                self._lose(faults.LOST[kind], process.user)
            case "text":
                self.say(Ask(text=f"badger {len(self.points)}", user=process.user))
            case "again":
                first = next(said for said in self.ledger.said if said.user == process.user)
                self.say(Ask(text=first.text, user=first.user, message_id=first.message_id))
            case "event":
                self.later(0, lambda: happen(self, process.user))
            case "stop":
                self.later(0, lambda: stop(self, process.user))
            case _:
                pass

    def _lose(self, kinds: tuple[str, ...], user: str) -> None:
        """Evict the user's keys of these kinds; all keys if none are given."""
        own = Keys.of(user).key("")
        self.redis.lose(
            *(
                name
                for name in self.redis.names()
                if not kinds
                or (name.startswith(own) and name.removeprefix(own).partition(":")[0] in kinds)
            )
        )
