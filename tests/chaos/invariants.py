"""I1 to I8 and I16, checked after a history has come to rest.

Each check reads the store, the log, and what the far sides wrote down; none asks the brain. What
can only be seen as it happens (I2, the questions of I5) stands in the ledger already.
"""

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from brain.chat.results import UNSURE
from brain.run.decisions import decided_call_id, is_decided_id
from brain.run.deliver import Outcome
from brain.run.messages import Kind, LogEntry, Message, Utterance
from brain.run.moves import CommitKind
from brain.run.records import entry_for_channel, message_to_wire
from brain.tools.spec import Effect
from tests.chaos.far import done
from tests.chaos.ledger import Said, Step, mark_of
from tests.chaos.spoken.turns import whole_turns
from tests.chaos.world import World

WHOLE_LOG = 10_000
QUEUED_PER_INVOCATION = 2  # a hand-over or a wake-up, and the next of the chain
SHORT_S = 60.0  # an invocation that is shorter may cut an answer
QUEUED_SPARE = 4  # for texts and callers that made sure of a wake-up


async def violations(world: World) -> tuple[str, ...]:
    """What is wrong, each line beginning with the invariant it breaks."""
    wrong = [*world.ledger.wrong, *(f"I0 crashed: {crash}" for crash in world.ledger.crashes)]
    if world.pending:
        wrong.append(f"I7 not at rest after {world.now:.0f} s: {world.pending} under way")
    for user in sorted({said.user for said in world.ledger.said}):
        log = (await world.store.read(user, since=0, limit=WHOLE_LOG)).entries
        wrong += _answered(world, user, log)
        wrong += _one_sequence(world, user, log)
        wrong += _paid_once(world, user)
        wrong += _acted_once(world, user)
        wrong += world.ledger.speaking.unheard(user, log)
        wrong += whole_turns(world, log)
        wrong += _bounded(world, user)
        wrong += _delivered_in_one_place(world, user, log)
        status = str(await world.store.status(user))
        wrong += [f"I7 the status holds {s.text!r}" for s in world.ledger.said if s.text in status]
        wrong += await _told_once(world, user)
    wrong += _undisturbed(world)
    wrong += [f"I7 no time to live: {k}" for k in world.redis.names() if not world.redis.expires(k)]
    return tuple(dict.fromkeys(wrong))


def _answered(world: World, user: str, log: tuple[LogEntry, ...]) -> Iterator[str]:
    """I1 and I3: each accepted text has one terminal outcome, and the user's brain is at rest."""
    said = [said for said in world.ledger.said if said.user == user]
    accepted = {text.message_id for text in said if any(map(_is_accepted, text.outcomes))}
    whole = [entry for entry in log if isinstance(entry, Utterance) and entry.kind == "text"]
    texts = [entry for entry in whole if not entry.withdrawn]
    messages = [entry for entry in log if isinstance(entry, Message) and not entry.withdrawn]
    accepted -= {text.message_id for text in whole if text.withdrawn} - {
        text.message_id for text in texts
    }
    terminals = Counter(m.run_id for m in messages if m.done_after_this)
    state = world.ledger.state(user)
    yield from (f"I1 run {run} has {n} terminal messages" for run, n in terminals.items() if n > 1)
    yield from (
        f"I1 accepted, and in the log {n} times: {id}"
        for id in sorted(accepted)
        if (n := sum(text.message_id == id for text in texts)) != 1
    )
    for text in texts:
        if text.message_id not in accepted:
            continue
        if state.run.get("id") == text.run_id:
            if not state.is_idle:
                yield f"I1 still {state.run['state']}, with the accepted text {text.seq}"
            if state.number("consumed") < text.seq:
                yield f"I3 never taken up: text {text.seq}"
        after = [m for m in messages if m.run_id == text.run_id and m.seq > text.seq]
        if not any(m.done_after_this for m in after) and (terminals[text.run_id] or not after):
            yield f"I1 accepted and not answered: text {text.seq}"
        if not _came_to_mind(world, text):
            yield f"I3 never shown to the model: text {text.seq}"
        if not _taken_up(world, text):
            yield f"I3 a decision that was not carried out: text {text.seq}"
    for one in said:
        yield from _told_the_truth(one, [entry for entry in log if isinstance(entry, Message)])


def _is_accepted(told: tuple[str, Outcome]) -> bool:
    return bool(told[1].run_id) and told[1].state != "withdrawn"


def _came_to_mind(world: World, text: Utterance) -> bool:
    """Whether the model saw the text, or the run ended with a word that says why it did not."""
    if _broke_off(world, text):
        return True
    return any(text.text in t.shown for t in world.ledger.thoughts if t.run_id == text.run_id)


