"""Decides how a rehearsal ended: first what code can check, then what the judge says."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from brain.codec import Json
from brain.jobs.rehearsals.numbers import Ending
from brain.jobs.rehearsals.ports import WorldEffect
from brain.jobs.rehearsals.scenario import Expectation, Scenario
from brain.run.messages import LogEntry, Message, Speak, Utterance

CONTAINS, LACKS = "~", "!~"
_NAMED = re.compile(r"<([^<>@\s]+@[^<>@\s]+)>\s*$")  # Anna <anna@example.org>


class Rehearsed(Struct, frozen=True, kw_only=True):
    """All that is known of a rehearsal: the log, the effects, the documents at the end."""

    log: Sequence[LogEntry]
    effects: Sequence[WorldEffect]
    documents: Sequence[tuple[str, str]]  # title and body


def folded(text: str) -> str:
    """Return a text for comparing: without differences of case and of blanks."""
    return " ".join(text.casefold().split())


def is_said(entry: LogEntry) -> bool:
    """Whether an entry is something that the brain says to the user."""
    return (
        isinstance(entry, Message)
        and bool(entry.text)
        and not entry.withdrawn
        and entry.speak is not Speak.SILENT
        and (entry.question is None or entry.question.whom == "user")
    )


def is_players(entry: LogEntry) -> bool:
    """Whether an entry is a text of the player, and not a result of their front end."""
    if not isinstance(entry, Utterance) or entry.kind != "text":
        return False
    return entry.decision is None or entry.decision.verdict != "answer"


def transcript_of(log: Sequence[LogEntry]) -> str:
    """Return the talk as text: each line with its place and its speaker."""
    return "\n".join(
        f"[{entry.seq}] {'user' if isinstance(entry, Utterance) else 'assistant'}: {entry.text}"
        for entry in log
        if is_players(entry) or is_said(entry)
    )


def first_words_s(log: Sequence[LogEntry]) -> list[float]:
    """Return for each text of the player how long it waited for a word of the brain, in seconds.

    A text without an answer is left out, and so is one that another text followed before.
    """
    waits: list[float] = []
    asked: Utterance | None = None
    for entry in log:
        if isinstance(entry, Utterance) and is_players(entry):
            asked = entry
        elif asked is not None and is_said(entry):
            waits.append(max(0.0, (entry.created_at - asked.created_at).total_seconds()))
            asked = None
    return waits


def checked(expected: Expectation, played: Rehearsed) -> Json:
    """Check one expectation. `seq` is the place that shows it, if there is one."""
    passed, seq = _check(expected, played)
    item = expected.model_dump(by_alias=True, mode="json", exclude_unset=True)
    return {"item": item, "passed": passed, "seq": seq}


def _check(expected: Expectation, played: Rehearsed) -> tuple[bool, int | None]:
    wanted = expected.with_ or {}
    if expected.effect is not None:
        done = [one for one in played.effects if not one.is_refused]
        return _times(expected, _effects(done, expected.effect, wanted))
    if expected.never is not None:
        found = _effects(played.effects, expected.never, wanted)
        return not found, found[0] if found else None
    if expected.asked is not None:
        return _times(expected, _questions(played.log, expected.asked, wanted))
    if expected.said is not None:
        found = _said(played.log, expected.said)
        return bool(found), found[0] if found else None
    if expected.unsaid is not None:
        found = _said(played.log, expected.unsaid)
        return not found, found[0] if found else None
    if expected.turns is not None:
        return sum(map(is_players, played.log)) <= expected.turns, None
    if expected.first_word_s is not None:
        waits = first_words_s(played.log)
        return bool(waits) and max(waits) <= expected.first_word_s, None
    return _has_document(expected, played.documents), None


def _times(expected: Expectation, found: Sequence[int]) -> tuple[bool, int | None]:
    passed = bool(found) if expected.times is None else len(found) == expected.times
    return passed, found[0] if found else None


def _effects(effects: Sequence[WorldEffect], tool: str, wanted: Mapping[str, Any]) -> list[int]:
    return [one.seq for one in effects if one.tool == tool and fits(wanted, one.arguments)]


def _questions(log: Sequence[LogEntry], tool: str, wanted: Mapping[str, Any]) -> list[int]:
    return [
        entry.seq
        for entry in log
        if isinstance(entry, Message)
        and (asked := entry.question) is not None
        and (asked.whom, asked.tool) == ("user", tool)
        and fits(wanted, asked.arguments)
    ]


def _said(log: Sequence[LogEntry], text: str) -> list[int]:
    """Return where the brain says this. A question that quotes it says it as well."""
    return [e.seq for e in log if isinstance(e, Message) and is_said(e) and has(e.text, text)]


def _has_document(expected: Expectation, documents: Sequence[tuple[str, str]]) -> bool:
    title = folded(expected.document or "")
    bodies = [body for name, body in documents if folded(name) == title]
    return any(
        (expected.body is None or folded(body) == folded(expected.body))
        and (expected.body_has is None or has(body, expected.body_has))
        and (expected.body_lacks is None or not has(body, expected.body_lacks))
        for body in bodies
    )


def has(text: str, part: str) -> bool:
    """Whether a text contains another, whatever their case."""
    return folded(part) in folded(text)


def fits(wanted: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    """Whether a call's arguments are as wanted: `name` is equal, `name~` contains, `name!~` not."""
    return all(_fits(name, value, arguments) for name, value in wanted.items())


def _fits(name: str, value: Any, arguments: Mapping[str, Any]) -> bool:
    if name.endswith(LACKS):
        return not _contains(arguments.get(name.removesuffix(LACKS)), value)
    if name.endswith(CONTAINS):
        return _contains(arguments.get(name.removesuffix(CONTAINS)), value)
    return bool(_plain(arguments.get(name)) == _plain(value))


def _contains(given: Any, value: Any) -> bool:
    """Whether a given argument contains a text, or each of several texts."""
    whole = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    parts = value if isinstance(value, list) else [value]
    return given is not None and all(has(whole, str(part)) for part in parts)


def _plain(value: Any) -> Any:
    """Return a value for comparing. The order of a list of texts does not matter, nor their case;
    one text is the same as a list of this text.
    """
    if isinstance(value, str):
        return [_person(value)]
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return sorted(map(_person, value))
    return value


def _person(text: str) -> str:
    """Return a text for comparing; of a recipient with a name only the address."""
    found = _NAMED.search(text)
    return folded(found[1] if found else text)


def outcome_of(expect: Sequence[Json], rubric: Sequence[Json], *, is_broken: bool) -> Ending:
    """Return the outcome. What code has found, no judge overrules.

    If the player broke its card, nothing that happened says anything about the brain.
    """
    if is_broken:
        return "invalid"
    if any(not each["passed"] for each in expect):
        return "failed"
    verdicts = {each["verdict"] for each in rubric}
    if "no" in verdicts:
        return "failed"
    return "unsure" if "unsure" in verdicts else "passed"


def verdict_of(
    scenario: Scenario, played: Rehearsed, rubric: Sequence[Json], *, is_broken: bool = False
) -> Json:
    """Return the whole verdict of a rehearsal, as it is stored."""
    expect = [checked(each, played) for each in scenario.expect]
    return {
        "outcome": outcome_of(expect, rubric, is_broken=is_broken),
        "expect": expect,
        "rubric": list(rubric),
        "firstWordS": [round(wait, 2) for wait in first_words_s(played.log)],
    }
