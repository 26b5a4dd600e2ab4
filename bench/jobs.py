"""Measures what ten minds cost while they run: polls of their status, the user's own turn, messages
on the queue, and what is lost when a process is killed.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median

import httpx

from bench.stage import Json, NotAnswered, Person, Stage, calls, says, staged
from bench.tables import Table, ms, ratio
from bench.timing import WARM_UPS, Scale, percentile, seconds_of

MINDS = 10
MODEL_S = 1.5  # seconds of one model call of a mind
LOOPS = 24  # calls of a mind before it would be ended
SECONDS = 20  # of an invocation: five minds begin at once, and then hand over
ROUNDS = 3  # jobs; before, between and after them the user is alone
POLLS = 60  # of each kind in each round
TURNS = 20  # of the user, in each round and each time alone
KILLS = 4
LEFT_S = 300.0  # seconds for anything that is waited for
STATUS_GOAL_S, TURN_GOAL, MESSAGES_GOAL, KILL_GOAL_S = 0.050, 1.2, 40, 15.0
QUESTION = "How is the weather?"
BUSY = "This is the work of the bench."  # stands in the task of each helper


@dataclass(slots=True)
class Found:
    """What was measured, in seconds."""

    polls: dict[str, list[float]] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)

    def note(self, name: str, seconds: float, answer: httpx.Response) -> None:
        """Note a poll of this kind."""
        self.polls.setdefault(name, []).append(seconds)
        self.unchanged[name] = self.unchanged.get(name, 0) + (answer.status_code == 304)


async def run(scale: Scale) -> list[Table]:
    """One round is: the user alone, then with ten minds at work. Kills and a rehearsal follow."""
    found = Found()
    async with staged({"BRAIN_LOCAL_MAX_DURATION_S": str(SECONDS)}) as stage:
        await stage.script()
        await _direct(stage, QUESTION, [says("It rains.", repeat=1_000_000)])
        await _turns(stage, [], 3)  # processes start
        for _ in range(scale.times(ROUNDS)):
            await _turns(stage, found.alone, scale.times(TURNS))
            async with _busy(stage) as (person, job):
                await _polls(stage, person, job, found, scale.times(POLLS))
                await _turns(stage, found.beside, scale.times(TURNS))
            await _turns(stage, found.alone, scale.times(TURNS))
        for _ in range(scale.times(KILLS)):
            await _kill(stage, found)
        messages = await _rehearse(stage)
    return [_status(found), _cost(found, messages)]


async def _turns(stage: Stage, into: list[float], times: int) -> None:
    """Ask a question as often as that, as a new user with an empty log."""
    person = stage.person()
    for _ in range(times):
        into.append(await seconds_of(lambda: stage.ask(person, text=QUESTION)))


@asynccontextmanager
async def _busy(stage: Stage, *, minds: int = MINDS) -> AsyncIterator[tuple[Person, str]]:
    """Let ten minds work until the block ends, and wait until all of them do."""
    person = stage.person()
    tasks = [{"title": f"Part {n}", "brief": f"Part {n}. {BUSY} {person.id}"} for n in range(minds)]
    for task in tasks:
        noting = [
            calls("noteResult", {"text": f"{n} pages"}, delay_s=MODEL_S) for n in range(LOOPS)
        ]
        await _direct(stage, task["brief"], noting)
    started = await _call(stage, person, "POST", "jobs", {"tasks": tasks})
    job = str(started["jobId"])
    await _until(lambda: _at_work(stage, person, job, minds))
    try:
        yield person, job
    finally:
        await _call(stage, person, "POST", f"jobs/{job}/stop", {})


async def _at_work(stage: Stage, person: Person, job: str, minds: int) -> bool:
    status = await _call(stage, person, "GET", f"jobs/{job}/status")
    runs = [one for one in status["runs"] if one["status"] == "running"]
    return len([one for one in runs if one["loop"] > 0]) == minds


async def _polls(stage: Stage, person: Person, job: str, found: Found, times: int) -> None:
    """Poll in turns: by hand, whole, and as the page does."""
    url = f"{stage.stack.url}/api/jobs/{job}/status"
    tag, warm = '""', Found()
    for number in range(WARM_UPS + times):
        into = warm if number < WARM_UPS else found
        for name in ("floor: one REST call by hand, no token", "status, whole", "status, by ETag"):
            headers = {**person.headers, **({"If-None-Match": tag} if "ETag" in name else {})}
            began = time.perf_counter()
            if name.startswith("floor"):
                answer = await stage.look_floor(person, stage.http)
            else:
                answer = await stage.http.get(url, headers=headers)
            into.note(name, time.perf_counter() - began, answer)
            tag = answer.headers.get("ETag", tag)


async def _kill(stage: Stage, found: Found) -> None:
    """Kill all processes of minds between two calls; measure until a mind asks its model again."""
    async with _busy(stage, minds=1) as (person, _):
        stage.stack.functions.kill("brainToBrain", signal.SIGKILL)
        killed = time.time()
        await _until(lambda: _has_asked(stage, person, killed))
        found.lost.append(min(await _asked(stage, person, killed)) - killed)


async def _has_asked(stage: Stage, person: Person, since: float) -> bool:
    return bool(await _asked(stage, person, since))


async def _asked(stage: Stage, person: Person, since: float) -> list[float]:
    """Return when the minds of this user have asked the model since then."""
    mine = [call for call in await stage.asked() if person.id in str(call["match"])]
    return [float(call["at"]) for call in mine if call["at"] > since]


async def _rehearse(stage: Stage) -> int:
    """Rehearse ten times with the scripted model; return how many messages the queue has taken."""
    began_ms = time.time() * 1000
    person = stage.person()
    started = await _call(stage, person, "POST", "scale/start", {"runCount": MINDS})
    path = f"scale/{started['jobId']}/status"

    async def is_over() -> bool:
        return bool((await _call(stage, person, "GET", path))["finishedAt"])

    await _until(is_over)
    env = stage.stack.services.env
    headers = {"Authorization": f"Bearer {env['QSTASH_TOKEN']}"}
    answer = await stage.http.get(f"{env['QSTASH_URL']}/v2/events", headers=headers)
    events = [event for event in answer.json()["events"] if event["time"] >= began_ms]
    return len({event["messageId"] for event in events if event["state"] == "CREATED"})


async def _direct(stage: Stage, match: str, answers: Sequence[Json]) -> None:
    url = f"{stage.stack.services.model.address.url}/_local/script"
    directed = await stage.http.post(url, json={"match": match, "answers": list(answers)})
    directed.raise_for_status()


async def _call(
    stage: Stage, person: Person, method: str, path: str, body: Json | None = None
) -> Json:
    answer = await stage.http.request(
        method, f"{stage.stack.url}/api/{path}", json=body, headers=person.headers
    )
    if answer.status_code not in (200, 202):
        raise NotAnswered(f"{path}: {answer.status_code} {answer.text}")
    return dict(answer.json())


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LEFT_S):
        while not await holds():  # noqa: ASYNC110 - processes work on it
            await asyncio.sleep(0.2)


def _status(found: Found) -> Table:
    worst = {name: percentile(all, 99) for name, all in found.polls.items()}
    floor = next(iter(worst.values()))
    goal = f"aim: p99 under {STATUS_GOAL_S * 1000:.0f} ms"
    return Table(
        title=f"The status of a job while its {MINDS} minds run ({goal})",
        columns=("p50", "p99", "p99 to floor", "304"),
        rows=[
            (
                name,
                ms(median(all)),
                ms(worst[name]),
                ratio(worst[name], floor),
                f"{found.unchanged[name] / len(all):.0%}",
            )
            for name, all in found.polls.items()
        ],
        notes=(
            "By ETag: each mind's model takes 1.5 s, so the status changes seven times a second.",
        ),
    )


def _cost(found: Found, messages: int) -> Table:
    alone, beside = median(found.alone), median(found.beside)
    rows: Mapping[str, tuple[str, str, str]] = {
        "floor: the user's own turn, alone": (ms(alone), "", ratio(alone, alone)),
        f"the same while {MINDS} minds run": (
            ms(beside),
            f"{TURN_GOAL} times",
            ratio(beside, alone),
        ),
        "from a kill to the next model call, at most": (
            f"{max(found.lost):.1f} s",
            f"{KILL_GOAL_S:.0f} s",
            ratio(max(found.lost), KILL_GOAL_S),
        ),
        f"messages on the queue for a rehearsal of {MINDS}": (
            str(messages),
            str(MESSAGES_GOAL),
            ratio(messages, MESSAGES_GOAL),
        ),
    }
    return Table(
        title="What minds cost their user",
        columns=("measured", "aim", "ratio"),
        rows=[(name, *cells) for name, cells in rows.items()],
        notes=("The ratio of a turn is to the floor, the others are to the aim.",),
    )