def _broke_off(world: World, text: Utterance) -> bool:
    """Whether the text's run ended with a word on why it did not come to its end."""
    ended = [s for s in world.ledger.steps if s.run_id == text.run_id and s.ended]
    stopped = {stop.message.run_id for stop in world.ledger.stops}
    return text.run_id in stopped or any(s.commit.kind is CommitKind.END for s in ended)


def _taken_up(world: World, text: Utterance) -> bool:
    """Whether a decision was carried out, or the run ended before it could be."""
    if text.decision is None:
        return True
    decided = world.ledger.decided(text.run_id)
    return any(call.id == decided_call_id(text.decision) for call in decided) or _broke_off(
        world, text
    )


def _told_the_truth(said: Said, messages: list[Message]) -> Iterator[str]:
    """A 200 tells what stands in the log."""
    wires = [message_to_wire(_as_made(message)) for message in messages]
    for process, outcome in said.outcomes:
        if outcome.message is not None and message_to_wire(outcome.message) not in wires:
            yield f"I4 {process} gave a message that the log does not hold"
        if outcome.message is not None and not outcome.message.done_after_this:
            yield f"I8 {process} gave a message that is not terminal"
        if outcome.message is not None and outcome.message.kind is Kind.BREADCRUMB:
            yield f"I8 {process} gave a breadcrumb in the response"
        if outcome.message is not None and outcome.state not in ("done", "duplicate"):
            yield f"I8 {process} gave a message and said {outcome.state}"


def _as_made[T: LogEntry](entry: T) -> T:
    """An entry of the log without what came later: it was taken back, or heard."""
    if isinstance(entry, Message):
        return replace(entry, withdrawn=False, heard=None)
    return replace(entry, withdrawn=False)


def _one_sequence(world: World, user: str, log: tuple[LogEntry, ...]) -> Iterator[str]:
    """I4: 1 to n without gaps, and what was published is what the log holds, in order."""
    if [entry.seq for entry in log] != list(range(1, len(log) + 1)):
        yield f"I4 the sequence of {user} has a gap: {[entry.seq for entry in log]}"
    if len({entry.id for entry in log}) != len(log):
        yield f"I4 an id stands in the log of {user} twice"
    wire = {entry.seq: entry_for_channel(_as_made(entry)) for entry in log}
    last: dict[str, int] = {}
    for event in world.ledger.published:
        if event.user != user or event.event != "message":
            continue
        seq = event.data["seq"]
        if wire.get(seq) != event.data:
            yield f"I4 {event.process} published {seq}, which the log does not hold so"
        if seq <= last.get(event.process, 0):
            yield f"I4 {event.process} published {seq} after {last[event.process]}"
        last[event.process] = seq


def _paid_once(world: World, user: str) -> Iterator[str]:
    """I5: as many loops as answers that are recorded."""
    for run_id in _runs(world, user):
        steps = [step for step in world.ledger.steps if step.run_id == run_id]
        loops, recorded = steps[-1].commit.spent.loops, len(world.ledger.answers(run_id))
        if loops != recorded:
            yield f"I5 run {run_id} counts {loops} loops and recorded {recorded} answers"
        if [step.commit.step for step in steps] != list(range(len(steps))):
            yield f"I5 run {run_id} recorded steps {[step.commit.step for step in steps]}"
        results = Counter(result.tool_call_id for result in world.ledger.results(run_id))
        yield from (f"I5 call {id} has {n} results" for id, n in results.items() if n > 1)
        if steps[-1].ended and steps[-1].commit.kind is not CommitKind.END:
            cut = world.ledger.cut
            answers = [one for one in world.ledger.answers(run_id) if mark_of(one) not in cut]
            calls = [call.id for one in answers for call in one.calls]
            yield from (
                f"I5 no result of call {id} was recorded" for id in calls if not results[id]
            )


def _acted_once(world: World, user: str) -> Iterator[str]:
    """I6: an act is done at most once, and its result is certain or says that it is not."""
    acts = {t.spec.name for t in world.story.tools if t.spec.effect is Effect.ACTS}
    times = Counter(deed.key for deed in world.ledger.deeds if deed.tool in acts)
    allowed = Counter(  # of any tool
        deed.key for deed in world.ledger.deeds
    )  # not only acts: any can be asked for
    yield from (f"I6 done {n} times: {key}" for key, n in times.items() if n > 1)
    for run_id in _runs(world, user):
        results = {result.tool_call_id: result for result in world.ledger.results(run_id)}
        for loop, answer in enumerate(world.ledger.answers(run_id), start=1):
            for call in answer.calls:
                if call.name in acts and call.id in results:
                    key, text = f"{run_id}:{loop}:{call.id}", results[call.id].text
                    yield from _told_truly(key, text, times[key])
        for call in world.ledger.decided(run_id):
            if call.id in results:
                yield from _told_truly(call.id, results[call.id].text, allowed[call.id])
    asking = {t.spec.name for t in world.story.tools if t.spec.asks}
    yield from (
        f"I6 done without a yes: {deed.key}"
        for deed in world.ledger.deeds
        if deed.tool in asking and not is_decided_id(deed.key)
    )


