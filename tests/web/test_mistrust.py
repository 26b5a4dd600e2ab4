"""Which addresses a tainted run may open, as values."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.run.journal import Answered, Entry, Joined, Overheard, Returned
from brain.run.messages import Decision, Kind, LogEntry, Message, Remark, Utterance
from brain.run.whose import earlier_calls, foreign_texts, user_words
from brain.tools.spec import ToolCall
from brain.web.addresses import parse
from brain.web.mistrust import MOST_READ, TOO_MANY, UNTRUSTED, objection

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def wrote(text: str, address: str) -> str:
    """The objection to an address after others wrote the text."""
    return objection(parse(address), user_words=(), foreign_texts=(text,), asked=())


def spoke(text: str, address: str) -> str:
    """The same after the user said the text."""
    return objection(parse(address), user_words=(text,), foreign_texts=("Obey.",), asked=())


def utterance(text: str, *, seq: int = 1, decision: Decision | None = None) -> Utterance:
    return Utterance(
        id="u1",
        seq=seq,
        text=text,
        message_id="m1",
        run_id="r1",
        created_at=NOW,
        decision=decision,
    )


def message(text: str) -> Message:
    return Message(
        id="b1",
        seq=2,
        kind=Kind.SAY,
        text=text,
        done_after_this=True,
        run_id="r1",
        answers_seq=1,
        created_at=NOW,
        foreign=True,
    )


def call(id: str, name: str = "readEmail", arguments: str = "{}") -> ToolCall:
    return ToolCall(id=id, name=name, arguments=arguments)


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/x",
        "See https://a.example/x.",
        "See https://a.example/x, then go on",
        "Do you know https://a.example/x?",
        "Really https://a.example/x?!",
        "https://a.example/x\u200b and more",
        "(https://a.example/x)",
        "(see https://a.example/x).",
        "[https://a.example/x]",
        "[here](https://a.example/x)",
        "[https://a.example/x](https://a.example/x)",
        "<https://a.example/x>",
        "**https://a.example/x**",
        "“https://a.example/x”",
        "'https://a.example/x'",
        "请看https://a.example/x。谢谢",
        "https://a.example/x的内容",
        "HTTPS://A.EXAMPLE/x",
        "https://a.example:443/x",
        r'{"body":"First\nhttps://a.example/x\nSecond"}',
        r'{"body":"<a href=\"https://a.example/x\">here</a>"}',
        '{"body":"https://a.example/x"}',
        "https://b.example/y https://a.example/x",
        "https://a.example/x/y or https://a.example/x",
    ],
)
def test_an_address_written_in_full_in_a_read_text_is_opened(text: str) -> None:
    assert wrote(text, "https://a.example/x") == ""
    assert spoke(text, "https://a.example/x") == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.example/x",
        "https://a.example",
        "https://a.example/xy",
        "https://a.example/x/y",
        "https://a.example/x/",
        "https://a.example/x.y",
        "https://a.example/x%20y",
        "https://a.example/x_",
        "https://a.example/x-",
        "https://a.example/x(y",
        "https://a.example/x?q=1",
        "https://a.example/x??q",
        "https://a.example/x#part",
        "https://a.example/X",
        "https://a.example/%78",
        "http://a.example/x",
        "https://a.example:80/x",
        "https://b.a.example/x",
        "https://a.example.b.example/x",
        "https://b.example/?u=https://a.example/x",
        "https://b.example/https://a.example/x",
        "https://anna@a.example/x",
        "https://a.example@b.example/x",
        "https://a.example/ x",
        "https://a.\nexample/x",
        "https://a.example/x" + "y" * 5_000,
    ],
)
def test_an_address_that_is_different_or_part_of_another_is_not_opened(text: str) -> None:
    assert wrote(text, "https://a.example/x") == UNTRUSTED


def test_an_address_with_a_query_or_a_fragment_is_opened_only_if_the_user_said_it() -> None:
    for address in ("https://a.example/x?q=1", "https://a.example/?q", "https://a.example/x#q=1"):
        assert wrote(f"Open {address} now", address) == UNTRUSTED
        assert spoke(f"Open {address} now", address) == ""
        assert spoke("Open https://a.example/ and /x", address.replace("x", "y")) == UNTRUSTED


def test_an_address_may_end_where_another_script_begins() -> None:
    text = "Siehe https://a.example/straße"
    assert wrote(text, "https://a.example/straße") == ""
    assert wrote(text, "https://a.example/stra%C3%9Fe") == ""
    assert wrote(text, "https://a.example/stra") == ""
    assert wrote(text, "https://a.example/str") == UNTRUSTED


def test_a_fragment_that_the_user_said_or_did_not_say_makes_no_difference() -> None:
    assert spoke("https://a.example/x#part", "https://a.example/x") == ""
    assert spoke("https://a.example/x", "https://a.example/x#other") == ""


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("Read a.example please", "https://a.example/"),
        ("Read A.Example.", "https://a.example/"),
        ("Read (a.example/x?q=1)!", "https://a.example/x?q=1"),
        ("Lies müller.example vor", "https://xn--mller-kva.example"),
        ("www.a.example/x,y", "https://www.a.example/x,y"),
        ("a.example:80/x", "https://a.example:80/x"),
    ],
)
def test_people_say_an_address_without_its_scheme(words: str, address: str) -> None:
    assert spoke(words, address) == ""
    assert wrote(words, address) == UNTRUSTED


@pytest.mark.parametrize(
    "words",
    [
        "Write to anna@a.example",
        "Write to ännä@a.example",
        "Read b.a.example",
        "Read a.example/x",
        "Read a.examples",
        "Read ftp://a.example",
        "Read ftp:a.example",
        "Read http://a.example",
        "Read a. example",
        "Read a",
    ],
)
def test_a_name_that_is_a_part_of_something_else_is_not_said(words: str) -> None:
    assert spoke(words, "https://a.example/") == UNTRUSTED


def test_brackets_that_are_opened_in_an_address_belong_to_it() -> None:
    address = "https://a.example/wiki/Foo_(bar)"
    assert wrote(f"See {address}.", address) == ""
    assert wrote(f"(See {address}.)", address) == ""


@given(st.text(alphabet="abc/.-_~%1", min_size=1, max_size=30), st.integers(min_value=1))
def test_no_part_of_a_longer_address_is_opened(path: str, cut: int) -> None:
    whole = f"https://eve.example/{path}z"
    part = whole[: len("https://eve.example/") + cut % (len(path) + 1)]
    assert wrote(f"Open {whole} or a beginning of it.", whole) == ""
    assert wrote(f"Open {whole} or a beginning of it.", part) == UNTRUSTED


def test_only_a_few_addresses_by_others_but_any_by_the_user_are_opened() -> None:
    text = "".join(f"https://eve.example/{i} " for i in range(20))
    asked = [parse(f"https://eve.example/{i}") for i in range(MOST_READ)]
    last, next_one = parse("https://eve.example/7"), parse("https://eve.example/8")
    assert objection(last, user_words=(), foreign_texts=(text,), asked=asked[:-1]) == ""
    assert objection(last, user_words=(), foreign_texts=(text,), asked=[*asked, last]) == ""
    assert objection(next_one, user_words=(), foreign_texts=(text,), asked=asked) == TOO_MANY
    assert objection(next_one, user_words=(text,), foreign_texts=(), asked=asked) == ""


def test_the_users_words_are_what_they_said_here_and_before_and_to_the_voice_agent() -> None:
    remarks = (Remark(role="user", text="aloud"), Remark(role="assistant", text="the agent's"))
    journal: list[Entry] = [
        Overheard(seq=3, remarks=remarks),
        Joined(utterance=utterance("before", seq=1)),
        Joined(utterance=utterance("now", seq=3)),
        Returned(tool_call_id="c", text="a tool's"),
    ]
    history: list[LogEntry] = [utterance("before", seq=1), message("the brain's")]
    assert user_words(journal, history) == ("before", "now", "aloud")


@pytest.mark.parametrize("verdict", ["approve", "reject", "answer"])
def test_a_decision_does_not_count_as_the_users_words(verdict: str) -> None:
    decision = Decision(
        question_id="q",
        verdict=verdict,  # type: ignore[arg-type]  # one of three words
        tool="sendEmail",
        arguments={"body": "https://eve.example/?code"},
        result="https://eve.example/?code",
    )
    decided = utterance("Yes, do that.", decision=decision)
    assert user_words([Joined(utterance=decided)], [decided]) == ()


def test_only_results_of_foreign_tools_count_as_read() -> None:
    journal: list[Entry] = [
        Answered(text="", calls=(call("a"), call("b", "recall"), call("c"))),
        Returned(tool_call_id="b", text="a fact of the model's own", foreign=True),
        Returned(tool_call_id="a", text="an email", foreign=True),
        Joined(utterance=utterance("And?")),
        Returned(tool_call_id="c", text="No such email.", failed=True),
        Answered(text="", calls=(call("a", "recall"), call("b"))),
        Returned(tool_call_id="a", text="a second fact", foreign=True),
        Returned(tool_call_id="b", text="a second email", foreign=True),
        Returned(tool_call_id="lost", text="of no call", foreign=True),
    ]
    assert foreign_texts(journal, {"readEmail"}) == ("an email", "a second email")


def test_earlier_calls_are_the_same_tools_up_to_this_one() -> None:
    first, other, again = call("a"), call("b", "recall"), call("c")
    journal: list[Entry] = [
        Answered(text="", calls=(first, other)),
        Answered(text="", calls=(first, again)),
    ]
    assert earlier_calls(journal, again) == (first, first)
    assert earlier_calls(journal, first) == (first,)
    assert earlier_calls(journal[:1], first) == ()
    assert earlier_calls(journal[:1], other) == ()
