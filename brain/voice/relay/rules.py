"""One telephone call over ConversationRelay: what is said when, and what was heard.

A state machine without I/O and clock. Times are in seconds, by any clock that does not go back.
"""

import json
from collections import deque
from collections.abc import Sequence

from brain.codec import Json, clean
from brain.run.messages import Heard, How, Message, Speak, Utterance
from brain.says.choice import language_of, tag_in
from brain.texts.ear import for_the_ear, sentences_of
from brain.tools.spec import ClientTool
from brain.voice.chat.quotes import Sent, heard_of
from brain.voice.chat.telling import sent_late
from brain.voice.late_words import told_late
from brain.voice.relay.model import PhoneAction, PhoneClaim, PhoneFrame, PhoneMark, PhoneText
from brain.voice.relay.waiting import Waiting

QUIET_S = 2.0  # seconds without words of the caller before something unasked is said
CHARS_PER_S = 15.0  # of speech; nobody tells when it has ended
END_S = 1.0  # seconds between the last word and the end of the call
MOST_TEXT_CHARS = 8_000  # of a text, as for any text of the user
MOST_KEYS = 32  # pressed before one text
MOST_SAID = 40  # messages whose end nobody has told yet
MOST_SEEN = 500  # places in the log
MOST_RUNS = 50  # of this call, whose answers are for nobody else

END_CALL = ClientTool(
    name="endCall",
    description="End the telephone call: the caller has said goodbye, or wants to hang up. Say "
    "goodbye in the same answer.",
    parameters={"type": "object", "properties": {}},
    foreign=False,
    ends=True,
)


class Phone:
    """The state of one call. Entries of the log up to `since` are not told."""

    def __init__(self, *, since: int) -> None:
        self._since = since
        self._seen: deque[int] = deque(maxlen=MOST_SEEN)
        self._parts: list[str] = []  # of the text that is being said
        self._keys = 0
        self._turns = 0
        self._turn_seq: int | None = None  # of the last text; None until it is in the log
        self._turn_run = ""  # its run
        self._said: deque[Sent] = deque(maxlen=MOST_SAID)
        self._runs: deque[str] = deque(maxlen=MOST_RUNS)
        self._late = Waiting()
        self._language: str | None = None
        self._claiming = 0  # the place of the message that is being claimed; 0: no message
        self._is_unfinished = False  # a sentence was sent, and more was promised
        self._spoken_until = self._quiet_from = 0.0
        self._ends_at: float | None = None

    @property
    def wake_at(self) -> float | None:
        """When `clock` has something to do; None if only others can tell."""
        times = [self._ends_at] if self._ends_at is not None else []
        if not self._claiming and (late := self._late.next()) is not None:
            times.append(max(self._free_at, late[1]))
        return min(times, default=None)

    @property
    def _free_at(self) -> float:
        """When something unasked may be said."""
        return max(self._spoken_until, self._quiet_from)

    def prompt(self, frame: Json, now: float) -> list[PhoneAction]:
        """Take in what the caller says. It is a text once it is complete."""
        actions: list[PhoneAction] = [PhoneMark(heard=one.played()) for one in self._said]
        self._said.clear()
        self._quiet_from, self._spoken_until, self._ends_at = now + QUIET_S, now, None
        words = frame.get("voicePrompt")
        if isinstance(words, str):
            self._parts.append(" ".join(clean(words).split()))
        if frame.get("last", True) is False:
            return actions
        text = " ".join(part for part in self._parts if part)[:MOST_TEXT_CHARS]
        self._parts, self._keys = [], 0
        if text:
            self._language = tag_in(frame.get("lang"))
            actions.append(PhoneText(text=text, index=self._turns, language=self._language))
            self._turns += 1
            self._turn_seq = None
            self._is_unfinished = False
        return actions

    def key(self, frame: Json) -> None:
        """Keep a pressed key for the next text."""
        digit = frame.get("digit")
        if isinstance(digit, str) and digit in "0123456789*#ABCD" and len(digit) == 1:
            if self._keys < MOST_KEYS:
                self._parts.append(f"(pressed {digit})")
            self._keys += 1

    def interrupt(self, frame: Json, now: float) -> list[PhoneAction]:
        """Take in that the caller has cut us off."""
        words = frame.get("utteranceUntilInterrupt")
        marks = _heard_until(clean(words) if isinstance(words, str) else "", tuple(self._said))
        self._said.clear()
        self._quiet_from, self._spoken_until = now + QUIET_S, now
        if self._ends_at is not None:
            self._ends_at = now + QUIET_S
        return [PhoneMark(heard=mark) for mark in marks]

    def placed(self, index: int, seq: int, run_id: str) -> None:
        """Note the place of a turn's text in the log, and its run."""
        if run_id and run_id not in self._runs:
            self._runs.append(run_id)
        if index == self._turns - 1:
            self._turn_seq, self._turn_run = seq, run_id

    def entry(self, entry: Utterance | Message, now: float) -> list[PhoneAction]:
        """Take in an entry of the log, in the order of the log for each of its runs."""
        if entry.seq <= self._since or entry.seq in self._seen:
            return []
        self._seen.append(entry.seq)
        if isinstance(entry, Utterance) or entry.withdrawn:
            self._late.drop(entry.withdraws if isinstance(entry, Utterance) else ())
            return []
        self._late.replace(entry.supersedes)
        if entry.question is not None and entry.question.whom == "client":
            return self._client_call(entry, now)
        if self._answers(entry):
            return self._say(entry, now, is_last=entry.done_after_this)
        if entry.speak is not Speak.SILENT and for_the_ear(entry.text):
            self._late.add(entry)
        return self.clock(now)

    def clock(self, now: float) -> list[PhoneAction]:
        """Say the next message that waits, or end the call, if it is time."""
        actions: list[PhoneAction] = []
        late = None if self._claiming else self._late.next()
        if late is not None and now >= max(self._free_at, late[1]):
            message = late[0]
            if message.run_id in self._runs:  # nobody else says it
                actions += self._say_late(message.seq, now)
            else:
                self._claiming = message.seq
                actions.append(PhoneClaim(seq=message.seq))
        if self._ends_at is not None and now >= self._ends_at:
            self._ends_at = None
            actions.append(end("done"))
        return actions

    def claimed(self, state: str, left_s: float, now: float) -> list[PhoneAction]:
        """Take in what became of the claim. `left_s`: it can be tried again after this time.

        While it was asked for, the caller may have gone on, and the message may have been dropped.
        """
        seq, self._claiming = self._claiming, 0
        if state == "held":
            self._late.hold(seq, now + left_s)
        elif state != "yours":
            self._late.drop((seq,))
        elif now >= self._free_at:
            return self._say_late(seq, now)
        return self.clock(now)

    def failed(self, words: str, now: float) -> list[PhoneAction]:
        """Say that a text was not taken."""
        self._spoken_until = now + len(words) / CHARS_PER_S
        return [_text(words, is_last=True)]

    def _say_late(self, seq: int, now: float) -> list[PhoneAction]:
        message = self._late.take(seq)
        if message is None:
            return []
        sent = sent_late(message)
        words = told_late(message, language_of(self._language))
        return self._speak(sent, words, now, is_last=True)

    def _answers(self, message: Message) -> bool:
        """Whether a message answers what the caller has said last."""
        seq, run_id = self._turn_seq, self._turn_run
        return seq is not None and message.answers_seq >= seq and message.run_id == run_id

    def _client_call(self, message: Message, now: float) -> list[PhoneAction]:
        """Carry out a call of the telephone's own tool."""
        assert message.question is not None
        if message.question.tool != END_CALL.name or not self._answers(message):
            return []  # of another front end, or the caller has gone on
        self._ends_at = max(self._spoken_until, now) + END_S
        return self._close()

    def _say(self, message: Message, now: float, *, is_last: bool) -> list[PhoneAction]:
        speech = "" if message.speak is Speak.SILENT else for_the_ear(message.text)
        return self._speak(Sent(seq=message.seq, speech=speech), speech, now, is_last=is_last)

    def _speak(self, sent: Sent, words: str, now: float, *, is_last: bool) -> list[PhoneAction]:
        sentences = sentences_of(words)
        if not sentences:
            return self._close() if is_last else []
        self._said.append(sent)
        self._spoken_until = max(self._spoken_until, now) + len(words) / CHARS_PER_S
        self._is_unfinished = not is_last
        last = len(sentences) - 1
        return [
            _text(sentence, is_last=is_last and place == last)
            for place, sentence in enumerate(sentences)
        ]

    def _close(self) -> list[PhoneAction]:
        """Say that no more follows, if more was promised."""
        was_unfinished, self._is_unfinished = self._is_unfinished, False
        return [_text("", is_last=True)] if was_unfinished else []


