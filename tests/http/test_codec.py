"""Stored and wire forms."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain import codec
from brain.errors import EntryUnreadable
from brain.run import records
from brain.run.journal import Answered, Interrupted, Joined, Overheard, Returned, RunRecord, Started
from brain.run.messages import Draft, Kind, Message, Remark, Speak, Utterance, UtteranceDraft
from brain.tools.spec import ToolCall
from tests.fakes.clock import EPOCH

DRAFT = Draft(
    id="d1", kind=Kind.SAY, text="Grüße 👋", answers_seq=4, created_at=EPOCH, agent_call_id="c",
    speak=Speak.WHEN_IDLE,
)  # fmt: skip
FACTS: list[RunRecord] = [
    Answered(text="t", calls=(ToolCall(id="a", name="n", arguments="{"),), tokens=7),
    Interrupted(text="half"),
    Started(tool_call_id="a"),
    Returned(tool_call_id="a", text="r", failed=True),
]


@pytest.mark.parametrize("fact", FACTS)
def test_journal_entries_survive_a_round_trip(fact: RunRecord) -> None:
    assert records.entry_from_journal(records.entry_to_journal(fact), run_id="r") == fact


def test_a_draft_comes_back_as_the_message_at_its_place() -> None:
    stored = records.draft_to_log(DRAFT)
    entry = records.entry_from_log(seq=5, kind="t", run_id="r", stored=stored)
    assert entry == DRAFT.placed(seq=5, run_id="r", done_after_this=True)


def test_an_utterance_comes_back_from_the_log_and_from_the_journal() -> None:
    draft = UtteranceDraft(id="u", text="Hi", message_id="m", agent_call_id="c", created_at=EPOCH)
    stored = records.utterance_to_log(draft)
    utterance = Utterance(
        id="u", seq=3, text="Hi", message_id="m", run_id="r", created_at=EPOCH, agent_call_id="c"
    )
    assert draft.placed(seq=3, run_id="r") == utterance
    assert records.entry_from_log(seq=3, kind="u", run_id="r", stored=stored) == utterance
    joined = records.entry_from_journal(f"u3 {stored}", run_id="r")
    assert joined == Joined(utterance=utterance)


def test_a_recent_context_comes_back() -> None:
    remarks = (Remark(role="user", text="a"), Remark(role="assistant", text="b"))
    line = f"c7 {records.remarks_to_journal(remarks)}"
    assert records.entry_from_journal(line, run_id="r") == Overheard(seq=7, remarks=remarks)
    assert records.remarks_to_journal(()) == ""


@pytest.mark.parametrize("entry", [
    DRAFT.placed(seq=5, run_id="r", done_after_this=False),
    Message(
        id="m", seq=1, kind=Kind.NOTIFICATION, text="", done_after_this=False, run_id="r",
        answers_seq=0, created_at=EPOCH, expires_at=EPOCH, supersedes="x",
    ),
    Utterance(id="u", seq=3, text="Hi", message_id="m", run_id="r", created_at=EPOCH),
])  # fmt: skip
def test_the_wire_form_comes_back(entry: Message | Utterance) -> None:
    wire = json.loads(json.dumps(records.entry_to_wire(entry)))
    assert records.entry_from_wire(wire) == entry


@pytest.mark.parametrize(
    "line",
    [
        "e {",
        "e []",
        'e {"is":"answered"}',
        'e {"v":2,"is":"started","call":"a"}',
        'e {"v":1,"is":"dreamt"}',
        'e {"v":1,"is":"started"}',
        'ux {"v":1}',
        'c1 {"v":1}',
        'cx {"v":1,"remarks":[]}',
        "",
    ],
)
def test_an_invalid_journal_line_is_unreadable(line: str) -> None:
    with pytest.raises(EntryUnreadable):
        records.entry_from_journal(line, run_id="r")


def test_an_invalid_log_entry_is_unreadable() -> None:
    with pytest.raises(EntryUnreadable):
        records.entry_from_wire({"role": "brain"})


def test_a_message_too_long_for_the_channel_goes_without_its_text() -> None:
    short = DRAFT.placed(seq=5, run_id="r", done_after_this=True)
    assert records.message_for_channel(short) == records.message_to_wire(short)
    long = Draft(id="d", kind=Kind.SAY, text="ü" * 5_200, answers_seq=1, created_at=EPOCH)
    wire = records.message_for_channel(long.placed(seq=6, run_id="r", done_after_this=True))
    assert "text" not in wire
    assert (wire["truncated"], wire["seq"]) == (True, 6)


def test_a_message_says_how_it_is_spoken_where_that_is_not_its_text() -> None:
    def wire(text: str) -> codec.Json:
        draft = Draft(id="d", kind=Kind.SAY, text=text, answers_seq=1, created_at=EPOCH)
        return records.message_to_wire(draft.placed(seq=6, run_id="r", done_after_this=True))

    assert "speech" not in wire("All is well.")
    assert wire("**All** is [well](https://example.org).")["speech"] == "All is well."
    assert wire("🎉")["speech"] == ""
    assert records.entry_from_wire({**wire("*Yes*"), "speech": "No"}).text == "*Yes*"


def test_text_and_speech_together_fit_into_the_channel_or_are_read_from_the_log() -> None:
    draft = Draft(id="d", kind=Kind.SAY, text="*a* " * 2_000, answers_seq=1, created_at=EPOCH)
    wire = records.message_for_channel(draft.placed(seq=6, run_id="r", done_after_this=True))
    assert ("text" in wire, "speech" in wire, wire["truncated"]) == (False, False, True)


def test_times_are_written_in_utc_with_milliseconds() -> None:
    assert codec.iso(EPOCH) == "2026-01-01T00:00:00.000Z"
    assert codec.iso_ms(1_767_225_600_123) == "2026-01-01T00:00:00.123Z"


@given(st.text(st.characters(exclude_categories=[])))
def test_a_clean_text_can_be_stored(text: str) -> None:
    cleaned = codec.clean(text)
    assert "\0" not in cleaned
    cleaned.encode()
    assert codec.clean(cleaned) == cleaned
