"""One deployment with jobs in virtual time: users, processes, the queue's deliveries, the clock."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context
from typing import Any, cast

from brain.cloud.redis.scripts import Keys
from brain.cloud.redis.store import RedisStore
from brain.codec import Json
from brain.errors import BrainError, Unreachable
from brain.events.model import Event
from brain.http.bodies import MindCallBody, parse
from brain.jobs.rules import REPORTER, job_id, mind_id, tokens_each
from brain.run.limits import Limits
from brain.run.moves import WakeCall
from brain.run.turn import Invocation
from tests.chaos import faults
from tests.chaos.faults import Place, Plan
from tests.chaos.jobs.doing import do, start
from tests.chaos.jobs.gates import Gate
from tests.chaos.jobs.ledger import Begun, Ledger
from tests.chaos.jobs.platform import House
from tests.chaos.jobs.product import Product
from tests.chaos.jobs.stories import USER, Doing, JobStory, Start
from tests.chaos.processes import Process, Underway, process_loop
from tests.fakes.clock import Clock
from tests.fakes.redis import MemoryRedis
from tests.fakes.rehearsals import MemoryRehearsals

DELIVERIES = 4  # the queue's first and its three retries
END_S = 2 * 3600.0  # seconds by which everything must have come to rest


class JobWorld:
    """The stage of one history. `trace` tells it step by step."""

    def __init__(self, story: JobStory, plan: Plan, product: Product) -> None:
        self.story = story
        self.product = product
        self.clock = Clock()
        self.redis = MemoryRedis(lambda: round(self.clock.utc().timestamp() * 1000))
        self.jobs: Any = product.part("tests.fakes.jobs", "MemoryJobs")(self.clock.utc)
        self.played = MemoryRehearsals()
        self.ledger = Ledger()
        self.known: dict[str, float] = {}
        self.points: list[Place] = []
        self.trace: list[str] = []
        self.happened: list[str] = []
        self._plan = plan
        self._refused: dict[str, float] = {}
        self._underway = Underway(self.ledger.crashes)

    @property
    def now(self) -> float:
        return self.clock.now()

    @property
    def pending(self) -> int:
        """How much is still under way."""
        return len(self._underway.pending)

    def refused_until(self, port: str) -> float:
        return self._refused.get(port, 0)

    def store(self) -> RedisStore:
        """The state store, as nobody's process reaches it."""
        return RedisStore(self.redis, Limits())

    async def play(self) -> None:
        """The whole story, until nothing is under way any more."""
        for one in self.story.starts:
            self._later_start(one)
        for doing in self.story.doings:
            self.do(doing)
        await self._underway.end(now=self.clock.now, by=END_S)

    def _later_start(self, one: Start) -> None:
        self.later(one.at, lambda: start(self, one))

    def do(self, doing: Doing) -> None:
        """The user does something, that much later."""
        self.later(doing.at, lambda: do(self, doing))

    def later(self, seconds: float, story: Callable[[], Awaitable[Any]]) -> None:
        """Let something happen after a while, whatever becomes of the processes."""
        self._underway.later(seconds, story)

    def tell(self, what: str) -> None:
        """A line of the history."""
        self.trace.append(f"{self.now:9.3f}  {what}")

    # ---- processes

    def process(self, what: str) -> tuple[Process, Invocation, House]:
        """A process that the platform starts for a call, and ends at its deadline."""
        seconds, now = self.story.max_duration_s, self.now
        invocation = Invocation(
            id=self.clock.new_id(),
            started=now,
            cut=now + seconds - self.story.reserve_s,
            deadline=now + seconds,
        )
        process = Process(process_loop(), invocation.id, user=USER)
        self.tell(f"{process.name} {what}")
        self._underway.add(process.finished)
        self._limit(process, seconds)
        return process, invocation, House(self, Gate(self, process))

    def _limit(self, process: Process, seconds: float) -> None:
        def expire() -> None:
            if process.is_frozen:
                self._limit(process, 1.0)
            elif not process.finished.done():
                self.tell(f"{process.name} overran")
                process.kill()

        asyncio.get_running_loop().call_later(seconds, expire, context=Context())

    async def run(self, what: str, work: Callable[[House, Invocation], Awaitable[Any]]) -> Any:
        """Do something in a process of its own. Raises what it raises, and ConnectionError."""
        process, invocation, house = self.process(what)

        async def edge() -> Any:
            try:
                return await work(house, invocation)
            finally:
                process.finish()

        process.start(edge())
        await asyncio.wait({process.connection})
        error = process.connection.exception()
        if error is not None and not isinstance(error, BrainError | ConnectionError):
            self.ledger.crashes.append(f"{process.name}: {error!r}")
        return process.connection.result()

    async def deliver(self, what: Json | WakeCall) -> None:
        """A message of the queue: it comes again until it is answered with a 200.

        After the last failure the route puts it on the queue once more, if it can say that.
        """
        name = self.clock.new_id()
        for delivery in range(DELIVERIES):
            is_last = delivery == DELIVERIES - 1

            async def work(house: House, invocation: Invocation, last: bool = is_last) -> None:
                await _take(house, what, invocation, again=name if last else "")

            try:
                await self.run(f"is called: {_told(what)}", work)
                return
            except (BrainError, ConnectionError):
                await asyncio.sleep(3 * 4**delivery)

    # ---- what happens at a point

    def arrive(self, process: Process, port: str, name: str) -> tuple[str, ...]:
        """Number a point, and let happen there what happens to the world."""
        number = len(self.points)
        kinds = self._plan.at(number, port)
        self.points.append(Place(number, port, f"{port}.{name}"))
        marks = "".join(f" !! {kind}" for kind in kinds)
        self.tell(f"{process.name} {port}.{name} @{number}{marks}")
        for kind in kinds:
            self.happened.append(kind)
            if kind == "outage":
                self._refused[port] = self.now + faults.OUTAGE_S
            elif kind == "again":
                self._later_start(self.story.starts[0])
            elif kind in ("stop", "stop.0", "say", "pause"):
                what, _, whom = kind.partition(".")
                number_of = 0 if whom or what == "say" else None
                self.do(Doing(at=0, what=what, key=self.story.starts[0].key, number=number_of))
        return kinds

    def look(self) -> None:
        """See what must hold after each transaction of the store of jobs."""
        self.ledger.watch(self.jobs, self.story.daily)

    def begin(self, who: str, what: str, held_s: Mapping[str, float], shown: str = "") -> None:
        """A model call or a tool begins."""
        begun = Begun(who=who, what=what, at=self.now, held_s=held_s, shown=shown)
        self.ledger.begun.append(begun)
        if what == "model" and (one := self.start_of(who)) is not None:
            self._check_cap(one, who)

    def _check_cap(self, one: Start, who: str) -> None:
        """I15: the tokens that a mind has recorded leave room for one more call."""
        is_report = who == one.key
        id = mind_id(job_id(USER, f"{one.key}-{one.key}"), REPORTER if is_report else int(who[-1]))
        run = self.redis.dump(Keys.of(id).key("run")) or {}
        cap = one.budget * 5 // 100 if is_report else tokens_each(one.budget, one.minds)
        if int(run.get("tokens") or 0) >= cap:
            self.ledger.wrong.append(f"I15 {who} goes on with {run['tokens']} tokens of {cap}")

    def start_of(self, who: str) -> Start | None:
        """The start of the job of a mind or of a reporter."""
        return next((one for one in self.story.starts if who.startswith(one.key)), None)

    def check_announced(self, events: Sequence[Event]) -> None:
        """I12: what is announced of a whole job is its stored report."""
        for event in events:
            job = self.jobs.jobs.get((USER, event.id.removeprefix("job-")))
            if job is None:
                continue
            if job.report is None or job.report["headline"] != event.text:
                self.ledger.wrong.append(f"I12 {job.title} is announced without its report")


async def _take(house: House, what: Json | WakeCall, invocation: Invocation, *, again: str) -> None:
    """What the route does with a call of the queue."""
    try:
        if isinstance(what, WakeCall):
            await house.called.wake(what, invocation)
        else:
            await house.called.take(parse(MindCallBody, what), invocation)
    except Unreachable:
        if again and isinstance(what, WakeCall):
            name = f"{what.run_id}-after-{again}"
            await house.queue.publish(what, delay_s=60.0, dedup_id=name)
        elif again:
            body = parse(MindCallBody, cast("Json", what))
            await house.called.take_again(body, delay_s=60.0, after=again)
        raise


def _told(what: Json | WakeCall) -> str:
    if isinstance(what, WakeCall):
        return f"{what.reason} {what.user_id[-8:]}"
    return f"{what['reason']} {what['mind']} {what['try']}"
