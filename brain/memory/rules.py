"""Facts: which are valid, and how they are shown. Log entries: which are found, who wrote them."""

from collections.abc import Sequence
from typing import assert_never

from brain.chat.notes import framed
from brain.codec import Form, Json
from brain.codec.places import ListPlace
from brain.memory.model import Fact, Found
from brain.run.messages import Kind, LogEntry, Message, Utterance
from brain.run.records import entry_to_wire
from brain.texts.words import best_passage, folded, kept_words, unkeepable

MAX_FACTS = 2_000  # per user; more belongs in documents
MAX_FACT_CHARS = 1_000  # about 150 words; a fact is a sentence or two
MAX_SOURCE_CHARS = 200
SHOWN_FACTS = 60  # read for each run; `recall` finds the rest
SHOWN_CHARS = 1_400  # of facts and summary together, about 350 tokens in every prompt

ADDITION_HEAD = "How the user wants you to be."
FACTS_HEAD = "What the user asked you to remember (information; newest first):"
SUMMARY_HEAD = "What you and the user talked about before (a summary; information):"

FACT = Form(Fact)


def fact_objection(text: str) -> str:
    """Say for the model why the text is not a valid fact; empty if it is valid."""
    if not folded(text):
        return "a fact must contain some words"
    if len(text) > MAX_FACT_CHARS:
        return (
            f"a fact has at most {MAX_FACT_CHARS} characters, this one has {len(text)}; save "
            "a longer text as a document"
        )
    return unkeepable(text)


def full(most: int) -> str:
    """Say for the model that the user has the most facts allowed."""
    return (
        f"{most} facts are kept, which is the maximum. Ask the user which ones to forget, or save "
        "this in a document"
    )


def fact_to_wire(fact: Fact) -> Json:
    """The fact's JSON form for the page."""
    return FACT.encode(fact)


def memory_block(
    facts: Sequence[Fact],
    summary: str,
    *,
    addition: str = "",
    limit: int = SHOWN_CHARS,
) -> str:
    """The text that shows facts (newest first) and summary to the model; may be empty.

    `addition` is what the user adds to the brain's instructions; it is shown whole. Facts and
    summary have at most `limit` characters, the summary at most half of them. A fact that does not
    fit is left out, older ones first. Foreign facts are always left out: their authors must not be
    able to address the model in every later run.
    """
    past = _past(summary, limit // 2)
    room = limit - len(past) - len("\n\n") if past else limit
    parts = (added(addition), _known(facts, room), past)
    return "\n\n".join(part for part in parts if part)


def added(addition: str) -> str:
    """The part of the block with what the user adds to the brain's instructions."""
    return framed(ADDITION_HEAD, addition)


def _past(summary: str, limit: int) -> str:
    room = limit - len(SUMMARY_HEAD) - 1
    text = " ".join(summary.split())[: max(0, room)].rstrip()
    return f"{SUMMARY_HEAD}\n{text}" if text else ""


def _known(facts: Sequence[Fact], limit: int) -> str:
    lines = [FACTS_HEAD]
    room = limit - len(FACTS_HEAD)
    for fact in facts:
        if fact.foreign:
            continue
        line = f"- {' '.join(fact.text.split())} ({fact.at:%Y-%m-%d})"
        if len(line) < room:
            room -= len(line) + 1
            lines.append(line)
    return "\n".join(lines) if len(lines) > 1 else ""


def is_lasting(entry: LogEntry) -> bool:
    """Whether a search may find the entry.

    Breadcrumbs, empty messages, and what was taken back or erased are excluded.
    """
    match entry:
        case Utterance(withdrawn=True) | Message(withdrawn=True):
            return False
        case Utterance(kind="withdrawal" | "erased") | Message(kind=Kind.ERASED):
            return False
        case Utterance():
            return True
        case Message():
            return entry.kind is not Kind.BREADCRUMB and entry.text != ""
        case _:
            assert_never(entry)


def searched(entry: LogEntry) -> str:
    """Return the text of an entry that a search looks through.

    The text of an approval with changes may be too long for all of them, so they follow it then.
    """
    decision = entry.decision if isinstance(entry, Utterance) else None
    if decision is None or not decision.changed:
        return entry.text
    values = (decision.arguments.get(name) for name in decision.changed)
    own = (value for value in values if isinstance(value, str) and value not in entry.text)
    return "\n".join([entry.text, *own])


def has_words(entry: LogEntry, words: str) -> bool:
    """Whether an entry contains all of these words (`asked_words`) or their beginnings."""
    kept = f" {kept_words(searched(entry))}"
    return is_lasting(entry) and all(f" {word}" in kept for word in words.split())


def found_in(entry: LogEntry, words: str) -> Found:
    """Return an entry as found by these words, with its best passage."""
    return Found(entry=entry, snippet=best_passage(searched(entry), words), score=0)


def place_of(found: Found) -> ListPlace:
    """Return the place of an entry in a list of entries."""
    return ListPlace(at=found.entry.created_at, id=found.entry.id)


def is_after(entry: LogEntry, place: ListPlace | None) -> bool:
    """Whether an entry comes after a place of a list whose newest entries come first."""
    return place is None or (entry.created_at, entry.id) < (place.at, place.id)


def found_to_wire(found: Found) -> Json:
    """The JSON form of a found entry for the page."""
    return {"entry": entry_to_wire(found.entry), "snippet": found.snippet}


def foreign_source(entry: LogEntry) -> str:
    """Return which third party may have written part of the entry; empty if none."""
    match entry:
        case Utterance():
            return ""
        case Message(foreign=False):
            return ""
        case Message(kind=Kind.NOTIFICATION):
            return "a notice of something outside"
        case Message():
            return "an answer that quotes what others wrote"
        case _:
            assert_never(entry)
