"""The entries of a user's log: utterances of the user and messages of the brain.

Each kind exists in two forms: as a draft without a position, and as an entry with its position
(`seq`). Only the state store assigns positions, so nothing can be shown before it is recorded.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from msgspec import Struct

from brain.chat.hearing import Heard as Heard
from brain.chat.hearing import HeardPart
from brain.chat.hearing import How as How
from brain.chat.lines import CallTurn as CallTurn
from brain.chat.lines import Remark as Remark
from brain.codec import SPARSE, Json, Named
from brain.texts.ear import speech_of
from brain.tools.content import QuestionContent


class Kind(StrEnum):
    """The purpose of a message. The page shows each kind differently."""

    SAY = "say"
    BREADCRUMB = "breadcrumb"
    NOTIFICATION = "notification"
    ERROR = "error"
    QUESTION = "question"
    ERASED = "erased"  # the user has erased the text; the place stays


class Speak(StrEnum):
    """When a voice front end reads a message aloud."""

    NOW = "now"
    WHEN_IDLE = "whenIdle"
    SILENT = "silent"


class Question(Struct, frozen=True, kw_only=True):
    """A call that waits for the user's approval (`whom` is user) or for its result from the user's
    front end (client).

    A decision applies to exactly these arguments. Text before the question in the log never counts
    as an answer. `content` is what will be sent, if something is.
    """

    whom: Annotated[Literal["user", "client"], Named("for")]
    tool: str
    arguments: Json
    expires_at: datetime
    content: Annotated[QuestionContent | None, SPARSE] = None


class Decision(Struct, frozen=True, kw_only=True):
    """The decision on a question.

    approve: the call runs with `arguments`, which the user may have edited. reject: the call does
    not run. answer: the front end ran the call, and `result` is its result. `spoken`: the user said
    so in words. `foreign`: the question may quote third parties. `changed` are the names of the
    arguments that the user has changed; None if this is not known.
    """

    question_id: str
    verdict: Literal["approve", "reject", "answer"]
    tool: str
    arguments: Json
    result: str = ""
    spoken: Annotated[bool, SPARSE] = False
    foreign: Annotated[bool, SPARSE] = False
    changed: Annotated[tuple[str, ...] | None, SPARSE] = None


class UtteranceDraft(Struct, frozen=True, kw_only=True):
    """What the user said, before it has a position in the log.

    `decision` is set if the text answers a question. `turn`: its turn of a call, in which it takes
    the place of the text `replaces`. `speculative`: the speaker may not have finished.
    """

    id: str
    text: str
    message_id: str
    agent_call_id: Annotated[str | None, Named("callId")] = None
    created_at: datetime
    decision: Annotated[Decision | None, SPARSE] = None
    turn: Annotated[CallTurn | None, SPARSE] = None
    replaces: Annotated[str | None, SPARSE] = None
    speculative: Annotated[bool, SPARSE] = False

    def placed(self, *, seq: int, run_id: str) -> "Utterance":
        """Return the utterance at its position in the log."""
        return Utterance(**_shared(self, UtteranceDraft), seq=seq, run_id=run_id)


class Utterance(UtteranceDraft, frozen=True, kw_only=True):
    """What the user said, with its position in the log.

    `withdraws` are the positions of the text that it takes back and of that text's messages. A
    withdrawal has no text of its own. `withdrawn`: it was itself taken back, so nobody sees it.
    """

    seq: int
    run_id: str
    kind: Annotated[Literal["text", "withdrawal", "erased"], SPARSE] = "text"
    withdraws: Annotated[tuple[int, ...], SPARSE] = ()
    withdrawn: Annotated[bool, SPARSE] = False


class Draft(Struct, frozen=True, kw_only=True):
    """What the brain says, before it has a position in the log.

    Only the store decides whether the message becomes terminal. `foreign`: the text may quote third
    parties. The id of a question is the id of its message. `left_out` are positions of the user's
    texts in the run that the model's provider refuses: the model is not shown them any more.
    `confirms`: it follows an act of this run, so it is spoken even if the user has gone on.
    `speaker` is who says it, if several speak in one log.
    """

    id: str
    kind: Kind
    text: str
    answers_seq: int
    agent_call_id: Annotated[str | None, Named("callId")] = None
    speak: Speak = Speak.NOW
    expires_at: datetime | None = None
    supersedes: str | None = None
    created_at: datetime
    question: Annotated[Question | None, SPARSE] = None
    foreign: Annotated[bool, SPARSE] = False
    left_out: Annotated[tuple[int, ...], SPARSE] = ()
    confirms: Annotated[bool, SPARSE] = False
    speaker: Annotated[str | None, SPARSE] = None

    def placed(self, *, seq: int, run_id: str, done_after_this: bool) -> "Message":
        """Return the message at its position in the log."""
        return Message(
            **_shared(self, Draft), seq=seq, run_id=run_id, done_after_this=done_after_this
        )


class Message(Draft, frozen=True, kw_only=True):
    """What the brain says, with its position in the log.

    `done_after_this` marks the terminal message of its run. `withdrawn`: the text that it answers
    was taken back, and nobody is shown it. `heard` is known of newer entries read from the log.
    """

    seq: int
    run_id: str
    done_after_this: bool
    withdrawn: Annotated[bool, SPARSE] = False
    heard: Annotated[HeardPart | None, SPARSE] = None

    @property
    def speech(self) -> Annotated[str | None, SPARSE]:
        """What to say if it differs from the text; empty if there is nothing to say."""
        return speech_of(self.text)


type LogEntry = Utterance | Message


def _shared(value: Struct, kind: type[Struct]) -> dict[str, Any]:
    """Return the values of the fields of `kind`, taken from a value that has all of them."""
    return {name: getattr(value, name) for name in kind.__struct_fields__}
