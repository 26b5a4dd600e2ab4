"""What must hold of jobs after a history has come to rest: I12, I13, I15, taint, steering.

What must hold at every moment stands in the ledger already.
"""

import json
from collections import Counter
from collections.abc import Iterator

from brain.cloud.redis.scripts import Keys
from brain.jobs.model import Job, Mind
from brain.jobs.rules import REPORTER, job_id, mind_id
from brain.run.messages import Utterance
from tests.chaos.jobs.ledger import CLOSED, SETTLED, Answer, Begun
from tests.chaos.jobs.rehearsed import played
from tests.chaos.jobs.stories import USER, Start
from tests.chaos.jobs.world import JobWorld

WHOLE_LOG = 1_000
NEAR_S = 0.1  # seconds between the last look at the row and what follows from it


async def violations(world: JobWorld) -> tuple[str, ...]:
    """What is wrong, each line beginning with the invariant it breaks."""
    ledger = world.ledger
    wrong = [*ledger.wrong, *(f"I0 crashed: {crash}" for crash in ledger.crashes)]
    if world.pending:
        wrong.append(f"I12 not at rest after {world.now:.0f} s: {world.pending} under way")
    for one in world.story.starts:
        if one.key in ledger.accepted:
            found = await world.jobs.whole(USER, ledger.accepted[one.key].job_id)
            if found is None:
                wrong.append(f"I12 {one.key} was accepted, and is not there")
                continue
            job, minds = found
            wrong += _ended(job, minds)
            wrong += _announced_once(world, one, job, minds)
            wrong += _foreign(world, job, minds)
            wrong += await _asked_once(world, job)
            wrong += await played(world, job, minds)
        else:
            wrong += _nothing_of(world, one)
    wrong += _stopped(world)
    wrong += _paused(world)
    wrong += await _steered(world)
    wrong += _paid(world)
    return tuple(dict.fromkeys(wrong))


def _ended(job: Job, minds: list[Mind]) -> Iterator[str]:
    """I12: each mind has one outcome, and the job its report."""
    if job.finished_at is None or job.report is None or job.status not in CLOSED:
        yield f"I12 {job.title} has not ended: {job.status}"
    for mind in minds:
        if mind.status not in SETTLED or not mind.ended_reason:
            yield f"I12 {mind.label} has no outcome: {mind.status}"
        if mind.status == "complete" and not mind.result:
            yield f"I12 {mind.label} is complete without a result"
    if job.status == "complete" and not job.completed_count:
        yield f"I12 {job.title} is complete, and nothing is done"
    if job.status == "failed" and job.completed_count:
        yield f"I12 {job.title} has failed, and something is done"


def _announced_once(world: JobWorld, one: Start, job: Job, minds: list[Mind]) -> Iterator[str]:
    """I12: the notice board holds the event of a job once, or one of each mind."""
    forms = [json.loads(form) for form in world.redis.dump(Keys.of(USER).key("held")) or ()]
    held = Counter(str(form["id"]) for form in forms)
    whole = f"job-{job.id}"
    ids = [whole]
    if one.joins_each and job.status != "stopped":
        ids = [f"{whole}-{mind.number}" for mind in minds]
    for id in ids:
        if held[id] != 1:
            yield f"I12 {id} is announced {held[id]} times"
    yield from (
        f"taint: the announcement of {job.title} is not foreign"
        for form in forms
        if form["id"] == whole and job.foreign and not form.get("foreign")
    )


def _foreign(world: JobWorld, job: Job, minds: list[Mind]) -> Iterator[str]:
    """A foreign result makes report and document foreign."""
    for mind in minds:
        if mind.result and mind.label in world.ledger.tainted and not mind.foreign:
            yield f"taint: the result of {mind.label} is not foreign"
        if mind.foreign and not job.foreign:
            yield f"taint: {job.title} is not foreign"
    document = world.jobs.documents.get(f"{job.id}-report")
    if document is not None and job.foreign and not document[2]:
        yield f"taint: the document of {job.title} is not foreign"


