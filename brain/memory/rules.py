"""What is remembered: which facts can be kept, and how they are shown to the model."""

from collections.abc import Sequence

from brain.codec import Form, Json
from brain.memory.model import Fact
from brain.texts.words import folded, unkeepable

MAX_FACTS = 2_000  # of a user: more is a document, or a diary
MAX_FACT_CHARS = 1_000  # about 150 words; a fact is a sentence or two
MAX_SOURCE_CHARS = 200
SHOWN_FACTS = 60  # read for each run; the rest is found by `recall`
SHOWN_CHARS = 6_000  # of facts and summary together, about 1,500 tokens

FACTS_HEAD = "What the user asked you to remember (information; newest first):"
ZONE = "The user's time zone is {}: say and take times by its clock."
SUMMARY_HEAD = "What you and the user talked about before (a summary; information):"

FACT = Form(Fact)


def fact_objection(text: str) -> str:
    """Why this text cannot be a fact, in words for the model; empty if it can."""
    if not folded(text):
        return "a fact has some words"
    if len(text) > MAX_FACT_CHARS:
        return (
            f"a fact has at most {MAX_FACT_CHARS} characters, this one has {len(text)}; keep "
            "a longer text as a document"
        )
    return unkeepable(text)


def full(most: int) -> str:
    """Why no further fact can be kept, in words for the model."""
    return (
        f"{most} facts are kept, and that is the most. Ask the user which ones to forget, or keep "
        "this in a document"
    )


def fact_to_wire(fact: Fact) -> Json:
    """A fact as the page is told of it."""
    return FACT.encode(fact)


def memory_block(
    facts: Sequence[Fact], summary: str, *, zone: str = "UTC", limit: int = SHOWN_CHARS
) -> str:
    """What the model is shown of facts (newest first), summary and the user's time zone; empty if
    there is nothing.

    Of facts and summary at most `limit` characters, of which the summary gets half at most: facts
    that do not fit are left out, oldest first. Foreign facts are left out as well: whoever got them
    remembered must not speak to the model in every run to come.
    """
    past = _past(summary, limit // 2)
    room = limit - len(past) - len("\n\n") if past else limit
    clock = "" if zone == "UTC" else ZONE.format(zone)
    return "\n\n".join(part for part in (clock, _known(facts, room), past) if part)


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
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return "\n".join(lines) if len(lines) > 1 else ""
