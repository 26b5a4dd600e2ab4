"""`compose` returns the messages that the model is shown."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from brain.chat.notes import CUT_OFF, HEARD_CHARS, HEARD_UP_TO, INSTRUCTIONS, UNHEARD, WRAP_UP
from brain.chat.sizes import LEFT_OUT, shorten
from brain.chat.strict import BRIDGE, SPOKE_FIRST
from brain.chat.tools import chat_tool
from brain.codec import Json
from brain.run.context import compose
from brain.run.history import FRESH, NEUTRAL
from brain.run.journal import Answered, Entry, Interrupted, Joined, Overheard, Returned, Run, Spent
from brain.run.limits import Limits
from brain.run.messages import Heard, How, Kind, LogEntry, Message, Remark, Utterance
from brain.texts.ear import for_the_ear
from brain.tools.say import QUIT_SPEC
from brain.tools.spec import ToolCall
from tests.fakes.clock import EPOCH
from tests.fakes.requests import check_prompt

TIME = "\n[It is Thursday, 2026-01-01 00:00 UTC.]"


def user(seq: int, text: str) -> Utterance:
    return Utterance(id=f"u{seq}", seq=seq, text=text, message_id="m", run_id="r", created_at=EPOCH)


def brain(seq: int, text: str, kind: Kind = Kind.SAY) -> Message:
    return Message(
        id=f"b{seq}", seq=seq, kind=kind, text=text, done_after_this=True, run_id="r",
        answers_seq=seq - 1, created_at=EPOCH,
    )  # fmt: skip


def shown(
    journal: list[Entry],
    history: tuple[LogEntry, ...] = (),
    limits: Limits | None = None,
    *,
    wrap_up: bool = False,
    heard: Sequence[Heard] = (),
) -> list[Json]:
    run = Run(run_id="r", step=0, first_seq=9, spent=Spent(started_ms=0), journal=tuple(journal))
    prompt = compose(run, history, limits=limits or Limits(), wrap_up=wrap_up, heard=heard)
    check_prompt(prompt)
    return list(prompt.messages)


def texts(lines: list[Json]) -> list[str]:
    """The contents after the instructions, without the times of the user's texts."""
    return [(line["content"] or "").replace(TIME, "") for line in lines[1:]]


def call(id: str, arguments: str = "{}") -> ToolCall:
    return ToolCall(id=id, name="note", arguments=arguments)


def test_instructions_then_history_then_the_run() -> None:
    lines = shown([Joined(utterance=user(3, "And now?"))], (user(1, "Hi"), brain(2, "Hello.")))
    assert [line["role"] for line in lines] == ["system", "user", "assistant", "user"]
    assert [line["content"] for line in lines] == [
        INSTRUCTIONS, f"Hi{TIME}", "Hello.", f"And now?{TIME}"
    ]  # fmt: skip


def test_breadcrumbs_and_silence_of_the_past_are_left_out() -> None:
    history = (user(1, "Hi"), brain(2, "Looking.", Kind.BREADCRUMB), brain(3, ""), brain(4, "So."))
    assert texts(shown([Joined(utterance=user(5, "?"))], history)) == ["Hi", "So.", "?"]


def test_the_newest_history_that_fits_is_shown() -> None:
    history = tuple(
        turn for i in (1, 3, 5) for turn in (user(i, "u" * 990), brain(i + 1, "b" * 990))
    )
    lines = shown([Joined(utterance=user(7, "?"))], history, Limits(history_chars=2_100))
    assert texts(lines) == ["u" * 990, "b" * 990, "?"]


def test_results_follow_their_answer_even_if_a_text_came_between() -> None:
    journal: list[Entry] = [
        Joined(utterance=user(1, "First")),
        Answered(text="", calls=(call("a"), call("b"))),
        Joined(utterance=user(2, "Second")),
        Returned(tool_call_id="b", text="B"),
        Returned(tool_call_id="a", text="A"),
    ]
    lines = shown(journal)
    roles = ["user", "assistant", "tool", "tool", "assistant", "user"]
    assert [line["role"] for line in lines[1:]] == roles
    assert texts(lines)[2:] == ["A", "B", BRIDGE, "Second"]


def test_equal_call_ids_of_different_answers_keep_their_own_results() -> None:
    journal: list[Entry] = [
        Joined(utterance=user(1, "Hi")),
        Answered(text="", calls=(call("a"),)),
        Returned(tool_call_id="a", text="one"),
        Answered(text="", calls=(call("a"),)),
        Returned(tool_call_id="a", text="two"),
    ]
    assert [m["content"] for m in shown(journal) if m["role"] == "tool"] == ["one", "two"]


def test_an_interrupted_answer_is_shown_as_such() -> None:
    journal: list[Entry] = [
        Joined(utterance=user(1, "Hi")),
        Interrupted(text="It beg"),
        Interrupted(text=""),
    ]
    assert texts(shown(journal)) == ["Hi", "It beg", f"[{CUT_OFF}]"]


def test_the_recent_context_is_shown_once_before_its_text() -> None:
    remarks = (Remark(role="assistant", text="Well?"), Remark(role="user", text="Known"))
    journal: list[Entry] = [
        Overheard(seq=2, remarks=remarks),
        Joined(utterance=user(2, "Hi")),
        Overheard(seq=9, remarks=(Remark(role="user", text="Not joined yet"),)),
    ]
    note = "[The user and the voice agent have just said:\nvoice agent: Well?]"
    assert texts(shown(journal, (user(1, "Known"),))) == [f"Known\n\n{note}\n\nHi"]