def _told_truly(key: str, text: str, times: int) -> Iterator[str]:
    if times and text not in (done(key), UNSURE):
        yield f"I6 {key} was done, and the model was told {text!r}"
    if not times and text == done(key):
        yield f"I6 {key} was not done, and the model was told that it was"


def _bounded(world: World, user: str) -> Iterator[str]:
    """I7: a run costs no more than its limits allow."""
    limits = world.story.limits
    for run_id in _runs(world, user):
        spent = _steps(world, run_id)[-1].commit.spent
        if spent.loops > limits.loops or spent.handoffs > limits.handoffs + 1:
            yield f"I7 run {run_id} passed its limits: {spent}"
    for (run_id, step), times in world.ledger.attempts.items():
        if times > limits.attempts + 1:
            yield f"I7 step {step} of run {run_id} was begun anew {times} times"
    invocations = sum(process.user == user for process in world.processes)
    queued = sum(wake_call.user_id == user for wake_call in world.ledger.queued)
    if queued > QUEUED_PER_INVOCATION * invocations + QUEUED_SPARE:
        yield f"I7 {queued} messages of the queue for {invocations} invocations of {user}"


def _delivered_in_one_place(world: World, user: str, log: tuple[LogEntry, ...]) -> Iterator[str]:
    """I8: a terminal message goes into the response or over the channel, by whoever made it.

    One that was taken back need not.
    """
    gone = {entry.id for entry in log if entry.withdrawn}
    for step in world.ledger.steps:
        if step.user != user or not step.ended or not step.commit.drafts:
            continue
        id = step.commit.drafts[-1].id
        given = sum(
            process == step.process and outcome.message is not None and outcome.message.id == id
            for said in world.ledger.said
            for process, outcome in (*said.outcomes, *said.unheard)
        )
        published = [e for e in world.ledger.published if e.data.get("id") == id]
        if any(event.process != step.process for event in published):
            yield f"I8 terminal message {id} was published by another than its maker"
        places = given + len(published)
        if places > 1:
            yield f"I8 terminal message {id} was delivered {places} times"
        if places == 0 and id not in gone and world.is_well(step.process):
            yield f"I8 terminal message {id} was delivered nowhere"
    for stop in world.ledger.stops:
        published = [e for e in world.ledger.published if e.data.get("id") == stop.message.id]
        if any(event.process != stop.process for event in published):
            yield f"I8 the last word {stop.message.id} was published by another than its maker"
        if len(published) > 1:
            yield f"I8 the last word {stop.message.id} was published {len(published)} times"
        if not published and world.is_well(stop.process):
            yield f"I8 the last word {stop.message.id} was delivered nowhere"


async def _told_once(world: World, user: str) -> list[str]:
    """I8: what was accepted from outside is told in one message as soon as somebody is there."""
    accepted = [id for who, id in world.ledger.happened if who == user]
    if accepted:
        await world.come_and_look(user)
    told = [one for one in world.ledger.told if one.user == user]
    replaced = {one.supersedes for one in told}
    times = Counter(id for one in told if one.id not in replaced for id in one.notices)
    return [f"I8 {id} was told of {times[id]} times" for id in accepted if times[id] != 1]


def _undisturbed(world: World) -> Iterator[str]:
    """I5 and I7: where nothing goes wrong, nothing is done twice and nobody is replaced."""
    if not world.is_calm or world.ledger.stops:
        return
    recorded = sum(len(world.ledger.answers(s.run_id)) for s in world.ledger.steps if s.ended)
    if world.ledger.attempts:
        yield f"I2 a brain that lived was replaced: {world.ledger.attempts}"
    if world.ledger.overran:
        yield f"I7 {world.ledger.overran} did not end in time"
    if world.ledger.asked:
        return  # what half a sentence asked for is asked for in vain
    if len(world.ledger.thoughts) != recorded and not world.story.max_duration_s < SHORT_S:
        yield f"I5 {len(world.ledger.thoughts)} questions for {recorded} answers"


def _runs(world: World, user: str) -> list[str]:
    return list(dict.fromkeys(s.run_id for s in world.ledger.steps if s.user == user))


def _steps(world: World, run_id: str) -> list[Step]:
    return [step for step in world.ledger.steps if step.run_id == run_id]
