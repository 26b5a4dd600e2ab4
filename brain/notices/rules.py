"""Rules: which can be kept, which fit an event, and what an event is worth under them."""

from collections.abc import Sequence
from dataclasses import dataclass

from brain.codec import Form, Json
from brain.events.model import EVENT_KINDS, Event, EventKind
from brain.notices.model import Rule
from brain.preferences.model import Preferences
from brain.texts.words import asked_words, kept_words, unkeepable

MAX_RULES = 100  # of a user: each event is held against all of them
MAX_ABOUT_CHARS = 300
MAX_SENDER_CHARS = 254
MAX_WORDS = 10
MAX_WORD_CHARS = 60
READ_CHARS = 20_000  # of an event's text: more is an attachment by an
RULE = Form(Rule)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """The event is worth a notice. `urgent`: it breaks the quiet hours."""

    urgent: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ToJudge:
    """It takes the model's judgement under these rules. `otherwise` is what the event is worth
    where the model says no.
    """

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
    """Why this cannot be a rule, in words for the model; empty if it can."""
    if not about.strip() or len(about) > MAX_ABOUT_CHARS:
        return f"say in 1 to {MAX_ABOUT_CHARS} characters what it is about"
    if len(words) > MAX_WORDS or any(len(word) > MAX_WORD_CHARS for word in words):
        return f"there may be {MAX_WORDS} words of {MAX_WORD_CHARS} characters each"
    if sender is not None and len(sender) > MAX_SENDER_CHARS:
        return f"a sender has at most {MAX_SENDER_CHARS} characters"
    for text in [one for one in (sender, *words) if one is not None]:
        if not asked_words(text).strip():
            return "a sender and a word have letters or digits"
    if unknown := [kind for kind in kinds if kind not in EVENT_KINDS]:
        return f"there is no kind {unknown[0]!r}, only {', '.join(EVENT_KINDS)}"
    if not (sender or words or kinds or judge):
        return "it would fit everything: say from whom, with which words, of which kind, or judge"
    return next(filter(None, map(unkeepable, (about, sender or "", *words))), "")


def full(most: int) -> str:
    """Why no further rule can be kept, in words for the model."""
    return f"{most} rules are kept, and that is the most. Ask the user which ones to give up"


def rule_to_wire(rule: Rule) -> Json:
    """A rule as the model and the page are told of it."""
    return RULE.encode(rule)


def fitting(event: Event, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules of whose kinds the event is, from whose sender, and with all of whose words.

    Words are whole ones in any case, anywhere in the subject or the text; a search by stems would
    need the language. In a script without spaces a word is a part of the text.
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
    """What the event is worth. The model is asked only where its answer would change that."""
    fit = fitting(event, rules)
    plain = [rule for rule in fit if not rule.judge]
    judged = [rule for rule in fit if rule.judge]
    told = bool(plain) or event.kind != "email" or preferences.emails == "all"
    urgent = event.urgent or any(rule.urgent for rule in plain)
    otherwise = Told(urgent=urgent) if told else None
    decisive = [rule for rule in judged if not told or (rule.urgent and not urgent)]
    return ToJudge(rules=tuple(decisive), otherwise=otherwise) if decisive else otherwise


def _is_from(sender: str, event: Event) -> bool:
    """A name is found by its words, an address by how its parts begin, an exact one by its end."""
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