async def _asked_once(world: JobWorld, job: Job) -> list[str]:
    """I12: each attempt at the report is one request to the reporter."""
    page = await world.store().read(mind_id(job.id, REPORTER), since=0, limit=WHOLE_LOG)
    asked = [entry.message_id for entry in page.entries if isinstance(entry, Utterance)]
    if len(asked) <= job.report_tries + 1:
        return []
    return [f"I12 the report of {job.title} is asked for as {asked}"]


def _nothing_of(world: JobWorld, one: Start) -> Iterator[str]:
    """What was refused has not begun."""
    if (USER, job_id(USER, f"{one.key}-{one.key}")) not in world.jobs.jobs:
        yield from (f"I12 {b.who} began" for b in world.ledger.begun if b.who.startswith(one.key))


def _stopped(world: JobWorld) -> Iterator[str]:
    """I13: after the answer to a stop nothing begins in what was stopped."""
    for answer in world.ledger.answers:
        if answer.what != "stop" or answer.stopped is None:
            continue
        for begun in world.ledger.begun:
            is_its = begun.who.startswith(answer.key)
            if is_its and _is_stopped(answer, begun.who) and _is_after(answer, begun):
                late = begun.at - answer.at
                yield f"I13 {begun.what} of {begun.who} began {late:.2f} s after the stop"


def _is_stopped(answer: Answer, who: str) -> bool:
    if answer.number is None:
        return answer.stopped is not None and answer.stopped.status == "stopped"
    number = who[len(answer.key) :]
    return number == str(answer.number)


def _is_after(answer: Answer, begun: Begun) -> bool:
    return begun.at > answer.at + begun.held_s["lease"]


def _paused(world: JobWorld) -> Iterator[str]:
    """A paused talk makes no model call until it is resumed."""
    answers = world.ledger.answers
    for answer in (one for one in answers if one.what == "pause"):
        ends = [o.at for o in answers if (o.what, o.key) == ("resume", answer.key)]
        until = min((at for at in ends if at > answer.at), default=float("inf"))
        for begun in world.ledger.begun:
            is_in = answer.at + NEAR_S + begun.held_s["row"] < begun.at < until - NEAR_S
            if is_in and begun.who.startswith(answer.key) and begun.who != answer.key:
                yield f"pause: {begun.who} went on {begun.at - answer.at:.2f} s after it"


async def _steered(world: JobWorld) -> list[str]:
    """What is said to a mind joins once, and is shown to it if it comes to its end."""
    wrong = []
    for answer in world.ledger.answers:
        if answer.what != "say" or answer.said is None:
            continue
        message_id, said = answer.said.split()
        id = mind_id(job_id(USER, f"{answer.key}-{answer.key}"), answer.number or 0)
        page = await world.store().read(id, since=0, limit=WHOLE_LOG)
        times = sum(isinstance(e, Utterance) and e.message_id == message_id for e in page.entries)
        if times > 1 or (times < 1 and said != "ended"):
            wrong.append(f"I3 {answer.said} stands {times} times in the log of {id[-8:]}")
        mind = await world.jobs.mind(id)
        was_shown = any(f"badger {message_id}" in begun.shown for begun in world.ledger.begun)
        if mind.status == "complete" and said != "ended" and not was_shown:
            wrong.append(f"I3 {answer.said} was never shown to {mind.label}")
    return wrong


def _paid(world: JobWorld) -> Iterator[str]:
    """I12 and I15: what is used is counted, and what was reserved is given back."""
    jobs = list(world.jobs.jobs.values())
    counted = sum(job.tokens_in + job.tokens_out for job in jobs)
    used = sum(world.jobs.used.values())
    if used != counted:
        yield f"I15 the jobs have used {counted} tokens, and the day {used}"
    if not world.happened and not world.story.doings and counted != world.ledger.tokens:
        yield f"I15 the model was asked for {world.ledger.tokens} tokens, and {counted} are counted"
