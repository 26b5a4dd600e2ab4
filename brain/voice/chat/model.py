"""A request of a voice platform, and what the server remembers of a call."""

from typing import Annotated

from msgspec import Struct

from brain.codec import SPARSE, Json

NO_CALL = "chat"  # the call of requests that name none


class ToolAnswer(Struct, frozen=True, kw_only=True):
    """The result of a tool that the platform has run. `question_id` is the question it answers."""

    question_id: str
    text: str


class Said(Struct, frozen=True, kw_only=True):
    """What a request says, and where in its history.

    `text` are the user's words that have no answer yet; empty without such words. `answers` counts
    the assistant messages before them. `quote` is what the assistant has said since the user's
    words before, and `before` are those words. `results` came after the last assistant message.
    """

    text: str = ""
    answers: int = 0
    quote: str = ""
    before: str = ""
    results: tuple[ToolAnswer, ...] = ()


class ChatRequest(Struct, frozen=True, kw_only=True):
    """A request for a chat completion, as far as it matters.

    `call` is empty if the request names none. `key` is the Idempotency-Key, empty if it is missing.
    `manner` is how the platform wants the brain to speak: text of others. `patience_s` is how many
    seconds its caller waits; None if it did not say. `control_url` is where a late answer can be
    sent to. `is_drawled`: a slow answer begins with words that end in "... ".
    """

    said: Said
    call: str = ""
    key: str = ""
    manner: str = ""
    tools: tuple[Json, ...] = ()
    model: str = ""
    is_stream: bool = False
    tells_usage: bool = False
    patience_s: float | None = None
    control_url: str | None = None
    is_drawled: bool = False


class Owed(Struct, frozen=True, kw_only=True):
    """An answer that outlived the patience of its caller.

    It consists of the messages of run `run_id` after position `since`. `by` is the message id of
    the text after whose answer it is told; empty while no later turn has begun.
    """

    run_id: str
    since: int
    by: Annotated[str, SPARSE] = ""


class TurnText(Struct, frozen=True, kw_only=True):
    """A text of a call, by the id of its message and the fingerprint of its request.

    `over`: another text of its turn has taken its place.
    """

    message_id: str
    print: str
    over: Annotated[bool, SPARSE] = False


class CurrentTurn(Struct, frozen=True, kw_only=True):
    """The last turn of a call.

    `texts` are the texts that belong to it, the newest last, and `words` are the newest one.
    `answers` and `quote` are as the newest request had them, `at_ms` is its time in milliseconds
    since 1970. `earlier` are texts of the turns before.
    """

    index: int
    answers: int
    words: str
    quote: str
    at_ms: int
    texts: tuple[TurnText, ...]
    earlier: Annotated[tuple[TurnText, ...], SPARSE] = ()
    owed: Annotated[tuple[Owed, ...], SPARSE] = ()

    @property
    def message_id(self) -> str:
        """The id of the newest text."""
        return self.texts[-1].message_id


class PlacedText(Struct, frozen=True, kw_only=True):
    """Where a request belongs: the turn of the call after it, and the id of its text.

    `replaces` is the message id of the text that it replaces. `is_next`: it opens a new turn.
    `is_over`: it is a late retry of a text that another one has replaced, so there is no answer.
    """

    message_id: str
    index: int
    turn: CurrentTurn
    replaces: str | None = None
    is_next: bool = False
    is_over: bool = False
