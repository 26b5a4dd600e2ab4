"""Shows an answer while the model writes it, as numbered pieces: thoughts, actions and content.

Pieces are a preview. The recorded messages are final: once the texts of a loop are known, `settle`
makes the joined content pieces equal to these texts.

A model speaks in two ways: with plain text, which is the last message if no call follows, and with
the `message` argument of a call that speaks. Text before a call turns out to be a thought. In such
a case the loop starts its pieces again: a second piece with number 1 replaces everything that was
shown of this loop.
"""

from collections.abc import Container, Iterator, Sequence
from typing import Annotated, Literal, assert_never

from msgspec import Struct, field

from brain.codec import Form, Json, Named, clean

type PieceKind = Literal["thought", "action", "content"]

MOST_SPOKEN_CHARS = 64_000  # of a call's arguments: longer ones are shown only when complete


class Delta(Struct, frozen=True, kw_only=True):
    """A part of an answer as it arrives from the model.

    thought: reasoning. content: text. action: the name of a tool, once for each call. arguments: a
    part of the JSON arguments of a call. `call` is the index of the call in the answer.
    """

    kind: Literal["thought", "content", "action", "arguments"]
    text: str
    call: int = 0


class Piece(Struct, frozen=True, kw_only=True):
    """A part of an answer that is still being written.

    `number` counts from 1 within the loop. `say` is the index, from 0, of the loop's text that this
    piece belongs to.
    """

    run_id: str
    loop: int
    number: Annotated[int, Named("piece")]
    kind: PieceKind
    text: str
    say: int = 0


PIECE = Form(Piece, without=("kind",))


class EditPiece(Struct, frozen=True, kw_only=True):
    """What is being written into a document, as far as it is written, to be shown to a listener.

    It replaces what was shown of this loop, so one that is lost does not matter. `text` takes the
    place of `find`, or is put behind it.
    """

    run_id: str
    loop: int
    number: Annotated[int, Named("piece")] = 1
    document_id: str
    find: str
    text: str


EDIT_PIECE = Form(EditPiece)


class _Words(Struct):
    """A text that is being said: the part shown so far, and the call's arguments so far."""

    shown: str = ""
    arguments: str = ""


class Pieces(Struct):
    """The pieces of one loop. Each method returns the new pieces to show.

    `speaking` are the names of the tools that speak. Unless `is_shown`, nobody listens, and no
    pieces are made.
    """

    run_id: str
    loop: int
    speaking: Container[str] = ()
    is_shown: bool = True
    have_begun: bool = False  # some part of an answer has arrived
    _number: int = 0
    _thought: str = ""
    _said: list[_Words] = field(default_factory=list)
    _texts: dict[int, int] = field(default_factory=dict)  # index of the call -> of its text
    _is_plain: bool = False  # the text is plain text, not a call's message
    _has_called: bool = False  # text after a call is a thought

    def begin(self) -> None:
        """Begin an answer: the first one, or a retry of one that was cut off."""
        self._number = 0
        self._thought = ""
        self._said = []
        self._texts = {}
        self._is_plain = self._has_called = False

    def take(self, delta: Delta) -> list[Piece]:
        """Return the pieces that this part of the model's answer adds."""
        self.have_begun = True
        return list(self._taken(delta)) if self.is_shown else []

    def settle(self, words: Sequence[str]) -> list[Piece]:
        """Return the pieces that complete the preview, so that it equals the recorded texts."""
        return list(self._settled(words)) if self.is_shown else []

    def _taken(self, delta: Delta) -> Iterator[Piece]:
        match delta.kind:
            case "thought":
                self._thought += delta.text
                yield self._piece("thought", delta.text)
            case "content" if self._has_called:
                yield self._piece("thought", delta.text)
            case "content":
                if not self._is_plain:
                    self._said, self._is_plain = [_Words()], True
                yield from self._show(0, self._said[0].shown + delta.text)
            case "action":
                yield from self._act(delta)
            case "arguments":
                yield from self._speak(delta)
            case _:
                assert_never(delta.kind)

    def _act(self, delta: Delta) -> Iterator[Piece]:
        if self._is_plain:
            yield from self._think_instead()
        self._has_called = True
        if delta.text in self.speaking:
            self._texts[delta.call] = len(self._said)
            self._said.append(_Words())
        else:
            yield self._piece("action", delta.text)

    def _think_instead(self) -> Iterator[Piece]:
        """Show plain text again as a thought, because a call follows it."""
        thought, text = self._thought, self._said[0].shown
        self.begin()
        self._thought = thought + text
        yield from (self._piece("thought", part) for part in (thought, text) if part)

    def _speak(self, delta: Delta) -> Iterator[Piece]:
        """Take a part of a call's arguments; show the message so far if the call speaks."""
        say = self._texts.get(delta.call)
        if say is None:
            return
        words = self._said[say]
        words.arguments += delta.text
        if len(words.arguments) <= MOST_SPOKEN_CHARS:
            yield from self._show(say, _message(words.arguments))

    def _settled(self, words: Sequence[str]) -> Iterator[Piece]:
        shown = [one.shown for one in self._said]
        fits = len(shown) <= len(words) and all(
            text.startswith(part) for text, part in zip(words, shown, strict=False)
        )
        if not fits:
            thought = self._thought
            self.begin()
            if thought or not words:  # an empty thought clears what was shown
                yield self._piece("thought", thought)
        self._said += [_Words() for _ in words[len(self._said) :]]
        for say, text in enumerate(words):
            yield from self._show(say, text)

    def _show(self, say: int, text: str) -> Iterator[Piece]:
        """Show the new part of a text. If the text has changed otherwise, leave it to `settle`."""
        words = self._said[say]
        if text.startswith(words.shown) and len(text) > len(words.shown):
            more = text[len(words.shown) :]
            words.shown = text
            yield self._piece("content", more, say=say)

    def _piece(self, kind: PieceKind, text: str, say: int = 0) -> Piece:
        self._number += 1
        return Piece(
            run_id=self.run_id,
            loop=self.loop,
            number=self._number,
            kind=kind,
            text=clean(text),
            say=say,
        )


def piece_to_wire(piece: Piece) -> Json:
    """Return the wire form of a piece. Its kind is the name of the event."""
    return PIECE.encode(piece)


def _message(arguments: str) -> str:
    """Return the message so far in incomplete JSON arguments, or an empty text."""
    # Imported here: only the functions that run the brain need it.
    from pydantic_core import from_json

    try:
        found = from_json(arguments, allow_partial="trailing-strings")
    except ValueError:
        return ""
    message = found.get("message") if isinstance(found, dict) else None
    # Trailing white space is not said, and more text may follow it.
    return message.strip() if isinstance(message, str) else ""
