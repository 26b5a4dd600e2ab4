"""Rules, as values."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.events.model import EVENT_KINDS, Event
from brain.notices.model import Rule
from brain.notices.rules import (
    MAX_ABOUT_CHARS,
    READ_CHARS,
    ToJudge,
    Told,
    fitting,
    full,
    rule_objection,
    rule_to_wire,
    worth,
)
from brain.preferences.model import Preferences

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)
MAIL = Event(
    id="e",
    kind="email",
    at=MOMENT,
    sender="Anna Smith",
    address="A.Smith@Firm.example.org",
    subject="Lunch on Friday",
    text="Shall we meet? The invoice for Zu\u0308rich is paid. 我的护照在抽屉里。",
)


def rule(**given: Any) -> Rule:
    plain: dict[str, Any] = {
        "id": "r", "about": "when Anna writes", "sender": None, "words": (), "kinds": (),
        "judge": False, "urgent": False, "created_at": MOMENT,
    }  # fmt: skip
    return Rule(**{**plain, **given})


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ({}, True),
        ({"sender": "Anna"}, True),
        ({"sender": "anna SMITH"}, True),
        ({"sender": "smith"}, True),
        ({"sender": "Ann"}, False),
        ({"sender": "Anna Jones"}, False),
        ({"sender": "firm"}, True),
        ({"sender": "irm"}, False),
        ({"sender": "A.Smith@Firm.example.org"}, True),
        ({"sender": "smith@firm.example.org"}, False),
        ({"sender": "@firm.example.org"}, True),
        ({"sender": " @FIRM.example.org"}, True),
        ({"sender": "a.smith@firm.example.org "}, True),
        ({"sender": "@Example.org"}, False),
        ({"sender": "example.org"}, True),
        ({"words": ("invoice",)}, True),
        ({"words": ("INVOICE", "lunch")}, True),
        ({"words": ("invoices",)}, False),
        ({"words": ("voice",)}, False),
        ({"words": ("lunch", "dinner")}, False),
        ({"words": ("friday lunch",)}, True),
        ({"words": ("Zürich",)}, True),
        ({"words": ("护照",)}, True),
        ({"words": ("照护",)}, False),
        ({"kinds": ("email",)}, True),
        ({"kinds": ("document", "email")}, True),
        ({"kinds": ("document",)}, False),
        ({"sender": "Anna", "words": ("invoice",), "kinds": ("email",)}, True),
        ({"sender": "Ben", "words": ("invoice",), "kinds": ("email",)}, False),
        ({"sender": "Anna", "words": ("dinner",), "kinds": ("email",)}, False),
        ({"sender": "Anna", "words": ("invoice",), "kinds": ("event",)}, False),
    ],
)
def test_a_rule_fits_by_kind_sender_and_whole_words(given: dict[str, Any], fits: bool) -> None:
    assert bool(fitting(MAIL, [rule(**given)])) is fits


def test_an_event_with_only_the_words_of_a_rule_fits() -> None:
    event = Event(id="e", kind="event", at=MOMENT, text="Door, open!", sender="Front Door")
    assert fitting(event, [rule(words=("open", "door"), sender="front door")])


def test_an_event_without_a_sender_fits_no_rule_with_a_sender() -> None:
    event = Event(id="e", kind="event", at=MOMENT, text="The door is open")
    rules = [rule(sender="Anna"), rule(sender="a@b.org"), rule(sender="@b.org")]
    assert fitting(event, rules) == ()
    assert fitting(event, [rule(words=("door",))]) == (rule(words=("door",)),)


def test_only_the_beginning_of_a_very_long_text_is_searched() -> None:
    text = "x" * (READ_CHARS - 5) + " door invoice"
    event = Event(id="e", kind="email", at=MOMENT, text=text)
    assert fitting(event, [rule(words=("door",))])
    assert not fitting(event, [rule(words=("invoice",))])


@settings(deadline=None)  # a busy machine is slow
@given(st.text(), st.text(max_size=30), st.text(max_size=30))
def test_any_characters_can_be_compared(text: str, sender: str, word: str) -> None:
    event = Event(id="e", kind="email", at=MOMENT, text=text, sender=text, address=sender)
    fitting(event, [rule(sender=sender, words=(word,))])


PLAIN, URGENT = rule(id="plain"), rule(id="urgent", urgent=True)
JUDGED, FIRE = rule(id="judged", judge=True), rule(id="fire", judge=True, urgent=True)
OTHER = rule(id="other", sender="Ben", urgent=True)
NOW, SOON = Told(urgent=True), Told(urgent=False)


def judged(*rules: Rule, otherwise: Told | None) -> ToJudge:
    return ToJudge(rules=rules, otherwise=otherwise)


@pytest.mark.parametrize(
    ("rules", "all_emails", "only_rules"),
    [
        ([], SOON, None),
        ([OTHER], SOON, None),
        ([PLAIN], SOON, SOON),
        ([URGENT], NOW, NOW),
        ([PLAIN, URGENT], NOW, NOW),
        ([JUDGED], SOON, judged(JUDGED, otherwise=None)),
        ([FIRE], judged(FIRE, otherwise=SOON), judged(FIRE, otherwise=None)),
        ([JUDGED, FIRE], judged(FIRE, otherwise=SOON), judged(JUDGED, FIRE, otherwise=None)),
        ([PLAIN, JUDGED], SOON, SOON),
        ([PLAIN, FIRE], judged(FIRE, otherwise=SOON), judged(FIRE, otherwise=SOON)),
        ([URGENT, FIRE, JUDGED], NOW, NOW),
    ],
)
def test_the_model_is_asked_only_if_its_answer_changes_the_decision(
    rules: list[Rule], all_emails: object, only_rules: object
) -> None:
    assert worth(MAIL, rules, Preferences(emails="all")) == all_emails
    assert worth(MAIL, rules, Preferences(emails="rules")) == only_rules


@pytest.mark.parametrize("kind", [kind for kind in EVENT_KINDS if kind != "email"])
def test_an_event_other_than_an_email_is_announced_without_a_rule(kind: Any) -> None:
    event = Event(id="e", kind=kind, at=MOMENT)
    assert worth(event, [], Preferences(emails="rules")) == SOON
    urgent = Event(id="e", kind=kind, at=MOMENT, urgent=True)
    assert worth(urgent, [FIRE], Preferences(emails="rules")) == NOW


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sender": "Anna"}, ""),
        ({"words": ("invoice",)}, ""),
        ({"kinds": ("email",)}, ""),
        ({"judge": True}, ""),
        ({"judge": True, "about": "x" * MAX_ABOUT_CHARS, "words": ("a" * 60,) * 10}, ""),
        ({"sender": "x" * 254}, ""),
        ({}, "would fit everything"),
        ({"sender": "Anna", "about": " "}, "1 to 300 characters"),
        ({"sender": "Anna", "about": "x" * (MAX_ABOUT_CHARS + 1)}, "1 to 300 characters"),
        ({"sender": "x" * 255}, "at most 254"),
        ({"sender": "?!"}, "letters or digits"),
        ({"sender": "@"}, "letters or digits"),
        ({"words": ("a", "?")}, "letters or digits"),
        ({"words": ("a",) * 11}, "10 words of 60"),
        ({"words": ("a" * 61,)}, "10 words of 60"),
        ({"kinds": ("mail",)}, "the kind 'mail' does not exist, only email, reminder"),
        ({"sender": "a\0"}, "NUL"),
        ({"words": ("a\ud800",)}, "surrogate"),
        ({"judge": True, "about": "a\0"}, "NUL"),
    ],
)
def test_an_invalid_rule_is_refused_with_the_reason(given: dict[str, Any], said: str) -> None:
    plain: dict[str, Any] = {
        "about": "when", "sender": None, "words": (), "kinds": (), "judge": False,
    }  # fmt: skip
    about = {**plain, **given}
    objection = rule_objection(about.pop("about"), **about)
    assert bool(objection) is bool(said)
    assert said in objection


def test_the_json_form_of_a_rule_has_the_names_of_the_contract() -> None:
    assert rule_to_wire(rule(sender="Anna", words=("invoice",), kinds=("email",), urgent=True)) == {
        "id": "r",
        "about": "when Anna writes",
        "from": "Anna",
        "words": ["invoice"],
        "kinds": ["email"],
        "judge": False,
        "urgent": True,
        "createdAt": "2026-01-31T12:00:00.000Z",
    }


def test_the_message_about_too_many_rules_names_the_maximum() -> None:
    assert full(100).startswith("100 rules are kept, which is the maximum.")


@pytest.mark.parametrize("judge", [False, True])
def test_a_foreign_rule_makes_something_told_but_never_urgent(judge: bool) -> None:
    emails = Preferences(emails="rules")
    own, theirs = (rule(judge=judge, urgent=True, foreign=foreign) for foreign in (False, True))
    if judge:
        assert worth(MAIL, [theirs], emails) == ToJudge(rules=(theirs,), otherwise=None)
        assert worth(MAIL, [theirs], Preferences()) == Told(urgent=False)
        assert isinstance(worth(MAIL, [own], Preferences()), ToJudge)
    else:
        assert worth(MAIL, [theirs], emails) == Told(urgent=False)
        assert worth(MAIL, [own], emails) == Told(urgent=True)
