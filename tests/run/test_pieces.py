"""The preview of an answer while the model writes it, as values."""

import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from brain.chat.pieces import MOST_SPOKEN_CHARS, Piece, Pieces, piece_to_wire
from brain.run import step
from brain.run.journal import Answered
from brain.run.limits import Limits
from brain.run.model import tidy
from brain.run.ports import Delta
from brain.tools.say import SAY_SPECS
from brain.tools.spec import ToolCall
from tests.run.test_step import NOTE

SPECS = {spec.name: spec for spec in (*SAY_SPECS, NOTE)}


def content(*parts: str) -> list[Delta]:
    return [Delta(kind="content", text=part) for part in parts]


def call(number: int, name: str, *parts: str) -> list[Delta]:
    return [
        Delta(kind="action", text=name, call=number),
        *(Delta(kind="arguments", text=part, call=number) for part in parts),
    ]


def shown(pieces: Pieces, deltas: Sequence[Delta]) -> list[Piece]:
    return [piece for delta in deltas for piece in pieces.take(delta)]


def standing(pieces: Sequence[Piece]) -> list[Piece]:
    """What a client shows in the end: a piece 1 voids what came before."""
    last = max((i for i, piece in enumerate(pieces) if piece.number == 1), default=0)
    return list(pieces[last:])


def words(pieces: Sequence[Piece]) -> dict[int, str]:
    said: dict[int, str] = {}
    for piece in standing(pieces):
        if piece.kind == "content":
            said[piece.say] = said.get(piece.say, "") + piece.text
    return said


def kinds(pieces: Sequence[Piece]) -> list[tuple[int, str, str]]:
    return [(piece.number, piece.kind, piece.text) for piece in pieces]


def new() -> Pieces:
    pieces = Pieces("r1", 3, (step.CONTINUE, step.QUIT))
    pieces.begin()
    return pieces


def test_plain_text_is_shown_as_it_arrives() -> None:
    pieces = new()
    assert kinds(shown(pieces, content("Hel", "lo."))) == [
        (1, "content", "Hel"),
        (2, "content", "lo."),
    ]
    assert pieces.settle(["Hello."]) == []


def test_the_message_of_a_call_that_speaks_is_shown_as_it_grows() -> None:
    deltas = call(0, step.QUIT, '{"mess', 'age": "Gr\\u00fc', "\\u00df", 'e, \\"Anna\\"', '."}')
    pieces = new()
    assert [p.text for p in shown(pieces, deltas)] == ["Grü", "ß", 'e, "Anna"', "."]
    assert pieces.settle(['Grüße, "Anna".']) == []


def test_an_action_is_named_and_its_arguments_are_not_shown() -> None:
    pieces = new()
    assert kinds(shown(pieces, call(0, "searchDocuments", '{"query":"secret"}'))) == [
        (1, "action", "searchDocuments")
    ]


def test_text_before_a_call_turns_out_to_be_a_thought() -> None:
    pieces = new()
    deltas = [
        Delta(kind="thought", text="Hm. "),
        *content("I will look."),
        *call(0, "note", "{}"),
        *content("Ignored beside calls."),
    ]
    assert kinds(shown(pieces, deltas)) == [
        (1, "thought", "Hm. "),
        (2, "content", "I will look."),
        (1, "thought", "Hm. "),
        (2, "thought", "I will look."),
        (3, "action", "note"),
        (4, "thought", "Ignored beside calls."),
    ]


def test_an_answer_that_was_cut_off_starts_again() -> None:
    pieces = new()
    first = shown(pieces, content("Par"))
    pieces.begin()
    again = shown(pieces, content("Whole."))
    assert kinds(again) == [(1, "content", "Whole.")]
    assert words([*first, *again]) == {0: "Whole."}


def test_several_texts_of_a_loop_have_different_indexes() -> None:
    pieces = new()
    deltas = [
        *call(0, step.CONTINUE, '{"message":"One."}'),
        *call(1, step.QUIT, '{"message":"Two."}'),
    ]
    assert words(shown(pieces, deltas)) == {0: "One.", 1: "Two."}


def test_a_text_that_was_recorded_differently_is_shown_as_recorded() -> None:
    pieces = new()
    deltas = [Delta(kind="thought", text="Hm."), *content("Much too long")]
    before = shown(pieces, deltas)
    after = pieces.settle(["Much too"])
    assert words([*before, *after]) == {0: "Much too"}
    assert [p.text for p in standing([*before, *after]) if p.kind == "thought"] == ["Hm."]


def test_a_message_beyond_the_limit_is_shown_when_it_is_complete() -> None:
    pieces = new()
    message = "x" * MOST_SPOKEN_CHARS
    before = shown(pieces, call(0, step.QUIT, '{"message":"', message, '"}'))
    assert words([*before, *pieces.settle([message])]) == {0: message}


def test_arguments_that_are_not_an_object_show_nothing() -> None:
    assert shown(new(), call(0, step.QUIT, "[1]", "oh")) == []


def test_the_wire_form_numbers_run_loop_and_piece() -> None:
    [piece] = new().take(Delta(kind="content", text="Hi"))
    assert piece_to_wire(piece) == {"runId": "r1", "loop": 3, "piece": 1, "text": "Hi", "say": 0}


TEXT = st.text(max_size=30)
SAYING = st.builds(
    lambda name, message: (name, json.dumps({"message": message})),
    st.sampled_from([step.CONTINUE, step.QUIT]),
    TEXT,
)
OTHER = st.sampled_from([("note", '{"text":"a"}'), ("note", "{"), ("unknown", "{}")])


@st.composite
def chopped(draw: st.DrawFn, text: str) -> list[str]:
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@given(data=st.data(), text=TEXT, calls=st.lists(st.one_of(SAYING, OTHER), max_size=4))
def test_the_joined_content_pieces_equal_the_recorded_texts(
    data: st.DataObject, text: str, calls: list[tuple[str, str]]
) -> None:
    deltas = content(*data.draw(chopped(text)))
    for number, (name, arguments) in enumerate(calls):
        deltas += call(number, name, *data.draw(chopped(arguments)))
    pieces = new()
    before = shown(pieces, deltas)
    answer = Answered(
        text=text,
        calls=tuple(
            ToolCall(id=f"c{i}", name=name, arguments=arguments)
            for i, (name, arguments) in enumerate(calls)
        ),
    )
    verdict = step.judge(tidy(answer), SPECS, heard=True, limits=Limits())
    recorded = [*verdict.breadcrumbs, *filter(None, [verdict.last_words])]
    said = words([*before, *pieces.settle(recorded)])
    assert [said.get(i, "") for i in range(len(recorded))] == recorded
    assert not any(said.get(i) for i in said if i >= len(recorded))