def test_foreign_text_of_an_earlier_conversation_is_not_shown() -> None:
    foreign = replace(brain(2, "Anna wrote: dinner."), foreign=True)
    later = replace(user(4, "And now?"), created_at=EPOCH + FRESH)
    remarks = (Remark(role="assistant", text=foreign.text), Remark(role="user", text="Hm."))
    journal: list[Entry] = [Overheard(seq=4, remarks=remarks), Joined(utterance=later)]
    lines = shown(journal, (user(1, "Read it."), foreign, brain(3, "Bye.")))
    assert "dinner" not in str(lines)
    assert texts(lines)[:2] == ["Read it.", f"{NEUTRAL}\n\nBye."]
    assert "\nuser: Hm.]" in lines[3]["content"]


def test_foreign_text_of_the_same_conversation_is_shown() -> None:
    foreign = replace(brain(2, "Anna wrote: dinner."), foreign=True)
    lines = shown([Joined(utterance=user(3, "When?"))], (user(1, "Read it."), foreign))
    assert lines[2]["content"] == "Anna wrote: dinner."


def test_a_recent_context_that_the_log_contains_is_not_shown() -> None:
    journal: list[Entry] = [
        Overheard(seq=2, remarks=(Remark(role="user", text="Known"),)),
        Joined(utterance=user(2, "Hi")),
    ]
    assert texts(shown(journal, (user(1, "Known"),))) == ["Known\n\nHi"]


def test_old_results_are_left_out_first_and_then_long_texts_are_cut() -> None:
    journal: list[Entry] = [Joined(utterance=user(1, "x" * 5_000))]
    for i in range(6):
        journal.append(Answered(text="", calls=(call(f"c{i}", '{"text":"' + "y" * 5_000 + '"}'),)))
        journal.append(Returned(tool_call_id=f"c{i}", text="z" * 5_000))
    results = [
        m for m in shown(journal, limits=Limits(journal_chars=50_000)) if m["role"] == "tool"
    ]
    assert results[0]["content"] == LEFT_OUT.format(5_000)
    assert results[-1]["content"] == "z" * 5_000
    lines = shown(journal, limits=Limits(journal_chars=10_000))
    assert len(str(lines[1:])) < 20_000
    assert lines[1]["content"].startswith("xxx")
    assert lines[2]["tool_calls"][0]["function"]["arguments"] == "{}"


def test_short_arguments_are_not_cut() -> None:
    journal: list[Entry] = [
        Joined(utterance=user(1, "x" * 9_000)),
        Answered(text="", calls=(call("a", '{"n":1}'),)),
        Returned(tool_call_id="a", text="short"),
    ]
    lines = shown(journal, limits=Limits(journal_chars=100))
    assert lines[2]["tool_calls"][0]["function"]["arguments"] == '{"n":1}'
    assert lines[3]["content"] == "short"


def test_the_model_is_told_to_finish_in_the_last_loop() -> None:
    assert texts(shown([Joined(utterance=user(1, "Hi"))], wrap_up=True)) == [f"Hi\n\n[{WRAP_UP}]"]


def test_a_cut_text_says_how_much_is_missing() -> None:
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "abc" + LEFT_OUT.format(1)


def test_a_tool_has_the_chat_completions_format() -> None:
    told = chat_tool(QUIT_SPEC.name, QUIT_SPEC.description, QUIT_SPEC.parameters)
    assert told["type"] == "function"
    assert told["function"]["name"] == "sayToUserAndQuit"
    assert told["function"]["parameters"]["type"] == "object"


DRAWER = "It is in the blue drawer, below the maps. 🗺"


@pytest.mark.parametrize(
    ("heard", "note"),
    [
        (Heard(seq=2, how=How.PLAYED), ""),
        (Heard(seq=4, how=How.UNSPOKEN), ""),
        (Heard(seq=2, how=How.UNSPOKEN), UNHEARD),
        (Heard(seq=2, how=How.CUT_OFF, chars=17), HEARD_UP_TO.format("It is in the blue")),
        (Heard(seq=2, how=How.CUT_OFF, chars=5000), HEARD_UP_TO.format(for_the_ear(DRAWER))),
    ],
)
def test_the_model_sees_which_part_of_a_message_the_user_did_not_hear(
    heard: Heard, note: str
) -> None:
    lines = shown([], (user(1, "Where?"), brain(2, DRAWER)), heard=(heard,))
    assert lines[2]["content"] == DRAWER + note


def test_a_note_on_a_cut_message_quotes_the_end_of_the_heard_part() -> None:
    text = "".join(f"{number:04} " for number in range(200))
    mark = Heard(seq=2, how=How.CUT_OFF, chars=500)
    lines = shown([], (user(1, "Count."), brain(2, text)), heard=(mark,))
    told = lines[2]["content"].removeprefix(text)
    assert told == HEARD_UP_TO.format(text[500 - HEARD_CHARS : 500].strip())


def test_a_history_that_begins_with_a_message_says_so() -> None:
    lines = shown([Joined(utterance=user(2, "Hm?"))], (brain(1, "Anna wrote.", Kind.NOTIFICATION),))
    assert texts(lines) == [SPOKE_FIRST, "Anna wrote.", "Hm?"]
