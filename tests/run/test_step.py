"""`judge` and its neighbours decide what an answer asks for, as pure functions."""

import pytest

from brain.chat import results
from brain.chat.pace import has_time, pace
from brain.run import step
from brain.run.journal import (
    Answered,
    Entry,
    Interrupted,
    Joined,
    Returned,
    Started,
    interrupted_text,
    started_calls,
    unfinished_answer,
)
from brain.run.limits import Limits
from brain.run.messages import Utterance
from brain.run.model import tidy
from brain.texts.joining import joined
from brain.tools.say import SAY_SPECS
from brain.tools.spec import ClientTool, Effect, ToolCall, ToolSpec
from tests.fakes.clock import EPOCH

NOTE = ToolSpec(
    name="note",
    description="",
    parameters={"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
    effect=Effect.READS,
)
SEND = ToolSpec(name="send", description="", parameters={"type": "object"}, effect=Effect.ACTS)
SPECS = {spec.name: spec for spec in (*SAY_SPECS, NOTE, SEND)}


def answer(*calls: tuple[str, str], text: str = "") -> Answered:
    made = (
        ToolCall(id=f"c{i}", name=name, arguments=arguments)
        for i, (name, arguments) in enumerate(calls)
    )
    return Answered(text=text, calls=tuple(made))


def judge(*calls: tuple[str, str], text: str = "", heard: bool = False) -> step.Verdict:
    return step.judge(answer(*calls, text=text), SPECS, heard=heard, limits=Limits())


def said(seq: int = 1) -> Joined:
    utterance = Utterance(id="u", seq=seq, text="Hi", message_id="m", run_id="r", created_at=EPOCH)
    return Joined(utterance=utterance)


def test_plain_text_is_the_last_message() -> None:
    verdict = judge(text="Hello.")
    assert (verdict.quit, verdict.last_words) == (True, "Hello.")


def test_an_answer_continues_a_text_that_was_cut_off() -> None:
    cut: list[Entry] = [said(), Interrupted(text="The blue "), Interrupted(text="draw")]
    assert interrupted_text(cut) == "The blue draw"
    assert interrupted_text(cut[1:]) == "The blue draw"
    assert interrupted_text([*cut, said(2)]) == ""
    verdict = step.judge(
        answer(text="er."), SPECS, heard=False, limits=Limits(), begun=interrupted_text(cut)
    )
    assert verdict.last_words == "The blue drawer."


def test_a_model_that_starts_over_is_not_heard_twice() -> None:
    begun = "Your passport is in the blue draw"
    assert joined(begun, "Your passport is in the blue drawer.") == (
        "Your passport is in the blue drawer."
    )


def test_text_next_to_calls_is_not_spoken() -> None:
    verdict = judge(("note", '{"text":"a"}'), text="I think I shall note it.")
    assert (verdict.quit, verdict.breadcrumbs) == (False, ())
    assert [work.call.id for work in verdict.work] == ["c0"]


def test_several_quits_become_one_message() -> None:
    verdict = judge((step.QUIT, '{"message":"One."}'), (step.QUIT, '{"message":"Two."}'))
    assert verdict.last_words == "One.\n\nTwo."


def test_the_last_progress_counts() -> None:
    verdict = judge(
        (step.CONTINUE, '{"message":"a","progress":0.25}'),
        (step.CONTINUE, '{"message":"b","progress":0.5}'),
    )
    assert verdict.breadcrumbs == ("a", "b")
    assert verdict.progress == 0.5


@pytest.mark.parametrize(
    ("name", "arguments", "word"),
    [
        ("nothing", "{}", "no such tool"),
        ("note", "{", "not valid JSON"),
        ("note", "{}", '"text" is a required property'),
        ("note", '{"text":1}', "text: "),
        ("note", "[]", "not of type"),
        (step.CONTINUE, "{}", '"message" is a required property'),
        (step.CONTINUE, '{"message":""}', "message: "),
    ],
)
def test_an_invalid_call_fails_with_a_reason(name: str, arguments: str, word: str) -> None:
    verdict = judge((name, arguments), ("note", '{"text":"a"}'))
    assert [returned.failed for returned in verdict.returned] == [True]
    assert word in verdict.returned[0].text
    assert len(verdict.work) == 1


PLACE = ClientTool(name="place", description="", parameters={"type": "object"}).spec


def test_invalid_arguments_fail_a_call_of_the_front_end() -> None:
    specs = {**SPECS, "place": PLACE}
    made = answer(("place", "{}"), ("place", "[]"), ("note", '{"text":"a"}'))
    wrong = {"c1": "the whole: [] does not fit type", "c2": "is not for our own tools"}
    verdict = step.judge(made, specs, heard=True, limits=Limits(), wrong=wrong)
    assert [work.call.id for work in verdict.work] == ["c0", "c2"]
    assert verdict.returned[0].text == (
        "The arguments are invalid: the whole: [] does not fit type."
    )
    again = step.known_wrong([made, *verdict.returned, Returned(tool_call_id="c0", text="No.")])
    assert list(again) == ["c1"]


def test_arguments_that_are_nested_too_deeply_fail_the_call() -> None:
    verdict = judge(("note", "[" * 200_000))
    assert "nested too deeply" in verdict.returned[0].text


def test_an_invalid_call_voids_a_quit_in_the_same_answer() -> None:
    verdict = judge(("nothing", "{}"), (step.QUIT, '{"message":"Done."}'))
    assert (verdict.quit, verdict.last_words) == (False, "")
    assert [returned.text for returned in verdict.returned][1] == results.VOID_QUIT


def test_a_silent_quit_fails_if_the_user_heard_nothing() -> None:
    assert judge((step.QUIT, "{}"), heard=True).quit
    assert judge((step.QUIT, "{}"), (step.CONTINUE, '{"message":"a"}')).quit
    verdict = judge((step.QUIT, '{"message":null}'))
    assert not verdict.quit
    assert verdict.returned[0].text == results.SILENT_QUIT


def test_calls_beyond_the_limit_are_refused_and_the_others_count() -> None:
    limits = Limits(calls_per_answer=2)
    calls = [("note", '{"text":"a"}')] * 3
    verdict = step.judge(answer(*calls), SPECS, heard=False, limits=limits)
    assert len(verdict.work) == 2
    assert verdict.returned == (
        Returned(tool_call_id="c2", text=results.TOO_MANY_CALLS, failed=True),
    )


def test_an_answer_is_unfinished_until_all_its_calls_have_results() -> None:
    calls = answer(("note", "{}"), ("send", "{}"))
    journal: list[Entry] = [said(), calls]
    assert unfinished_answer(journal) == calls
    journal.append(Returned(tool_call_id="c0", text="ok"))
    assert unfinished_answer(journal) == calls
    journal.append(Returned(tool_call_id="c1", text="ok"))
    assert unfinished_answer(journal) is None
    assert unfinished_answer([said()]) is None


def test_results_of_an_earlier_answer_with_the_same_ids_do_not_count() -> None:
    calls = answer(("note", '{"text":"a"}'))
    journal: list[Entry] = [said(), calls, Returned(tool_call_id="c0", text="ok"), calls]
    assert unfinished_answer(journal) == calls
    verdict = step.judge(calls, SPECS, heard=False, limits=Limits())
    assert step.remaining(verdict, journal) == verdict.work


def test_the_journal_shows_which_calls_were_started() -> None:
    journal: list[Entry] = [said(), answer(("send", "{}")), Started(tool_call_id="c0")]
    assert started_calls(journal) == {"c0"}
    assert started_calls(journal[:2]) == set()


def test_hearing_counts_from_the_last_text_of_the_user() -> None:
    spoken = Returned(tool_call_id="c0", text=results.SAID)
    assert step.has_heard([said(), spoken])
    assert not step.has_heard([said(), spoken, said(2)])
    assert not step.has_heard([])


def test_a_loop_without_enough_time_begins_only_if_it_is_the_first() -> None:
    assert has_time(now=0, cut=10, pace_s=9, first=False)
    assert not has_time(now=2, cut=10, pace_s=9, first=False)
    assert has_time(now=2, cut=10, pace_s=9, first=True)
    assert not has_time(now=10, cut=10, pace_s=0, first=True)


def test_the_pace_rises_at_once_and_falls_by_half() -> None:
    assert pace(before_ms=1000, last_s=4) == 4000
    assert pace(before_ms=4000, last_s=1) == 2500


def test_call_ids_that_repeat_or_are_missing_are_numbered() -> None:
    repeated = Answered(
        text="", calls=tuple(ToolCall(id="same", name="note", arguments="{}") for _ in range(2))
    )
    assert [call.id for call in tidy(repeated).calls] == ["call_0", "call_1"]
    assert tidy(answer(("note", "{}"))).calls[0].id == "c0"


def test_characters_that_stores_reject_are_removed_from_an_answer() -> None:
    spoiled = Answered(text="a\0b\ud800", calls=(), tokens=3)
    assert tidy(spoiled) == Answered(text="ab�", calls=(), tokens=3)
