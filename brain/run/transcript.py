"""The journal of a run and the log around it, as lines of a chat.

Text by third parties is marked as information. It is left out if it belongs to an earlier
conversation.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from brain.chat.calls import call_id
from brain.chat.notes import (
    FOREIGN,
    LEFT_OUT,
    LeftOut,
    changed,
    corrected,
    cut_lines,
    dated,
    heard_part,
    overheard,
    rejected,
)
from brain.chat.strict import assistant_line, calling_line, user_line
from brain.codec import Json
from brain.run.history import NEUTRAL, is_withheld
from brain.run.journal import Answered, Interrupted, Joined, Overheard, Returned, Run
from brain.run.messages import Heard, How, Kind, LogEntry, Message, Utterance
from brain.run.ports import CARRIED
from brain.texts.ear import for_the_ear

type _Known = set[tuple[str, str]]  # roles and texts that the lines already contain


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """What is shown: the log before the run, and the journal with log entries in between.

    The journal of a run that continues after a question begins with the request that led to it. The
    question itself, and what was said until the decision, are in the log only.
    """

    run: Run
    before: Sequence[LogEntry]
    between: Sequence[LogEntry]
    heard: Mapping[int, Heard]
    left_out: LeftOut
    texts: Sequence[Utterance]
    zone: str

    @classmethod
    def of(
        cls,
        run: Run,
        history: Sequence[LogEntry],
        *,
        heard: Sequence[Heard],
        left_out: LeftOut,
        zone: str,
    ) -> "Scene":
        seqs = {entry.utterance.seq for entry in run.journal if isinstance(entry, Joined)}
        first = min(seqs, default=run.first_seq)
        told = {entry.run_id for entry in history if entry.seq in seqs}  # in the journal already
        texts = [e for e in history if isinstance(e, Utterance)]
        texts += [entry.utterance for entry in run.journal if isinstance(entry, Joined)]
        later = [e for e in history if e.seq > first and e.seq not in seqs]
        return cls(
            run=run,
            before=[entry for entry in history if entry.seq < first],
            between=[e for e in later if e.run_id not in told or getattr(e, "question", None)],
            heard={mark.seq: mark for mark in heard},
            left_out=left_out,
            texts=texts,
            zone=zone,
        )

    def line(self, entry: LogEntry) -> Json:
        """Return the entry as a line; with an empty text if it is not shown."""
        is_left_out = entry.seq in self.left_out.seqs
        match entry:
            case Utterance():
                return user_line(LEFT_OUT if is_left_out else self._words(entry))
            case Message(kind=Kind.BREADCRUMB) | Message(text=""):
                return assistant_line("")
            case Message():
                return assistant_line(LEFT_OUT if is_left_out else self._said(entry))
            case _:
                assert_never(entry)

    def _words(self, said: Utterance) -> str:
        """Return the user's words. If an earlier text could not be taken back, they correct it."""
        same = (each for each in self.texts if each.turn == said.turn and each.seq < said.seq)
        earlier = [each.text for each in same if said.replaces == each.message_id]
        decided, text = said.decision, said.text
        if decided is not None and decided.changed:
            own = {name: decided.arguments.get(name) for name in decided.changed}
            text = changed(decided.tool, own)
        words = dated(text, said.created_at, self.zone)
        return corrected(words, earlier[-1]) if earlier else words

    def _said(self, message: Message) -> str:
        if is_withheld(message, self.run.journal):
            return NEUTRAL
        heard = self.heard.get(message.seq)
        if heard is None or heard.how not in (How.UNSPOKEN, How.CUT_OFF):
            return message.text
        return message.text + heard_part(for_the_ear(message.text), heard.chars)


def transcript(scene: Scene) -> list[Json]:
    """Return the run as lines. More of the run gives the same lines, and others after them."""
    return list(_Telling(scene).lines())


class _Telling:
    """Goes through a journal once."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.journal = scene.run.journal
        joined = [entry.utterance for entry in self.journal if isinstance(entry, Joined)]
        self.seed = joined[0].id if joined else scene.run.run_id  # stays when a run is continued
        self.remarks = {e.seq: e.remarks for e in self.journal if isinstance(e, Overheard)}
        told = ((scene.line(entry), entry.text) for entry in (*scene.before, *scene.between))
        self.known: _Known = {(line["role"], text) for line, text in told if line["content"]}
        self.calls = 0
        self.numbers: dict[str, int] = {}  # of the last answer's calls, by the provider's id

    def lines(self) -> Iterator[Json]:
        between = list(self.scene.between)
        for entry in self.journal:
            match entry:
                case Joined(utterance=utterance):
                    while between and between[0].seq < utterance.seq:
                        yield self.scene.line(between.pop(0))
                    yield from self._joined(utterance)
                case Answered():
                    yield self._answer(entry)
                case Returned() if entry.tool_call_id in self.numbers:
                    yield self._result(entry)
                case Interrupted(text=text) if text.strip():
                    yield from cut_lines(text)
                case _:
                    pass

    def _joined(self, utterance: Utterance) -> Iterator[Json]:
        self.known.add(("user", utterance.text))
        remarks = ((one.role, one.text) for one in self.remarks.get(utterance.seq, ()))
        if utterance.seq not in self.scene.left_out.seqs:
            yield user_line(overheard(remarks, self.known))
        yield self.scene.line(utterance)
        decision = utterance.decision
        if decision is not None and decision.verdict == "reject":
            yield user_line(rejected(decision.tool, decision.arguments))

    def _answer(self, answer: Answered) -> Json:
        self.numbers = {call.id: self.calls + i for i, call in enumerate(answer.calls)}
        self.calls += len(answer.calls)
        calls = [(self._id(call.id), call.name, call.arguments) for call in answer.calls]
        carried = {CARRIED: answer.carried} if answer.carried else {}
        return {**calling_line(answer.text, calls), **carried}

    def _result(self, returned: Returned) -> Json:
        text = FOREIGN.format(returned.text) if returned.foreign else returned.text
        if self.numbers[returned.tool_call_id] in self.scene.left_out.results:
            text = LEFT_OUT
        return {"role": "tool", "tool_call_id": self._id(returned.tool_call_id), "content": text}

    def _id(self, id: str) -> str:
        return call_id(self.seed, self.numbers[id])