def end(reason: str) -> PhoneFrame:
    """The frame that ends the relay: the call's script goes on with the reason."""
    return PhoneFrame(frame={"type": "end", "handoffData": json.dumps({"reason": reason})})


def _text(words: str, *, is_last: bool) -> PhoneFrame:
    frame: Json = {"type": "text", "token": words if is_last else f"{words} ", "last": is_last}
    return PhoneFrame(
        frame={**frame, "interruptible": True, **({} if is_last else {"preemptible": True})}
    )


def _heard_until(words: str, said: Sequence[Sent]) -> list[Heard]:
    """Return what was heard of the messages, if these were the last words. Nothing is marked if
    they cannot be found there.
    """
    if not words.strip():
        return [Heard(seq=one.seq, how=How.UNSPOKEN) for one in said]
    marks = list(heard_of(words, said))
    sent = {one.seq: one for one in said}
    begun = False  # what stands before the first quoted message was said before these words
    for place, mark in enumerate(marks):
        begun = begun or mark.how is not How.UNSPOKEN
        if not begun:
            marks[place] = sent[mark.seq].played()
        elif mark.how is How.CUT_OFF:
            chars = _with_its_end(sent[mark.seq].speech, mark.chars, words)
            marks[place] = Heard(seq=mark.seq, how=How.CUT_OFF, chars=chars)
    return marks


def _with_its_end(speech: str, chars: int, words: str) -> int:
    """Return the place after the punctuation with which the words end, if it stands there."""
    tail = words.rstrip()
    kept = tail.rstrip("".join({char for char in tail if not char.isalnum()}))
    punctuation = tail[len(kept) :]
    return chars + len(punctuation) if speech.startswith(punctuation, chars) else chars
