"""Which turn of a call a request belongs to. Pure."""

from typing import Any

import pytest

from brain.voice.chat.model import LastTurn, Owed, PlacedText
from brain.voice.chat.reading import asked_in
from brain.voice.chat.rules import ends_turn, place

type Json = dict[str, Any]

A, U = "assistant", "user"


def body(*lines: str, **more: Any) -> Json:
    """Return a request: lines that begin with `A ` are the assistant's, others the user's."""
    told = [(A, line[2:]) if line.startswith("A ") else (U, line) for line in lines]
    return {"messages": [{"role": role, "content": text} for role, text in told], **more}


class Call:
    """The requests of one call, one after another."""

    def __init__(self, call: str = "c-1") -> None:
        self.call = call
        self.last: LastTurn | None = None
        self.now_ms = 1_000_000

    def ask(self, *lines: str, key: str = "", after_s: float = 1.0) -> PlacedText:
        self.now_ms += round(after_s * 1000)
        headers = {"x-call-id": self.call} if self.call else {}
        headers |= {"idempotency-key": key} if key else {}
        placed = place(asked_in(body(*lines), headers), self.last, self.now_ms)
        self.last = placed.turn
        return placed


def test_a_longer_text_of_the_turn_replaces_the_shorter_one() -> None:
    call = Call()
    first = call.ask("Book a table")
    second = call.ask("Book a table for two")
    third = call.ask("Book a table for two no three")
    assert (first.is_next, second.is_next, third.is_next) == (True, False, False)
    assert (second.replaces, third.replaces) == (first.message_id, second.message_id)
    assert first.index == second.index == third.index == 0
    assert len({first.message_id, second.message_id, third.message_id}) == 3


def test_the_same_request_is_the_same_text() -> None:
    call = Call()
    first, again = call.ask("Compare"), call.ask("Compare", after_s=3_000)
    assert (again.message_id, again.is_next, again.replaces) == (first.message_id, False, None)


def test_the_same_words_after_an_answer_are_a_new_text() -> None:
    call = Call()
    first = call.ask("What time is it?")
    second = call.ask("What time is it?", "A Ten.", "What time is it?")
    assert (second.is_next, second.index) == (True, 1)
    assert second.message_id != first.message_id
    again = call.ask("What time is it?", "A Ten.", "What time is it?")
    assert again.message_id == second.message_id
    third = call.ask(*["What time is it?", "A Ten."] * 2, "What time is it?")
    assert third.index == 2


def test_a_transcript_that_goes_back_is_the_former_text_again() -> None:
    call = Call()
    first = call.ask("Call Tom")
    second = call.ask("Call Tomas")
    third = call.ask("Call Tom")
    assert (third.message_id, third.replaces) == (first.message_id, second.message_id)


def test_texts_that_nobody_answered_belong_together() -> None:
    call = Call()
    call.ask("Hello", "A Hi.", "Book a table")
    second = call.ask("Hello", "A Hi.", "Book a table", "for two")
    assert not second.is_next
    assert second.turn.words == "Book a table for two"


def test_an_answer_that_was_corrected_to_what_was_heard_is_the_same_turn() -> None:
    call = Call()
    call.ask("Hi", "A There are three appointments. The first is at nine.", "Stop")
    second = call.ask("Hi", "A There are three", "Stop that")
    assert not second.is_next


def test_a_history_that_is_cut_off_at_its_beginning_goes_on() -> None:
    call = Call()
    call.ask("One", "A First.", "Two", "A Second.", "Three")
    second = call.ask("Two", "A Second.", "Three", "A Third.", "Four")
    assert (second.is_next, second.index) == (True, 3)
    third = call.ask("A Fourth.", "Five")
    assert (third.is_next, third.index) == (True, 4)


def test_without_a_call_only_a_text_of_the_last_seconds_is_replaced() -> None:
    call = Call("")
    first = call.ask("Play")
    second = call.ask("Play the news", after_s=5)
    assert second.replaces == first.message_id
    third = call.ask("Play the music", after_s=11)
    assert (third.replaces, third.is_next) == (None, True)
    retried = call.ask("Play the music", after_s=40)
    assert retried.message_id == third.message_id
    again = call.ask("Play the music", after_s=70)
    assert (again.is_next, again.message_id == third.message_id) == (True, False)


def test_keys_name_the_texts() -> None:
    call = Call("")
    first = call.ask("Play", key="k-11111111")
    second = call.ask("Play the news", key="k-22222222")
    assert (first.message_id, second.message_id) == ("k-11111111", "k-22222222")
    assert second.replaces == first.message_id
    late = call.ask("Play", key="k-11111111")
    assert (late.is_over, late.turn) == (True, second.turn)
    again = call.ask("Play the news", key="k-22222222")
    assert (again.message_id, again.is_over) == (second.message_id, False)
    odd = Call().ask("Play", key="k 1")
    assert odd.message_id.startswith("key-")


def test_a_late_retry_of_an_earlier_turn_changes_nothing() -> None:
    for key in ("", "k-11111111"):
        call = Call()
        first = call.ask("Hello", key=key)
        second = call.ask("Hello", "A Hi.", "Thanks", key=key and "k-22222222")
        late = call.ask("Hello", key=key)
        assert (late.message_id, late.turn) == (first.message_id, second.turn)
        assert not late.is_next


def test_calls_do_not_meet() -> None:
    one, other = Call("c-1").ask("Hello"), Call("c-2").ask("Hello")
    assert one.message_id != other.message_id


def test_what_is_owed_is_told_after_the_next_turn_and_only_there() -> None:
    call = Call()
    first = call.ask("Compare")
    owed = Owed(run_id="r1", since=3)
    call.last = LastTurn(
        index=0,
        answers=0,
        words="Compare",
        quote="",
        at_ms=call.now_ms,
        texts=first.turn.texts,
        owed=(owed,),
    )
    second = call.ask("Compare", "A Later.", "What day is it?")
    assert [one.by for one in second.turn.owed] == [second.message_id]
    more = call.ask("Compare", "A Later.", "What day is it today?")
    assert [one.by for one in more.turn.owed] == [more.message_id]
    third = call.ask("Compare", "A Later.", "What day is it today?", "A Monday.", "Thanks")
    assert third.turn.owed == ()


def test_what_is_remembered_is_bounded() -> None:
    call = Call()
    for number in range(100):
        call.ask(f"Text {number}")
    for number in range(100):
        call.ask(*[line for i in range(number + 1) for line in (f"Q{i}", f"A a{i}")], "Next")
    assert call.last is not None
    assert len(call.last.texts) + len(call.last.earlier) <= 24


@pytest.mark.parametrize(
    ("tool", "ends"),
    [
        ("end_call", True),
        ("endCall", True),
        ("transferCall", True),
        ("transfer_call", True),
        ("transfer_to_number", True),
        ("transfer_to_", False),
        ("skip_turn", True),
        ("language_detection", True),
        ("voicemail_detection", True),
        ("ended_call", False),
        ("setLight", False),
    ],
)
def test_tools_after_which_no_result_comes(tool: str, ends: bool) -> None:
    assert ends_turn(tool) is ends
