"""What a user does with jobs. A page insists: it asks the same again until it has an answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from brain.errors import Unreachable
from brain.jobs.ports import JobRefused
from brain.jobs.rules import job_id, mind_id
from tests.chaos.jobs.ledger import Answer
from tests.chaos.jobs.stories import USER, Doing, Start

if TYPE_CHECKING:
    from tests.chaos.jobs.platform import House
    from tests.chaos.jobs.world import JobWorld

LONGEST_S = 8.0  # times as long between two tries as before the second one


async def start(world: "JobWorld", one: Start) -> None:
    """Start a job."""

    async def work(house: "House", invocation: object) -> Any:
        return await world.product.flow("start_job")(house.services, USER, one.new_job())

    try:
        made = await _insist(world, f"starts {one.key}", work)
    except JobRefused as refused:
        world.ledger.refused.append(str(refused))
    else:
        if made is not None:
            world.ledger.accepted.setdefault(one.key, made)


async def do(world: "JobWorld", doing: Doing) -> None:
    """Do something with a job that was started."""
    id = job_id(USER, f"{doing.key}-{doing.key}")
    match doing.what:
        case "stop":
            await _stop(world, doing, id)
        case "say":
            await _say(world, doing, id)
        case _:
            await _pause(world, doing, id, is_paused=True)
            await asyncio.sleep(doing.seconds)
            await _pause(world, doing, id, is_paused=False)


async def _stop(world: "JobWorld", doing: Doing, id: str) -> None:
    async def work(house: "House", invocation: object) -> Any:
        stop = world.product.flow("stop_job")
        return await stop(house.services, USER, id, number=doing.number)

    stopped = await _insist(world, f"stops {doing.key} {doing.number}", work)
    if stopped is not None:
        _note(world, doing, stopped=stopped)


async def _say(world: "JobWorld", doing: Doing, id: str) -> None:
    message_id = world.clock.new_id()
    whom = mind_id(id, doing.number or 0)

    async def work(house: "House", invocation: object) -> Any:
        say = world.product.flow("say_to_mind")
        return await say(house.services, USER, whom, f"badger {message_id}", message_id=message_id)

    said = await _insist(world, f"says to {doing.key}{doing.number}: {message_id}", work)
    if said is not None:
        _note(world, doing, said=f"{message_id} {said}")


async def _pause(world: "JobWorld", doing: Doing, id: str, *, is_paused: bool) -> None:
    async def work(house: "House", invocation: object) -> Any:
        pause = world.product.flow("pause_job")
        return await pause(house.services, USER, id, is_paused=is_paused)

    what, began = ("pause" if is_paused else "resume"), world.now
    if await _insist(world, f"{what}s {doing.key}", work) is not None:
        at = world.now if is_paused else began  # a resume may have its effect before its answer
        world.ledger.answers.append(Answer(at=at, what=what, key=doing.key))


def _note(world: "JobWorld", doing: Doing, **more: Any) -> None:
    world.ledger.answers.append(
        Answer(at=world.now, what=doing.what, key=doing.key, number=doing.number, **more)
    )


async def _insist(
    world: "JobWorld", what: str, work: Callable[["House", Any], Awaitable[Any]]
) -> Any:
    """Ask until an answer comes; None if many tries got no answer."""
    for attempt in range(world.story.tries):
        try:
            return await world.run(what, work)
        except (Unreachable, ConnectionError):
            await asyncio.sleep(world.story.pause_s * min(2.0**attempt, LONGEST_S))
    return None
