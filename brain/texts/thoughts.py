"""Separates what a model thinks from what it says, if both are in one text. Pure.

Servers without a parser for a model's thoughts send them in the text: in tags such as `<think>`, or
in the channels of the harmony format. An opening tag counts at the beginning of the text only, so a
sentence about tags stays as it is. If it is never closed, the rest is thought. If only a closing
tag arrives, all text before it was thought, because the chat template has opened the tag.
"""

import re
from typing import Literal, NamedTuple

_NAMES = "think|thinking|thought|thoughts|reasoning"
_ATTRIBUTES = r"(?:\s[^<>]{0,40})?"
_OPEN = rf"<(?:[a-z]{{1,9}}:)?(?:{_NAMES}){_ATTRIBUTES}>|\[THINK\]|◁think▷|<\|START_THINKING\|>"
_CLOSE = rf"</(?:[a-z]{{1,9}}:)?(?:{_NAMES})\s{{0,9}}>|\[/THINK\]|◁/think▷|<\|END_THINKING\|>"
# Harmony: <|start|>assistant<|channel|>final<|message|>Yes.<|return|>
_HEADER = r"<\|start\|>|<\|channel\|>"
_STOP = r"<\|(?:end|return|call|im_end|eot_id|eom_id|endoftext|end_of_text)\|>"
_MESSAGE = "<|message|>"

_TOKEN = re.compile(
    f"(?P<open>(?i:{_OPEN}))|(?P<close>(?i:{_CLOSE}))|(?P<header>{_HEADER})|(?P<stop>{_STOP})"
)
_CHANNEL = re.compile(r"<\|channel\|>\s*([a-z]+)")
_RECIPIENT = re.compile(r"\bto=(?:functions\.)?([\w.-]{1,64})")
# The template may have opened the channel, so that the text begins with the channel's name.
_BARE_CHANNEL = re.compile(r"(?:analysis|commentary|final)<\|message\|>")
_BARE_CHANNELS = tuple(f"{name}{_MESSAGE}" for name in ("analysis", "commentary", "final"))
# What may become a token when more of the text arrives.
_PARTIAL = re.compile(
    r"(?:<(?:/?[a-z:]{0,22}(?:\s[^<>]{0,40})?|\|[a-z_]{0,16}\|?)|\[/?T?H?I?N?K?|◁/?[a-z]{0,5})\Z",
    re.IGNORECASE,
)
_MOST_HELD = 70  # characters of the longest token
_MOST_HEADER = 200  # characters of a harmony header
_STRETCH = 4_096  # characters read at once, so that the time does not grow with the square
_QUOTES = "\"'`“”‘’«»"  # noqa: RUF001 - typographic quotation marks
_AFTER_MENTION = _QUOTES + ".,;:!?)"

type PartKind = Literal["thought", "text", "call", "retracted"]


class TextPart(NamedTuple):
    """A part of a text.

    call: a part of a tool call, written as `<function=name>{…}</function>`. retracted: all text so
    far was a thought.
    """

    kind: PartKind
    text: str


