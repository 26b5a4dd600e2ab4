"""Voice sessions over parts in memory: the real script, a vendor, a queue, and processes that crash
at any call of theirs.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from brain.errors import QueueUnreachable, StoreUnreachable, VendorUnreachable
from brain.voice.sessions.flow import VoiceSessions
from brain.voice.sessions.model import Brief, VendorCall, VendorName, VendorSession
from brain.voice.sessions.redis import RedisSessionBook
from tests.fakes.redis import MemoryRedis

MORNING = datetime(2026, 11, 30, 8, tzinfo=UTC)
USER = "anna"
VENDOR: VendorName = "openai-live"


class Crashed(BaseException):
    """The process is dead."""


@dataclass
class Time:
    """`Clock`, moved by the test. All parts go by it."""

    seconds: float = 0.0
    ids: int = 0

    def now(self) -> float:
        return self.seconds

    def utc(self) -> datetime:
        return MORNING + timedelta(seconds=self.seconds)

    def new_id(self) -> str:
        self.ids += 1
        return f"SESSION{self.ids:04d}"

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Call:
    """A call at the vendor. `given`: a page has got its answer and can talk."""

    id: str
    begun: float
    ended: float | None = None
    given: bool = False


@dataclass
class Vendor:
    """A vendor that is fast, until it is told otherwise."""

    time: Time
    calls: dict[str, Call] = field(default_factory=dict)
    briefs: list[Brief] = field(default_factory=list)
    create_s: float = 0.0
    refuses: Exception | None = None
    is_away: bool = False
    asked: int = 0

    async def create(self, brief: Brief) -> VendorSession:
        self.time.seconds += self.create_s
        if self.is_away:
            raise VendorUnreachable("away")
        if self.refuses is not None:
            raise self.refuses
        self.briefs.append(brief)
        call = Call(f"call-{len(self.calls) + 1}", self.time.seconds)
        self.calls[call.id] = call
        return VendorSession(call_id=call.id, wire={"sdp": f"v=0 {call.id}"})

    async def hang_up(self, call_id: str) -> bool:
        if self.is_away:
            raise VendorUnreachable("away")
        self.asked += 1
        call = self.calls[call_id]
        if call.ended is not None:
            return False
        call.ended = self.time.seconds
        return True

    def alive(self) -> list[Call]:
        """The calls on which somebody can talk."""
        return [call for call in self.calls.values() if call.given and call.ended is None]


@dataclass
class Queue:
    """The queue: messages with the time when they are due."""

    time: Time
    messages: list[tuple[float, str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    is_away: bool = False

    async def hang_up(
        self, user_id: str, session_id: str, *, delay_s: float, call: VendorCall | None
    ) -> None:
        assert user_id == USER
        if self.is_away:
            raise QueueUnreachable("away")
        if session_id not in self.known:
            self.known.add(session_id)
            self.messages.append((self.time.seconds + delay_s, session_id))


class Gate:
    """The calls of one process. It dies before or after the one with this number, if there is one;
    `loses` is the number of a call whose answer gets lost.
    """

    def __init__(self, dies_at: float | None = None, loses: int | None = None) -> None:
        self._dies_at = dies_at
        self._loses = loses
        self._count = 0
        self._is_dead = False

    def around(self, part: Any, lost: type[Exception]) -> Any:
        """The part, reached through this gate."""
        return _Gated(part, self, lost)

    async def call(self, method: Any, lost: type[Exception], *args: Any, **options: Any) -> Any:
        if self._is_dead:
            raise Crashed
        self._count += 1
        self._die_at(self._count)
        found = await method(*args, **options)
        self._die_at(self._count + 0.5)
        if self._count == self._loses:
            raise lost("lost")
        return found

    def _die_at(self, moment: float) -> None:
        if self._dies_at == moment:
            self._is_dead = True
            raise Crashed


class _Gated:
    def __init__(self, part: Any, gate: Gate, lost: type[Exception]) -> None:
        self._part = part
        self._gate = gate
        self._lost = lost

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._part, name)
        return lambda *args, **options: self._gate.call(method, self._lost, *args, **options)


async def write(end: datetime, start_end: datetime) -> Brief:
    return Brief(
        instructions="Speak.", input=(), safety_id="x", sdp="v=0", end=end, start_end=start_end
    )


class Town:
    """One user, and what belongs to all processes."""

    def __init__(self, *, max_s: float = 900, day_s: float = 3600) -> None:
        self.time = Time()
        self.vendor = Vendor(self.time)
        self.queue = Queue(self.time)
        self.redis = MemoryRedis(lambda: int(self.time.utc().timestamp() * 1000))
        self.book = RedisSessionBook(self.redis)
        self.max_s, self.day_s = max_s, day_s

    def process(self, gate: Gate | None = None) -> VoiceSessions:
        """The sessions as one process sees them."""
        gate = gate or Gate()
        vendor: Any = gate.around(self.vendor, VendorUnreachable)
        return VoiceSessions(
            book=gate.around(self.book, StoreUnreachable),
            vendors={VENDOR: vendor, "openai-realtime": vendor},
            queue=gate.around(self.queue, QueueUnreachable),
            clock=self.time,
            max_s=self.max_s,
            day_s=self.day_s,
        )

    async def begin(self, gate: Gate | None = None, *, resumes: str | None = None) -> Any:
        """Begin a session. If it succeeds, the page has the answer."""
        begun = await self.process(gate).begin(USER, VENDOR, write, resumes=resumes)
        if (sdp := getattr(begun, "wire", {}).get("sdp")) is not None:
            self.vendor.calls[sdp.removeprefix("v=0 ")].given = True
        return begun

    async def deliver(self) -> None:
        """Deliver what is due, as the queue does: what fails comes again a minute later."""
        due = [one for one in self.queue.messages if one[0] <= self.time.seconds]
        for at, id in due:
            self.queue.messages.remove((at, id))
            try:
                await self.process().end(USER, id)
            except (VendorUnreachable, StoreUnreachable):
                self.queue.messages.append((self.time.seconds + 60, id))

    async def pass_s(self, seconds: float, *, step: float = 1.0) -> None:
        """Let time pass, with a queue that delivers on time."""
        end = self.time.seconds + seconds
        while self.time.seconds < end:
            self.time.seconds = min(self.time.seconds + step, end)
            await self.deliver()

    async def left_s(self) -> float:
        """How many seconds of the day are left. No session may be open."""
        with suppress(AttributeError):
            place: Any = await self.book.reserve(
                USER, "probe", VENDOR, max_s=100_000, day_s=self.day_s
            )
            await self.book.drop(USER, "probe")
            return float(place.max_s)
        return 0.0
