"""The calls of the two functions: by a page whose user says something, and by the queue."""

import asyncio
from typing import TYPE_CHECKING, Any

from brain.errors import BrainError, QuestionClosed, TooManyTexts
from brain.events.model import Event
from brain.run.deliver import Outcome
from brain.run.messages import CallTurn, Decision, Heard, How, Message
from brain.run.moves import WakeCall
from brain.run.requests import UserRequest
from brain.run.turn import Invocation
from brain.says import en
from tests.chaos.ledger import Said
from tests.chaos.processes import Process
from tests.fakes.house import Ports

if TYPE_CHECKING:
    from tests.chaos.world import World

DELIVERIES = 4  # the queue's first and its three retries
MARGIN_S = 10.0  # seconds that a caller waits beyond the patience it asked for
NEVER_S = 120.0  # seconds after which nobody waits for a question any more
TELLINGS = 10  # tries of whoever tells of an event
LONGEST_PAUSE_S = 8.0  # seconds between two tries of a caller


async def insist(world: "World", said: Said) -> None:
    """A caller as the page's client: it sends the same text until it has a 200."""
    if said.decides and not await _find_question(world, said):
        return
    if said.reports and not await _hear_question(world, said):
        return
    for attempt in range(world.story.tries):
        process = _ask(world, said)
        left_s = world.story.patience_s + MARGIN_S
        await asyncio.wait({process.connection}, timeout=said.leaves_s or left_s)
        if said.leaves_s is not None:
            return  # the next request of the turn takes its place
        pause_s = min(2.0**attempt, LONGEST_PAUSE_S)
        if not process.connection.done():
            process.is_deserted = True
        elif (error := process.connection.exception()) is None:
            return
        elif isinstance(error, QuestionClosed):
            return  # 409: the user has decided already, or said otherwise
        elif isinstance(error, TooManyTexts):
            pause_s = error.retry_after_s
        await asyncio.sleep(pause_s)


async def _find_question(world: "World", said: Said) -> bool:
    """Wait until the user is asked something; false if they never are."""
    asked = await _asked(world, said.user)
    if asked is None or asked.question is None:
        return False
    said.decision = Decision(
        question_id=asked.id,
        verdict="approve",
        tool=asked.question.tool,
        arguments=asked.question.arguments,
    )
    return True


async def _hear_question(world: "World", said: Said) -> bool:
    """Wait until the user is asked something, and report what they hear of it."""
    asked = await _asked(world, said.user)
    if asked is None:
        return False
    log = (await world.store.read(said.user, since=0, limit=10_000)).entries
    seq = next(entry.seq for entry in log if entry.id == asked.id)
    for how, seconds in said.reports:
        if how:
            process = _report(world, said.user, Heard(seq=seq, how=How(how)))
            await asyncio.wait({process.connection}, timeout=MARGIN_S)
        await asyncio.sleep(seconds)
    return True


async def _asked(world: "World", user: str) -> Message | None:
    while world.now < NEVER_S:
        asked = await world.store.question(user, None)
        if asked is not None:
            return asked.message
        await asyncio.sleep(1.0)
    return None


def _report(world: "World", user: str, heard: Heard) -> Process:
    """A call of /api/control."""
    process, _, ports = world.start(user)

    async def edge() -> None:
        try:
            await ports.store.heard(user, heard)
        finally:
            process.finish()

    world.tell(f"{process.name} is told that {heard.seq} was {heard.how} by {user}")
    process.start(edge())
    return process


async def deliver(world: "World", wake_call: WakeCall) -> None:
    """A message of the queue: it comes again until it is answered with a 200."""
    for delivery in range(DELIVERIES):
        process = _summon(world, wake_call)
        await asyncio.wait({process.connection})
        error = process.connection.exception()
        if error is None:
            return
        if not isinstance(error, BrainError | ConnectionError):
            world.ledger.crashes.append(f"{process.name}: {error!r}")
        await asyncio.sleep(3 * 4**delivery)


async def stop(world: "World", user: str) -> None:
    """A user stops what runs; a page sends it again until it has a 200."""
    for attempt in range(world.story.tries):
        process = _stop(world, user)
        await asyncio.wait({process.connection}, timeout=MARGIN_S)
        if process.connection.done() and process.connection.exception() is None:
            return
        await asyncio.sleep(2.0**attempt)


