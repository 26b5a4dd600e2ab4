"""Rules: which are valid, which fit an event, and whether they ask for a notice of it."""

from collections.abc import Sequence

from msgspec import Struct

from brain.codec import Form, Json
from brain.events.model import EVENT_KINDS, Event, EventKind
from brain.notices.model import Rule
from brain.preferences.model import Preferences
from brain.texts.words import asked_words, kept_words, unkeepable

MAX_RULES = 100  # per user; each event is compared with all of them
MAX_ABOUT_CHARS = 300
MAX_SENDER_CHARS = 254
MAX_WORDS = 10
MAX_WORD_CHARS = 60
READ_CHARS = 20_000  # of an event's text; words beyond that are not searched
RULE = Form(Rule, without=("unmarked",))


class Told(Struct, frozen=True, kw_only=True):
    """The user should be told about the event. `urgent` means even during quiet hours."""

    urgent: bool


class ToJudge(Struct, frozen=True, kw_only=True):
    """The model must judge the event by these rules. `otherwise` is the result if it says no."""

    rules: tuple[Rule, ...]
    otherwise: Told | None


type Worth = Told | ToJudge | None


def rule_objection(
    about: str,
    *,
    sender: str | None,
    words: Sequence[str],
    kinds: Sequence[EventKind],
    judge: bool,
) -> str:
    """Say for the model why the rule is invalid; empty if it is valid."""
    if not about.strip() or len(about) > MAX_ABOUT_CHARS:
        return f"about must have 1 to {MAX_ABOUT_CHARS} characters"
    if len(words) > MAX_WORDS or any(len(word) > MAX_WORD_CHARS for word in words):
        return f"at most {MAX_WORDS} words of {MAX_WORD_CHARS} characters each are allowed"
    if sender is not None and len(sender) > MAX_SENDER_CHARS:
        return f"the sender must have at most {MAX_SENDER_CHARS} characters"
    for text in [one for one in (sender, *words) if one is not None]:
        if not asked_words(text).strip():
            return "the sender and each word must contain letters or digits"
    if unknown := [kind for kind in kinds if kind not in EVENT_KINDS]:
        return f"the kind {unknown[0]!r} does not exist, only {', '.join(EVENT_KINDS)}"
    if not (sender or words or kinds or judge):
        return "it would fit everything: give a sender, words or kinds, or set judge"
    return next(filter(None, map(unkeepable, (about, sender or "", *words))), "")


def full(most: int) -> str:
    """Say for the model that the user has the most rules allowed."""
    return f"{most} rules are kept, which is the maximum. Ask the user which ones to remove"


def rule_to_wire(rule: Rule) -> Json:
    """The rule's JSON form for the model and the page."""
    return RULE.encode(rule)


def fitting(event: Event, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the rules that fit the event by kind, by sender and by all their words.

    Words are compared whole and without case, in the subject and the text. They are not stemmed,
    because that would need the language. In a script without spaces a word is any part of the text.
    """
    text = _words(f"{event.subject or ''} {event.text[:READ_CHARS]}")
    return tuple(
        rule
        for rule in rules
        if (not rule.kinds or event.kind in rule.kinds)
        and (rule.sender is None or _is_from(rule.sender, event))
        and all(_words_asked(word) <= text for word in rule.words)
    )


def worth(event: Event, rules: Sequence[Rule], preferences: Preferences) -> Worth:
    """Decide whether to tell the user about the event.

    The model is asked only if its answer would change the decision. A foreign rule makes nothing
    urgent.
    """
    fit = fitting(event, rules)
    plain = [rule for rule in fit if not rule.judge]
    judged = [rule for rule in fit if rule.judge]
    told = bool(plain) or event.kind != "email" or preferences.emails == "all"
    urgent = event.urgent or any(is_urgent(rule) for rule in plain)
    otherwise = Told(urgent=urgent) if told else None
    decisive = [rule for rule in judged if not told or (is_urgent(rule) and not urgent)]
    return ToJudge(rules=tuple(decisive), otherwise=otherwise) if decisive else otherwise


def is_urgent(rule: Rule) -> bool:
    """Whether the rule breaks the quiet hours. Others may not decide that."""
    return rule.urgent and not rule.foreign


def _is_from(sender: str, event: Event) -> bool:
    """Whether the event comes from this sender.

    `@domain` must be the end of the event's address, and an address must equal it. The words of a
    name must all be in the event's sender, or begin parts of its address.
    """
    address, sought = (event.address or "").casefold(), sender.strip().casefold()
    if sought.startswith("@"):
        return address.endswith(sought)
    if "@" in sought:
        return address == sought
    asked = _words_asked(sought)
    parts = kept_words(address).split()
    return asked <= _words(event.sender or "") or all(
        any(part.startswith(word) for part in parts) for word in asked
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(kept_words(text).split())


def _words_asked(text: str) -> frozenset[str]:
    return frozenset(asked_words(text).split())
