"""Deliberate bugs in the flows of jobs and in their store, and the stories that show them.

A story may have the kinds of faults behind it that show the bug soonest: `two/stop,double`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.chaos.bugs.mutant import Mutant, bug, change
from tests.chaos.jobs.mutants import FLOWS, copies_of
from tests.chaos.jobs.product import Product

FLOW, STORE = "brain/jobs/flow.py", "tests/fakes/jobs.py"
LIFE = "brain/jobs/life/"
REHEARSALS = "brain/jobs/rehearsals/"


@contextmanager
def product_of(mutant: Mutant) -> Iterator[Product]:
    """The product with this bug."""
    with copies_of(FLOWS, mutant.changes) as copies:
        yield Product(copies=copies)


BUGS = (
    bug(
        "a mind is settled whatever its status",
        "two/stop,double",
        change(
            STORE,
            "if mind is None or mind.status not in UNSETTLED:\n"
            "            return None\n"
            "        is_complete",
            "if mind is None:\n            return None\n        is_complete",
        ),
    ),
    bug(
        "a report is asked for without a message id",
        "three/twice",
        change(
            LIFE + "concluding.py",
            "message_id=_attempt(job)",
            "message_id=services.clock.new_id()",
        ),
    ),
    bug(
        "a job is announced without an event id",
        "three",
        change(
            LIFE + "telling.py",
            'f"job-{job.id}", text',
            'f"job-{job.id}-{services.clock.new_id()}", text',
        ),
    ),
    bug(
        "a start is published before it is committed",
        "hesitant/kill.before",
        change(
            FLOW,
            "    try:\n        begun = await _stored(",
            "    from brain.jobs.rules import job_id as id_of\n"
            "    id = id_of(user_id, new.key or '')\n"
            "    await publish_sweep(services, user_id, id, 0)\n"
            "    for n in range(len(new.minds)):\n"
            "        await publish_start(services, user_id, id, n, 0)\n"
            "    try:\n        begun = await _stored(",
        ),
    ),
    bug(
        "there is no sweep",
        "three/dropped",
        change(FLOW, "    await publish_sweep(services, user_id, begun.job_id, 0)\n", ""),
    ),
    bug(
        "a sweep calls no mind again",
        "three/dropped",
        change(LIFE + "sweeping.py", "if mind.status in UNSETTLED:", "if False:"),
    ),
    bug(
        "a sweep does not look for the report",
        "three/dropped",
        change(
            LIFE + "sweeping.py",
            'elif job.status == "summarising" and _is_late(services, job):',
            "elif False:",
        ),
    ),
    bug(
        "a stop forgets what is queued",
        "three/stop",
        change(
            STORE,
            "stopped = [mind for mind in minds if mind.status in UNSETTLED]",
            'stopped = [mind for mind in minds if mind.status in ("running", "paused")]',
        ),
    ),
    bug(
        "a stop ends the runs only",
        "stopped/stop",
        change(
            FLOW,
            "    stopped = await services.jobs.stop(user_id, job_id, number=number)\n",
            "    all_of = await services.jobs.minds(user_id, job_id)\n"
            "    numbers = tuple(mind.number for mind in all_of)\n"
            "    stopped = StoppedMinds(\n"
            "        job_id=job_id, stopped=numbers, finished=(), status='stopped')\n",
        ),
        change(
            FLOW,
            'mind for mind in minds if mind.status == "stopped" and number',
            "mind for mind in minds if number",
        ),
    ),
    bug(
        "a stop writes the rows only",
        "stopped/stop",
        change(
            FLOW,
            "services.runs.stop(id, texts=texts) for id in (*begun, *reporter)",
            "services.runs.last(id) for id in (*begun, *reporter)",
        ),
    ),
    bug(
        "a mind begins without a look at its row",
        "three/stop+pause.after",
        change(
            "brain/jobs/gate.py", "if mind is None or mind.status not in UNSETTLED:", "if False:"
        ),
    ),
    bug(
        "a mind goes on if the store cannot be asked",
        "stopped/outage",
        change("brain/jobs/gate.py", 'raise LeaseLost("not known to be wanted") from error', "..."),
    ),
    bug(
        "the day's tokens are read outside the lock",
        "rivals",
        change(
            STORE,
            "taken = self.reserved.get(day, 0) + self.used.get(day, 0)\n",
            "taken = self.reserved.get(day, 0) + self.used.get(day, 0)\n"
            "        await __import__('asyncio').sleep(0.01)\n",
        ),
    ),
    bug(
        "reserved tokens are given back with each report",
        "beside/double",
        change(
            STORE,
            "job is None or job.report is not None or job.status",
            "job is None or job.status",
        ),
        change(
            STORE,
            'not in ("summarising", "stopped"):',
            'not in ("summarising", "stopped", "complete"):',
        ),
    ),
    bug(
        "a mind has no limit of tokens",
        "dear",
        change("brain/jobs/minds.py", "wall_s=wall_s, tokens=tokens)", "wall_s=wall_s)"),
    ),
    bug(
        "a job is announced before its report is stored",
        "three",
        change(
            LIFE + "concluding.py",
            "    ended = await services.jobs.file_report(",
            "    from dataclasses import replace\n"
            "    await announce(services, replace(job, report=whole))\n"
            "    ended = await services.jobs.file_report(",
        ),
    ),
    bug(
        "a result loses that it is foreign",
        "two",
        change(LIFE + "outcomes.py", "foreign=run.is_tainted", "foreign=False"),
    ),
    bug(
        "a job loses that a result is foreign",
        "two",
        change(
            STORE,
            "            usd=cost(job, outcome),\n"
            "            foreign=job.foreign or mind.foreign,\n",
            "            usd=cost(job, outcome),\n",
        ),
    ),
    bug(
        "what is said to a mind has a new message id each time",
        "steered",
        change(
            LIFE + "steering.py",
            "Say(text=text, message_id=message_id)",
            "Say(text=text, message_id=services.clock.new_id())",
        ),
    ),
    bug(
        "a talk does not look whether it is paused",
        "paused",
        change(
            "brain/jobs/talks/speaking.py",
            'if mind is not None and mind.status == "paused":',
            "if False:",
        ),
    ),
    bug(
        "a text of the player has a new message id each time",
        "rehearsed/twice,freeze.after",
        change(
            REHEARSALS + "kind.py",
            "message_id=say_id(turn)",
            "message_id=self._base.platform.clock.new_id()",
        ),
    ),
    bug(
        "a move of the player is not kept",
        "rehearsed",
        change(
            REHEARSALS + "playing.py",
            "return _sensible(move_from_step(await self.kept.keep_step(self.mind_id, step)))",
            "return _sensible(move_from_step(entry))",
        ),
    ),
    bug(
        "a rehearsal does not keep its last steps",
        "rehearsed",
        change(
            REHEARSALS + "kind.py",
            "        await stage.keep(run, log)\n        if any(",
            "        if any(",
        ),
    ),
    bug(
        "an effect is noted once for each attempt of its call",
        "rehearsed/kill.after",
        change(
            REHEARSALS + "world.py",
            "key, arguments = invocation.idempotency_key, invocation.arguments",
            "key, arguments = str(id(invocation)), invocation.arguments",
        ),
    ),
)
