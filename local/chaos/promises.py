"""Checks the promises from outside. Pure functions: evidence in, violations out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from local.chaos.evidence import Evidence, Json, ModelRequest

type Check = Callable[[Evidence], Iterator[str]]


def violations(evidence: Evidence, *, disturbed: int | None = 0) -> list[str]:
    """Return the violations; each line begins with the promise that it breaks.

    `disturbed` is the number of faults: each may cost one step that was not yet recorded. None: do
    not check the number.
    """
    wrong = [line for check in CHECKS.values() for line in check(evidence)]
    repeats = asked_again(evidence)
    if disturbed is not None and repeats > disturbed:
        wrong.append(f"I5 the model was asked {repeats} times again for {disturbed} disturbances")
    return wrong


def answered(evidence: Evidence) -> Iterator[str]:
    """Check that each accepted text is in the log once, and that its run has one final message
    after it.
    """
    lasts = [entry for entry in evidence.log if entry.get("doneAfterThis")]
    for run, times in Counter(entry["runId"] for entry in lasts).items():
        if times > 1:
            yield f"I1 run {run} has {times} terminal messages"
    texts = {entry["seq"]: entry for entry in evidence.log if entry["role"] == "user"}
    for seq in sorted({outcome["seq"] for outcome in evidence.accepted}):
        if seq not in texts:
            yield f"I1 text {seq} was accepted and is not in the log"
        elif not any(m["runId"] == texts[seq]["runId"] and m["seq"] > seq for m in lasts):
            yield f"I1 text {seq} was accepted and is not answered"
    ids = Counter(entry["messageId"] for entry in texts.values())
    yield from (f"I1 text {id} is in the log {n} times" for id, n in ids.items() if n > 1)


def one_brain(evidence: Evidence) -> Iterator[str]:
    """Check that nothing is said in a run after its final message, so that one brain was at
    work.
    """
    over: set[str] = set()
    for entry in evidence.log:
        if entry["runId"] in over:
            yield f"I2 run {entry['runId']} went on at {entry['seq']} after its end"
        if entry.get("doneAfterThis"):
            over.add(entry["runId"])


def at_rest(evidence: Evidence) -> Iterator[str]:
    """Check that no text is left waiting and that the lease is free."""
    last = evidence.log[-1] if evidence.log else {"role": "brain"}
    if last["role"] == "user":
        yield f"I3 text {last['seq']} is stranded"
    if evidence.status["state"] != "idle":
        yield f"I3 the brain is {evidence.status['state']} after the end"


def _differing(logged: Json, delivered: Json, *, is_mixed: bool) -> list[str]:
    """Return the names of the fields that are not the same. How much was heard changes later.

    An earlier release leaves out the fields that it does not know.
    """
    absent = object()
    both = logged.keys() & delivered.keys() if is_mixed and logged else logged.keys() | delivered
    return [
        name
        for name in sorted(both)
        if name != "heard" and logged.get(name, absent) != delivered.get(name, absent)
    ]


def one_sequence(evidence: Evidence) -> Iterator[str]:
    """Check that the sequence is 1 to n without gaps, and that nothing outside the log was
    published or answered.
    """
    seqs = [entry["seq"] for entry in evidence.log]
    if seqs != list(range(1, len(seqs) + 1)):
        yield f"I4 the sequence has gaps or doubles: {seqs}"
    if evidence.status["lastSeq"] != len(seqs):
        yield f"I4 the status knows {evidence.status['lastSeq']} entries, the log has {len(seqs)}"
    by_id = {entry["id"]: entry for entry in evidence.log}
    if len(by_id) != len(seqs):
        yield "I4 an id is in the log twice"
    answers = [outcome["message"] for outcome in evidence.accepted if outcome["message"]]
    for message in (*evidence.heard, *answers):
        logged = by_id.get(message["id"], {})
        if other := _differing(logged, message, is_mixed=evidence.is_mixed):
            where = ", ".join(other)
            yield f"I4 message {message['seq']} was delivered and is not so in the log: {where}"


def never_forgotten(evidence: Evidence) -> Iterator[str]:
    """Check that the model keeps seeing all of its recorded answers."""
    for before, now in _pairs(evidence):
        if now.answers < before.answers and (now.answers > 0 or now.texts == before.texts):
            yield f"I5 the model was shown {before.answers} of its answers, and then {now.answers}"


def done_once(evidence: Evidence) -> Iterator[str]:
    """Check that no tool ran twice by mistake: it would leave a second document."""
    yield from (f"I6 kept {n} times: {note}" for note, n in evidence.notes.items() if n > 1)
    for message in evidence.log:
        if message["role"] == "brain" and message["text"].startswith(KEPT):
            # The answer may also mention a text that joined the run.
            note = message["text"].removeprefix(KEPT).split(" You also said: ")[0]
            if not any(note in kept for kept in evidence.notes):
                yield f"I6 said to be kept and not there: {note}"


def in_one_place(evidence: Evidence) -> Iterator[str]:
    """Check that each message is on the channel at most once, and no final message that was in the
    response.
    """
    times = Counter(message["id"] for message in evidence.heard)
    yield from (f"I8 message {id} was published {n} times" for id, n in times.items() if n > 1)
    for outcome in evidence.accepted:
        message: Json | None = outcome["message"]
        if message and not message["doneAfterThis"]:
            yield f"I8 the response brought message {message['seq']}, which is not terminal"


KEPT = "I have written it down: "  # the scripted model's answer when it has saved a note

CHECKS: dict[str, Check] = {
    "I1 accepted means answered": answered,
    "I2 one brain per user": one_brain,
    "I3 no stranded message": at_rest,
    "I4 one sequence": one_sequence,
    "I5 no recorded step is paid for again": never_forgotten,
    "I6 effects at most once": done_once,
    "I8 delivery in one place": in_one_place,
}


def asked_again(evidence: Evidence) -> int:
    """Return how often the model was asked for a step that it had been asked for before."""
    return sum(
        now.answers == before.answers and now.texts == before.texts
        for before, now in _pairs(evidence)
    )


def _pairs(evidence: Evidence) -> Iterator[tuple[ModelRequest, ModelRequest]]:
    yield from zip(evidence.asked, evidence.asked[1:], strict=False)
