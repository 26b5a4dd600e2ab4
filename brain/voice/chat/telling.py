"""Decides what of a user's log is the answer to one text, and in which order it is told.

The log is the only source, so the same request again gets the same answer from its beginning.
"""

from collections.abc import Container, Iterable, Iterator, Sequence

from msgspec import Struct, field

from brain.codec import dumps
from brain.run.messages import Kind, LogEntry, Message, Speak, Utterance
from brain.texts.ear import for_the_ear, sentences_of
from brain.voice.chat.model import Owed
from brain.voice.chat.quotes import Sent
from brain.voice.chat.rules import CALL_PREFIX
from brain.voice.chat.wire import AnswerPart, Finish, HandedCall, Sentence
from brain.voice.late_words import name_of

MAX_SEQ = 2**53 - 1
SENTENCE_END = " .!?…。"


class Narration(Struct, kw_only=True):
    """The answer to the text at `seq`, which is part of the run `run_id`.

    `call` and `index` are its turn. `is_drawled`: steps end as if more was to come. `late` are
    answers of earlier turns that are told after this one; of a long one `offer` offers the rest.
    """

    seq: int
    run_id: str
    call: str = ""
    index: int = 0
    is_drawled: bool = False
    late: Sequence[Message] = ()
    offer: str = ""
    is_over: bool = False
    finish: Finish = "stop"
    has_spoken: bool = False
    told: list[Message] = field(default_factory=list)
    last_seq: int = 0
    _held: list[Message] = field(default_factory=list)

    def take(self, entry: LogEntry) -> list[AnswerPart]:
        """Return what the entry adds to the answer. Entries that were taken before add nothing."""
        if self.is_over or entry.seq <= self.last_seq:
            return []
        self.last_seq = entry.seq
        return list(self._taken(entry))

    def conclude(self) -> list[AnswerPart]:
        """End the answer: the run has ended. Return what is told after the answer itself."""
        if self.is_over:
            return []
        self.is_over = True
        return [part for message in (*self._held, *self.late) for part in self._tell(message)]

    def _taken(self, entry: LogEntry) -> Iterator[AnswerPart]:
        if isinstance(entry, Utterance):
            self.is_over = self._ends_with(entry)
        elif entry.run_id == self.run_id and entry.seq > self.seq:
            if entry.withdrawn:
                return
            if entry.answers_seq < self.seq:  # it belongs to an earlier text of the run
                self._held += [] if entry.kind is Kind.BREADCRUMB else [entry]
            else:
                yield from self._tell(entry)
            if entry.done_after_this:
                yield from self.conclude()

    def _ends_with(self, entry: Utterance) -> bool:
        """Whether the text has no answer here: it was taken back, or the user has gone on."""
        if entry.seq == self.seq:
            return entry.withdrawn
        is_later = (
            entry.turn is not None
            and entry.turn.call == self.call
            and entry.turn.index > self.index
            and not entry.withdrawn
        )
        return self.seq in entry.withdraws or (is_later and entry.run_id == self.run_id)

    def _tell(self, message: Message) -> Iterator[AnswerPart]:
        question = message.question
        if question is not None and question.whom == "client":
            if message.done_after_this:
                self.finish = "tool_calls"
                id, arguments = f"{CALL_PREFIX}{message.id}", dumps(question.arguments)
                yield HandedCall(id, question.tool, arguments)
            return
        if message.speak is Speak.SILENT:
            return
        is_drawled = self.is_drawled and message.kind is Kind.BREADCRUMB
        sent = self.sent(message)
        words = f"{sent.speech} {self.offer}" if sent.is_part else sent.speech
        said = sentences(words, is_drawled=is_drawled)
        if said:
            self.has_spoken = True
            self.told.append(message)
        yield from said

    def sent(self, message: Message) -> Sent:
        """Return what is spoken of a message: of a late answer that is long, its first sentence."""
        is_late = any(one.seq == message.seq for one in self.late)
        return sent_late(message) if is_late else Sent(seq=message.seq, speech=_speech(message))


def sent_late(message: Message) -> Sent:
    """Return what is spoken of a message that comes late."""
    name = name_of(message)
    speech = _speech(message) if name is None else name
    return Sent(seq=message.seq, speech=speech, is_part=name is not None)


def _speech(message: Message) -> str:
    return for_the_ear(message.text)


def sentences(speech: str, *, is_drawled: bool = False) -> list[Sentence]:
    """Return the sentences, each with a space after it. `is_drawled`: more is to come."""
    said = list(sentences_of(speech))
    if said and is_drawled:
        said[-1] = said[-1].rstrip(SENTENCE_END) + "..."
    return [Sentence(f"{sentence} ") for sentence in said]


def spoken_in(entries: Iterable[LogEntry], telling: Narration) -> tuple[Sent, ...]:
    """Return what was to be spoken in the answer that these entries give, in its order."""
    for entry in entries:
        telling.take(entry)
    telling.conclude()
    return tuple(telling.sent(message) for message in telling.told)


def late_answers(
    entries: Iterable[LogEntry],
    owed: Owed,
    *,
    before: int = MAX_SEQ,
    played: Container[int] = (),
) -> list[Message]:
    """Return the messages of an answer that its caller did not wait for, and nobody has heard.

    `before` is the position of the text after whose answer they are told.
    """
    return [
        entry
        for entry in entries
        if isinstance(entry, Message)
        and entry.run_id == owed.run_id
        and owed.since < entry.seq < before
        and entry.kind is not Kind.BREADCRUMB
        and entry.speak is not Speak.SILENT
        and entry.seq not in played
        and not entry.withdrawn
    ]
