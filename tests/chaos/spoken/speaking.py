"""What users have heard of the brain's questions, and whether a yes of theirs could be an answer.

The times are the store's. Nothing here asks the store: the reports and the texts are written down
as they take effect.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from brain.run.messages import Heard, How, Kind, LogEntry, Message, Utterance

SOONEST_MS = 1_000  # after a question was heard
LATEST_MS = 180_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a front end has reported of a message, and when it took effect."""

    user: str
    heard: Heard
    at_ms: int


@dataclass(kw_only=True, slots=True)
class Speaking:
    """The reports of one history, and when each text was admitted, by its message id."""

    reports: list[Report] = field(default_factory=list)
    admitted_ms: dict[str, int] = field(default_factory=dict)
    spoken: set[str] = field(default_factory=set)

    def admitted(self, message_id: str, *, at_ms: int, is_spoken: bool) -> None:
        """A text was admitted; a second time changes nothing."""
        if message_id not in self.admitted_ms:
            self.admitted_ms[message_id] = at_ms
            if is_spoken:
                self.spoken.add(message_id)

    def unheard(self, user: str, log: Sequence[LogEntry]) -> Iterator[str]:
        """Spoken yeses that decided what their user could not have answered."""
        by_id = {entry.id: entry for entry in log if isinstance(entry, Message)}
        for text in log:
            if not isinstance(text, Utterance) or text.message_id not in self.spoken:
                continue
            if text.decision is None or text.decision.verdict != "approve":
                continue
            question = by_id[text.decision.question_id]
            if not self._was_heard(user, question.seq, self.admitted_ms[text.message_id]):
                yield f"I6 text {text.seq} agrees to a question that was not just heard"
            between = [entry for entry in log if question.seq < entry.seq < text.seq]
            if any(not _is_breadcrumb(entry) for entry in between):
                yield f"I6 text {text.seq} is not the next after the question that it agrees to"

    def _was_heard(self, user: str, seq: int, at_ms: int) -> bool:
        heard: list[int] = []
        for report in self.reports:
            if report.user != user or report.heard.seq != seq or report.at_ms > at_ms:
                continue
            if report.heard.how in (How.UNSPOKEN, How.CUT_OFF):
                heard = []
            else:
                heard.append(report.at_ms)
        early = any(at_ms - when >= SOONEST_MS for when in heard)
        return early and any(at_ms - when <= LATEST_MS for when in heard)


def _is_breadcrumb(entry: LogEntry) -> bool:
    return isinstance(entry, Message) and entry.kind is Kind.BREADCRUMB
