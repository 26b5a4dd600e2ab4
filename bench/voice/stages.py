"""Where the time goes between the end of a spoken question and the first sound of its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.tables import Table, ms

type Json = dict[str, Any]

# By vendor: the event with which its model asks the brain, and the page's with the answer.
ASKED = {
    "openai-realtime": "response.function_call_arguments.done",
    "openai-live": "session.delegation.created",
    "gemini-live": "toolCall",
}
TOLD = {
    "openai-realtime": "response.create",
    "openai-live": "session.commentary.append",
    "gemini-live": "toolResponse",
}
GOAL_S = 1.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Stages:
    """One question and its answer. Each stage in seconds; together they are `whole_s`."""

    ear_s: float
    """From the end of the turn until the vendor's model asks the brain."""
    brain_s: float
    """Until the page gives the answer to the vendor: page, function and brain."""
    mouth_s: float
    """Until the first sentence of the answer is ready."""
    wire_s: float
    """Until the page plays it."""

    @property
    def whole_s(self) -> float:
        return self.ear_s + self.brain_s + self.mouth_s + self.wire_s


def stages_of(vendor: str, session: Json, loud_at: Sequence[float]) -> Stages | None:
    """Return the stages of the first answer; None if a part of it was not seen.

    `session` is what the stand-in recorded; `loud_at` is when the page played a sound. All times
    are seconds since 1970. The sound of what the vendor said before must have ended.
    """
    asked = _first(session["events"], "vendor", ASKED[vendor])
    told = _first(session["events"], "page", TOLD[vendor], after=asked)
    ended = max((at for at in session["turns"] if at <= asked), default=None)
    made = next((at for at in session["sounds"] if at > told), None)
    loud = next((at for at in loud_at if made and at > made), None)
    if ended is None or made is None or loud is None:
        return None
    return Stages(
        ear_s=asked - ended, brain_s=told - asked, mouth_s=made - told, wire_s=loud - made
    )


def _first(events: Iterable[Json], sender: str, kind: str, *, after: float = 0.0) -> float:
    """Return when the first event of this kind came after a time; later than any if none did."""
    times = (one["at"] for one in events if one["from"] == sender and _is(one["event"], kind))
    return next((float(at) for at in times if at >= after), float("inf"))


def _is(event: Json, kind: str) -> bool:
    responses = (event.get("toolResponse") or {}).get("functionResponses") or []
    if any(one.get("willContinue") for one in responses):
        return False  # not the answer yet
    return kind in (event.get("type"), *event)


def table_of(found: Mapping[str, Sequence[Stages]]) -> Table:
    """Return each vendor's median of each stage, and the fastest whole."""
    return Table(
        title="From the end of a spoken question to the first sound of its answer",
        columns=("ear", "page and brain", "mouth", "wire and player", "whole", "fastest"),
        rows=[(vendor, *_cells(stages)) for vendor, stages in found.items()],
        notes=(
            f"Medians. The goal for the whole is {ms(GOAL_S)}. The turn ends 0.6 s after the"
            " last word.",
        ),
    )


def _cells(stages: Sequence[Stages]) -> tuple[str, ...]:
    if not stages:
        return ("-",) * 6
    parts = [(one.ear_s, one.brain_s, one.mouth_s, one.wire_s, one.whole_s) for one in stages]
    medians = [ms(median(part)) for part in zip(*parts, strict=True)]
    return (*medians, ms(min(one.whole_s for one in stages)))
