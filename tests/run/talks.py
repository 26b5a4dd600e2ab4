"""Random runs, as they are at each moment at which the model is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st
from msgspec.structs import replace

from brain.chat.results import ASKED
from brain.run.decisions import decided_call
from brain.run.journal import Answered, Entry, Interrupted, Joined, Overheard, Returned, Run, Spent
from brain.run.messages import Decision, Kind, LogEntry, Message, Question, Remark, Utterance
from brain.tools.spec import ToolCall
from tests.fakes.clock import EPOCH

TEXTS = st.sampled_from(["Hi.", "", " \n", "Where to?", "猫はどこ。", "[note]", "long " * 200])
NAMES = st.sampled_from(
    ["find", "functions.find", "", "<|x|>", "sayToUser" * 20, "a b", "find<|c|>"]
)
ARGUMENTS = st.sampled_from(
    ["{}", "", '{"a":1}', "[1]", '"text"', '{"a":', "NaN", '{"a":NaN}', '{"a":"\\ud800"}', "null"]
)
IDS = st.sampled_from(["c0", "call_1", "decided-q", "123456789"])


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A run and its log at a moment at which the model is asked."""

    run: Run
    history: Sequence[LogEntry]


def user(seq: int, text: str, *, run_id: str = "r", decision: Decision | None = None) -> Utterance:
    at = EPOCH + timedelta(minutes=seq)
    return Utterance(
        id=f"u{seq}", seq=seq, text=text, message_id="m", run_id=run_id, created_at=at,
        decision=decision,
    )  # fmt: skip


def brain(seq: int, text: str, *, run_id: str = "r", kind: Kind = Kind.SAY) -> Message:
    at = EPOCH + timedelta(minutes=seq)
    question = Question(whom="user", tool="find", arguments={}, expires_at=at)
    return Message(
        id=f"b{seq}", seq=seq, kind=kind, text=text, done_after_this=True, run_id=run_id,
        answers_seq=seq - 1, created_at=at, question=question if kind is Kind.QUESTION else None,
    )  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> list[LogEntry]:
    """Draw the log before a run."""
    who = st.tuples(TEXTS, st.sampled_from([None, *Kind]))
    said = draw(st.lists(who, min_size=1, max_size=5))
    entries: list[LogEntry] = []
    for seq in range(1, draw(st.sampled_from([0, 1, 5, 70])) + 1):
        text, kind = said[seq % len(said)]
        made = user(seq, text, run_id="old")
        entries.append(brain(seq, text, run_id="old", kind=kind) if kind else made)
    return entries


@st.composite
def answers(draw: st.DrawFn) -> list[Entry]:
    """Draw an answer with calls, and their results in any order."""
    ids = draw(st.lists(IDS, min_size=1, unique=True))
    calls = tuple(ToolCall(id=id, name=draw(NAMES), arguments=draw(ARGUMENTS)) for id in ids)
    carried = draw(st.sampled_from([None, {"model": "m", "message": {"x": 1}, "calls": []}]))
    results = [
        Returned(tool_call_id=id, text=draw(TEXTS), foreign=draw(st.booleans()))
        for id in draw(st.permutations(ids))
    ]
    return [Answered(text=draw(TEXTS), calls=calls, carried=carried), *results]


@st.composite
def runs(draw: st.DrawFn) -> list[Moment]:
    """Draw a run, perhaps continued after a question, whenever the model is asked."""
    history = draw(logs())
    seq = len(history) + 1
    run = Run(run_id="r", step=0, first_seq=seq, spent=Spent(started_ms=0), journal=())
    journal: list[Entry] = [Joined(utterance=user(seq, draw(TEXTS)))]
    moments: list[Moment] = []
    for what in ["join", *draw(st.lists(st.sampled_from(["call", "join", "cut", "ask", "say"])))]:
        seq += 1
        if what == "call":
            journal += draw(answers())
        elif what == "cut":
            journal.append(Interrupted(text=draw(TEXTS)))
        elif what == "ask":
            history, run = _asked(history, run, journal, seq)
            seq += 3
        if what in ("join", "say"):
            remarks = (Remark(role="assistant", text=draw(TEXTS)),)
            journal += [Answered(text=draw(TEXTS), calls=())] if what == "say" else []
            journal += [Overheard(seq=seq, remarks=remarks)] if draw(st.booleans()) else []
            journal.append(Joined(utterance=user(seq, draw(TEXTS), run_id=run.run_id)))
        moments.append(Moment(run=replace(run, journal=tuple(journal)), history=tuple(history)))
    return moments


def _asked(
    history: list[LogEntry], run: Run, journal: list[Entry], seq: int
) -> tuple[list[LogEntry], Run]:
    """Ask a question and approve, after another talk; return the log and the run from then on."""
    call = ToolCall(id="c9", name="find", arguments="{}")
    said = [entry.utterance for entry in journal if isinstance(entry, Joined)]
    known = {entry.seq for entry in history}
    question = brain(seq, f"Shall I, {seq}?", run_id=run.run_id, kind=Kind.QUESTION)
    other = f"other{seq}"
    between = (user(seq + 1, "And?", run_id=other), brain(seq + 2, "So.", run_id=other))
    new = [entry for entry in said if entry.seq not in known]
    decision = Decision(question_id=question.id, verdict="approve", tool="find", arguments={})
    yes = user(seq + 3, "Yes.", run_id=f"r{seq}", decision=decision)
    journal += [
        Answered(text="", calls=(call,)),
        Returned(tool_call_id="c9", text=ASKED),
        Joined(utterance=yes),
        decided_call(decision),
        Returned(tool_call_id=decided_call(decision).calls[0].id, text="Done."),
    ]
    after = replace(run, run_id=f"r{seq}", first_seq=seq + 3)
    return [*history, *new, question, *between], after