class Thoughts:
    """Separates a text that arrives in pieces. The pieces' borders have no influence."""

    def __init__(self) -> None:
        self._rest = ""  # not decided yet
        self._mode: Literal["begin", "thought", "text", "header", "channel", "call"] = "begin"
        self._said: list[str] = []
        self._thought: list[str] = []
        self._called: list[str] = []
        self._mentioned = 0  # opening tags in the text that are not closed
        self._labelled = False  # the text is in a harmony channel
        self._trims = False  # white space before the next text belongs to a thought
        self._is_over = False

    @property
    def text(self) -> str:
        """What is said so far."""
        return "".join(self._said)

    @property
    def thought(self) -> str:
        """What is thought so far."""
        return "".join(self._thought)

    @property
    def calls(self) -> str:
        """The tool calls in harmony channels, each as `<function=name>{…}</function>`."""
        return "".join(self._called)

    def feed(self, piece: str) -> list[TextPart]:
        """Add a piece of the text. Return the parts that are decided by it."""
        parts: list[TextPart] = []
        for start in range(0, len(piece) or 1, _STRETCH):
            self._rest += piece[start : start + _STRETCH]
            while self._step(parts):
                pass
        return parts

    def end(self) -> list[TextPart]:
        """End the text. Return the last parts."""
        self._is_over = True
        parts = self.feed("")
        if self._mode == "call":
            self._give("call", "</function>", parts)
        return parts

    def _step(self, parts: list[TextPart]) -> bool:
        """Take one step. Return whether another one is possible."""
        match self._mode:
            case "begin":
                return self._begin()
            case "text":
                return self._speak(parts)
            case "header":
                return self._head(parts)
            case _:
                return self._pass(parts)

    def _begin(self) -> bool:
        """Read the beginning of a text: white space, then a tag or something else."""
        bare = self._rest.lstrip()
        token = _TOKEN.match(bare)
        self._trims = self._trims or token is not None
        if _BARE_CHANNEL.match(bare) or (token and token.lastgroup == "header"):
            self._rest, self._mode = bare, "header"
            return True
        if token:
            self._rest = bare[token.end() :]
            self._mode = "thought" if token.lastgroup == "open" else "begin"
            return True
        if not self._is_over and (not bare or _may_open(bare)):
            return False
        if self._trims:
            self._rest = bare
        self._mode = "text"
        return True

    def _speak(self, parts: list[TextPart]) -> bool:
        token = _TOKEN.search(self._rest)
        if token is None:
            return self._give_decided("text", parts)
        if token.lastgroup == "close" and token.end() == len(self._rest) and not self._is_over:
            self._give("text", self._take(token.start() - 1), parts)
            return False  # the next character decides
        before, after = self._rest[: token.start()], self._rest[token.end() :]
        is_said = self._is_said(token, before, after)
        self._give("text", self._take(token.end() if is_said else token.start()), parts)
        if is_said:
            return True
        if token.lastgroup == "header":
            self._mode = "header"
            return True
        self._take(len(token[0]))
        if token.lastgroup == "close":
            self._retract(parts)
        return True

    def _is_said(self, token: re.Match[str], before: str, after: str) -> bool:
        """Whether a tag in the text is a part of a sentence."""
        if token.lastgroup == "open":
            self._mentioned += 1
            return True
        if token.lastgroup == "close" and self._mentioned:
            self._mentioned -= 1
            return True
        last = before[-1:] or (self._said[-1][-1:] if self._said else "")
        is_quoted = bool(last) and last in _QUOTES
        return token.lastgroup == "close" and (is_quoted or after[:1] in tuple(_AFTER_MENTION))

    def _head(self, parts: list[TextPart]) -> bool:
        """Read a harmony header, which says what kind of text follows."""
        head, found, rest = self._rest.partition(_MESSAGE)
        if len(head) > _MOST_HEADER:
            self._mode = "text"
            self._give("text", self._take(1), parts)
            return True
        if not found:
            if self._is_over:
                self._rest = ""
            return False
        self._rest = rest
        channel = _CHANNEL.search(head)
        name = channel[1] if channel else head.rpartition("|>")[2].strip()
        if recipient := _RECIPIENT.search(head):
            self._give("call", f"<function={recipient[1]}>", parts)
            self._mode = "call"
        elif name in ("analysis", "commentary"):
            self._mode = "channel"
        else:
            if not self._labelled:
                self._retract(parts)
            self._mode = "begin"
        self._labelled = self._trims = True
        return True

    def _pass(self, parts: list[TextPart]) -> bool:
        """Read a thought, or a call in a harmony channel, up to its end."""
        kind: PartKind = "call" if self._mode == "call" else "thought"
        ends = ("close",) if self._mode == "thought" else ("stop", "header")
        for token in _TOKEN.finditer(self._rest):
            if token.lastgroup in ends:
                is_header = token.lastgroup == "header"
                self._give(kind, self._take(token.start()), parts)
                self._take(0 if is_header else len(token[0]))
                if kind == "call":
                    self._give("call", "</function>", parts)
                self._mode = "header" if is_header else "begin"
                return True
        return self._give_decided(kind, parts)

    def _give_decided(self, kind: PartKind, parts: list[TextPart]) -> bool:
        """Give everything that cannot be the beginning of a token."""
        tail = _PARTIAL.search(self._rest, max(0, len(self._rest) - _MOST_HELD))
        end = tail.start() if tail and not self._is_over else len(self._rest)
        self._give(kind, self._take(end), parts)
        return False

    def _retract(self, parts: list[TextPart]) -> None:
        if self._said:
            self._thought += self._said
            self._said = []
            parts.append(TextPart("retracted", ""))
        self._mentioned = 0
        self._trims = True
        self._mode = "begin"

    def _take(self, chars: int) -> str:
        taken, self._rest = self._rest[: max(0, chars)], self._rest[max(0, chars) :]
        return taken

    def _give(self, kind: PartKind, text: str, parts: list[TextPart]) -> None:
        if not text:
            return
        kept = {"thought": self._thought, "call": self._called}.get(kind, self._said)
        kept.append(text)
        parts.append(TextPart(kind, text))


def spoken(text: str) -> str:
    """Return the text without thoughts. A text without thoughts stays as it is."""
    thoughts = Thoughts()
    thoughts.feed(text)
    thoughts.end()
    return thoughts.text


def _may_open(text: str) -> bool:
    """Whether a text may begin with a token once more of it has arrived."""
    return bool(_PARTIAL.match(text)) or any(bare.startswith(text) for bare in _BARE_CHANNELS)
