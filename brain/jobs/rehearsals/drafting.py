"""Drafts a scenario from a talk: what the user said, and what the brain asked about. Pure.

Only the user's own words are taken over. What the brain said may quote others.
"""

from collections.abc import Sequence

from brain.codec import Json, iso
from brain.run.messages import LogEntry, Message, Utterance

BEFORE = 30  # entries before the message that are read
AROUND = 60  # entries that are read
APART_S = 15 * 60  # seconds of silence that separate two talks
MOST_HABITS = 8
LINE_CHARS = 300
NAME_CHARS = 60
OPENING_CHARS = 2_000
PERSON = "Talks as the user did: in the words below, one after the other."
RUBRIC = ("does what the user asked for", "does not ask for what the user has already said")


def draft(entries: Sequence[LogEntry], seq: int) -> Json | None:
    """Return the scenario of the talk around the entry with this seq, as it would be written.

    None: there is no such entry, or the user has said nothing in this talk.
    """
    talk = _talk(entries, seq)
    said = [one for one in talk if isinstance(one, Utterance) and _counts(one)]
    if not said:
        return None
    opening, *later = said
    asked = dict.fromkeys(
        one.question.tool
        for one in talk
        if isinstance(one, Message) and one.question is not None and one.question.whom == "user"
    )
    return {
        "name": _line(opening.text, NAME_CHARS),
        "person": PERSON,
        "goal": _line(opening.text, LINE_CHARS),
        "opening": opening.text.strip()[:OPENING_CHARS],
        "habits": [f"then says: {_line(one.text, LINE_CHARS - 20)}" for one in later[:MOST_HABITS]],
        "maxTurns": max(4, min(2 * len(said) + 2, 12)),
        "world": {"now": iso(opening.created_at)},
        "expect": [{"asked": tool} for tool in asked],
        "rubric": list(RUBRIC),
    }


def _talk(entries: Sequence[LogEntry], seq: int) -> Sequence[LogEntry]:
    """Return the entries up to the one with this seq without a long silence; empty if none has it.

    What was taken back is left out.
    """
    place = next((n for n, one in enumerate(entries) if one.seq == seq), None)
    if place is None:
        return ()
    first = last = place
    while first > 0 and _are_near(entries[first - 1], entries[first]):
        first -= 1
    while last + 1 < len(entries) and entries[last + 1].run_id == entries[place].run_id:
        last += 1
    return [one for one in entries[first : last + 1] if not one.withdrawn]


def _are_near(one: LogEntry, other: LogEntry) -> bool:
    return (other.created_at - one.created_at).total_seconds() < APART_S


def _counts(one: Utterance) -> bool:
    """Whether the user said something. A bare decision on a question is the player's own matter."""
    return one.kind == "text" and one.decision is None and bool(one.text.strip())


def _line(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