async def happen(world: "World", user: str) -> None:
    """Something happens outside; whoever tells of it does so again until it has a 200."""
    number = len(world.ledger.happened) + len(world.expected)
    event = Event(
        id=f"event-{world.clock.new_id()}",
        kind="event",
        at=world.clock.utc(),
        text=f"marmot {number}",
    )
    world.expected.add(event.id)
    for attempt in range(TELLINGS):
        process = _tell(world, user, event)
        await asyncio.wait({process.connection})
        error = process.connection.exception()
        if error is None:
            world.ledger.happened.append((user, event.id))
            return
        if not isinstance(error, BrainError | ConnectionError):
            world.ledger.crashes.append(f"{process.name}: {error!r}")
        await asyncio.sleep(min(2.0**attempt, LONGEST_PAUSE_S))


def _tell(world: "World", user: str, event: Event) -> Process:
    """A call of /api/eventToBrain."""
    process, _, ports = world.start(user)

    async def edge() -> None:
        try:
            await world.product.take_word(ports.takers(), ports.announcer, user, event)
        finally:
            process.finish()

    world.tell(f"{process.name} is told of {event.id}")
    process.start(edge())
    return process


def _stop(world: "World", user: str) -> Process:
    """A call of /api/control."""
    process, _, ports = world.start(user)

    async def edge() -> None:
        try:
            await world.product.stop_run(
                ports.store, ports.channel, ports.clock, user, run_id=None, texts=en
            )
        finally:
            process.finish()

    world.tell(f"{process.name} is told to stop the run of {user}")
    process.start(edge())
    return process


def _ask(world: "World", said: Said) -> Process:
    """A call of /api/voiceToBrain."""
    process, invocation, ports = world.start(said.user)

    async def edge() -> Outcome:
        reply = world.product.reply()
        if said.leaves_s is not None:
            asyncio.get_running_loop().call_later(
                said.leaves_s, _leave, world, process, said, reply
            )
        brain = asyncio.ensure_future(_run(world, ports, said, invocation, reply))
        brain.add_done_callback(lambda _: process.finish())
        outcome: Outcome = await world.product.wait_for(reply, patience_s=world.story.patience_s)
        told = said.unheard if process.is_deserted else said.outcomes
        told.append((process.name, outcome))
        words = outcome.message.text if outcome.message else "-"
        world.tell(f"{process.name} answers 200 {outcome.state} {words}")
        return outcome

    world.tell(f"{process.name} is asked {said.text!r} of {said.user}")
    process.start(edge())
    return process


def _leave(world: "World", process: Process, said: Said, reply: Any) -> None:
    """The caller hangs up. The host tells the function, or does not."""
    process.is_deserted = True
    if said.is_seen and reply.is_open:
        reply.leave()
        world.ledger.left.append((process.name, said.text, world.store_ms()))


async def _run(
    world: "World", ports: Ports, said: Said, invocation: Invocation, reply: Any
) -> None:
    try:
        request = UserRequest(
            user_id=said.user,
            text=said.text,
            message_id=said.message_id,
            decision=said.decision,
            turn=None if said.turn is None else CallTurn(call="c-1", index=said.turn),
            replaces=said.replaces,
            amends=said.replaces is not None,
            speculative=said.turn is not None,
        )
        await world.product.brain_go(ports.services(), request, invocation, reply)
    except BrainError as error:
        reply.fail(error)
        world.tell(f"{invocation.id} fails: {error!r}")
    except Exception as error:  # noqa: BLE001 - the edge: what the product never expected is a finding
        reply.fail(error)
        world.ledger.crashes.append(f"{invocation.id}: {error!r}")


def _summon(world: "World", wake_call: WakeCall) -> Process:
    """A call of /api/brainToBrain."""
    process, invocation, ports = world.start(wake_call.user_id)

    async def edge() -> None:
        try:
            await world.product.brain_again(ports.services(), wake_call, invocation)
        finally:
            process.finish()
            world.tell(f"{process.name} ends")

    number = wake_call.wake or wake_call.fence
    world.tell(f"{process.name} is summoned by {wake_call.reason} {number} of {wake_call.user_id}")
    process.start(edge())
    return process
