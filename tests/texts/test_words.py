"""Passages and words, as values."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.documents.rules import described, revised, stays_foreign, version
from brain.says import en
from brain.texts.words import (
    MIN_PASSAGE_CHARS,
    PASSAGE_CHARS,
    asked_words,
    best_passage,
    folded,
    kept_words,
    passages,
    query_of,
)


@given(st.text(max_size=3_000))
def test_no_passage_is_too_long_and_no_character_is_lost(body: str) -> None:
    made = passages(body)
    assert max(len(passage) for passage in made) <= PASSAGE_CHARS
    assert "".join("".join(made).split()) == "".join(body.split())


@given(st.text(alphabet="#a \n", max_size=3_000))
def test_the_number_of_passages_is_bounded_by_the_length(body: str) -> None:
    assert len(passages(body)) <= 2 + 2 * len(body) / MIN_PASSAGE_CHARS


def test_an_empty_body_has_one_empty_passage() -> None:
    assert passages("") == passages(" \n\n") == ("",)


def test_a_heading_begins_a_passage_unless_the_one_before_is_short() -> None:
    long, short = "first. " * 20, "short."
    assert passages(f"{long}\n\n# Second\nsecond") == (long.strip(), "# Second second")
    assert passages(f"{short}\n\n# Second\nsecond") == ("short. # Second second",)


def test_a_long_line_is_cut_between_sentences() -> None:
    sentence = "This is a sentence of some length, and it ends here."
    made = passages(" ".join([sentence] * 30))
    assert len(made) > 1
    assert all(passage.endswith("ends here.") for passage in made)


def test_a_long_sentence_is_cut_between_words_and_a_long_word_anywhere() -> None:
    assert all(passage.endswith("word") for passage in passages("word " * 500))
    assert [len(passage) for passage in passages("x" * 1_000)] == [400, 400, 200]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't — “stop”, e-mail: anna@example.org!", "don t stop e mail anna example org"),
        ("\ufb01ne STRASSE", "fine strasse"),
        ("हिन्दी भाषा", "हिन्दी भाषा"),
        ("v2.5 of \0 x_y \ud800", "v2 5 of x y"),
        ("Gesamt\u00adkonzept Kranken\u200bversicherung", "gesamtkonzept krankenversicherung"),
    ],
)
def test_words_are_letters_marks_and_digits_in_one_form(text: str, words: str) -> None:
    assert kept_words(text).split() == asked_words(text).split() == words.split()
    assert query_of(text).words == words


@pytest.mark.parametrize(
    ("text", "words", "without_marks"),
    [
        ("ÜBER Zu\u0308rich", "über uber ueber zürich zurich zuerich", "uber zurich"),
        ("L'école à São", "l école ecole à a são sao", "l ecole a sao"),
        ("Łódź Đà Nẵng", "łódź lodz đà da nẵng nang", "lodz da nang"),
        ("Åse Sæter Þór", "åse ase sæter saeter þór thor", "ase saeter thor"),
        ("İstanbul'da", "i\u0307stanbul istanbul da", "istanbul da"),
        ("\u0131\u015f\u0131k", "\u0131\u015f\u0131k isik", "isik"),
        ("Αθήνα", "αθήνα αθηνα", "αθηνα"),
        ("Ёлка", "ёлка елка", "елка"),
        ("مُحَمَّد أحمد", "مُحَمَّد محمد أحمد احمد", "محمد احمد"),
        ("שָׁלוֹם", "שָׁלוֹם שלום", "שלום"),
        ("ガ नी", "ガ नी", "ガ नी"),
    ],
)
def test_a_word_is_indexed_and_searched_in_the_forms_that_people_type(
    text: str, words: str, without_marks: str
) -> None:
    assert kept_words(text).split() == words.split()
    assert query_of(text).words.split() == words.split()
    assert asked_words(text) == without_marks


def test_a_query_says_which_words_are_forms_of_others() -> None:
    found = query_of("für Anna")
    assert list(zip(found.forms, found.originals, strict=True)) == [("fur", "für"), ("fuer", "für")]


@given(st.text(max_size=300))
def test_every_word_of_a_text_is_found_in_it_in_any_form(text: str) -> None:
    kept = set(kept_words(text).split())
    assert set(query_of(text).words.split()) <= kept
    assert set(asked_words(text).split()) <= kept


def test_scripts_without_spaces_are_indexed_by_characters_and_pairs_and_searched_by_pairs() -> None:
    assert kept_words("在护照").split() == ["在", "护", "照", "在护", "护照"]
    assert asked_words("在护照?").split() == ["在护", "护照"]
    assert asked_words("猫").split() == ["猫"]
    assert kept_words("생신은").split() == ["생", "신", "은", "생신", "신은"]
    assert asked_words("생신 집").split() == ["생신", "집"]


@pytest.mark.parametrize(
    ("old", "body", "append", "new"),
    [
        ("a", None, None, "a"),
        ("a", "b", None, "b"),
        ("a", None, "b", "a\nb"),
        ("a\n", None, "b", "a\nb"),
        ("", None, "b", "b"),
        ("a", "b", "c", "b\nc"),
    ],
)
def test_a_body_is_replaced_first_and_then_appended_to(
    old: str, body: str | None, append: str | None, new: str
) -> None:
    assert revised(old, body=body, append=append) == new


@pytest.mark.parametrize(
    ("one", "other"),
    [(("a", "b"), ("a", "c")), (("a", "b"), ("x", "b")), (("a", "bc"), ("ab", "c"))],
)
def test_another_title_or_text_has_another_version(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert version(*one) != version(*other)
    assert version(*one) == version(*one)
    assert re.fullmatch("[0-9a-f]{16}", version(*one))


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        ("Wifi", "1234", "“Wifi” (4 characters, beginning “1234”)"),
        ("Wifi", " \n", "“Wifi” (empty)"),
        ("To:\r\nEve\u2028\x07!", "a\n\n\tb\x00", "“To: Eve !” (6 characters, beginning “a b”)"),
        ("Long", "word " * 300, f"“Long” (1,500 characters, beginning “{'word ' * 29}word…”)"),
        ("Just", "x" * 150, f"“Just” (150 characters, beginning “{'x' * 150}”)"),
    ],
)
def test_a_document_in_a_question_is_one_line_of_title_length_and_beginning(
    title: str, body: str, said: str
) -> None:
    assert described(title, body, en) == said


@pytest.mark.parametrize(
    ("was", "change", "title", "body", "is_foreign"),
    [
        (False, False, "t", None, False),
        (False, True, None, None, True),
        (False, True, "t", "b", True),
        (True, False, None, None, True),
        (True, False, "t", None, True),
        (True, False, None, "", True),
        (True, False, "t", "", False),
        (True, True, "t", "b", True),
    ],
)
def test_a_text_by_others_is_the_users_own_again_only_when_nothing_of_it_is_left(
    was: bool, change: bool, title: str | None, body: str | None, is_foreign: bool
) -> None:
    assert stays_foreign(was, change, title=title, body=body) is is_foreign


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("My key", " my\n KEY ", True),
        ("Stra\u00dfe in Zu\u0308rich", "STRASSE IN Z\u00dcRICH", True),
        ("I write C", "I write C++", False),
        ("a b", "ab", False),
    ],
)
def test_texts_are_the_same_but_for_case_and_spacing(one: str, other: str, same: bool) -> None:
    assert (folded(one) == folded(other)) is same


def test_the_best_passage_holds_most_of_the_words_in_any_form() -> None:
    text = f"{'The cat sat. ' * 40}\nThey were carrying a new piano home. {'The dog ran. ' * 40}"
    assert "carrying a new piano" in best_passage(text, asked_words("he carries pianos"))
    assert best_passage(text, asked_words("giraffe")).startswith("The cat sat.")
    assert best_passage("", "cat") == ""
    assert best_passage("short", "") == "short"
