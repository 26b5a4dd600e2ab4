"""Whether a run is tainted, as values."""

from datetime import timedelta
from typing import Literal

import pytest
from msgspec.structs import replace

from brain.run.decisions import is_tainted
from brain.run.history import FRESH
from brain.run.journal import Entry, Joined, Overheard, Returned
from brain.run.messages import Decision, Kind, LogEntry, Message, Remark, Utterance
from tests.fakes.clock import EPOCH


def began(after: timedelta) -> Joined:
    text = Utterance(
        id="u", seq=9, text="Hi", message_id="m", run_id="r", created_at=EPOCH + after
    )  # fmt: skip
    return Joined(utterance=text)


def said(*, foreign: bool) -> Message:
    return Message(
        id="m", seq=2, kind=Kind.SAY, text="So.", done_after_this=True, run_id="r", answers_seq=1,
        created_at=EPOCH, foreign=foreign,
    )  # fmt: skip


def overheard(role: Literal["user", "assistant"]) -> Overheard:
    return Overheard(seq=9, remarks=(Remark(role=role, text="Anna wrote to you."),))


READ = Returned(tool_call_id="c", text="an email", foreign=True)
LOOKED = Returned(tool_call_id="c", text="a document")
THEIRS, OURS = said(foreign=True), said(foreign=False)
SOON, LATER = began(FRESH / 2), began(FRESH)
MEANWHILE = began(FRESH / 2).utterance


def decided(*, foreign: bool) -> Joined:
    decision = Decision(
        question_id="q", verdict="reject", tool="send", arguments={"to": "eve"}, foreign=foreign
    )
    return Joined(utterance=replace(SOON.utterance, decision=decision))


@pytest.mark.parametrize(
    ("journal", "history", "tainted"),
    [
        ([SOON], [], False),
        ([SOON, LOOKED], [OURS], False),
        ([SOON, LOOKED, READ], [], True),
        ([LATER, READ], [], True),
        ([SOON], [OURS, THEIRS], True),
        ([LATER], [OURS, THEIRS], False),  # the model is not shown it any more
        ([overheard("user"), LATER], [THEIRS], False),
        ([overheard("assistant"), LATER], [THEIRS], False),  # after a pause
        ([overheard("assistant"), LATER], [THEIRS, MEANWHILE], True),  # it may repeat it
        ([overheard("user"), LATER], [THEIRS, MEANWHILE], False),
        ([LATER], [THEIRS, MEANWHILE], False),
        ([overheard("assistant"), LATER], [OURS], False),
        ([decided(foreign=True)], [], True),
        ([decided(foreign=False)], [], False),
    ],
)
def test_a_run_is_tainted_while_the_model_is_shown_foreign_text(
    journal: list[Entry], history: list[LogEntry], tainted: bool
) -> None:
    assert is_tainted(journal, history) is tainted
