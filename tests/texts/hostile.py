"""Texts that make careless parsers slow, and how their time grows with the length."""

import time
from collections.abc import Callable
from typing import Any

# Each is repeated to any length: letters and blanks, punctuation, openings that are never closed,
# combining marks, scripts without spaces.
PIECES = (
    *(
        "a",
        " ",
        "\n",
        "\t",
        "\r\n",
        "\0",
        "a ",
        " a",
        ".",
        "a.",
        "-",
        "- ",
        "_",
        ",",
        ";",
        ":",
        "!",
    ),
    *("?", "/", "\\", "\\x", "'", '"', "`", "```", "*", "**", "#", "# ", "> ", "|", "~", "=", "+"),
    *("$", "@", "a@", "@a.", "1", "1.", "1. ", "%", "%4", "&", "&#", "&amp", "://", "http://a"),
    *("(", "((a", "[", "[a](", "{", '{"a":', "<", "<a ", "<p>", "</p>", "<!--", "<!", "<![CDATA["),
    *("<script", "<style>", "<title", "<meta charset", "<b><i>", "<div>", "<table><td>"),
    *(
        "p{",
        "a{b:",
        "display:none;",
        ".a{color:red}",
        "a,",
        "@media all{",
        "\x1b$B",
        "\x1b(I",
        "\x0e",
    ),
    *(
        "AAAA",
        "AAA=",
        "AAA=\n",
        "--a\n",
        "a: b\n",
        "\n\n",
        "BEGIN:VEVENT\n",
        'a;b="',
        "=?a?q?b?=41",
    ),
    *("=?", "=?a?q?", "=?utf-8?b?YQ==?= ", "=41", "re:", "re: ", "summary", "the summary "),
    *("e\u0301", "\u0301", "\u0345\u0301", "\u200b", "\u200d", "\u202e", "\u0130", "\ufdfa"),
    *("\u4e2d", "\u0e01", "\u3042", "\uac00", "\u3002", "\U0001f600", "\ufffd", "<no@id> "),
)
ROOM = 6.0  # times as long for a text four times as long; quadratic time would be sixteen times
NOTHING_S = 0.002  # seconds of processor time that are too short to measure
TRIES = 5  # another load of the machine only adds time, so the best try counts


def text_of(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def seconds(read: Callable[[str], Any], text: str) -> float:
    """The processor time of this thread."""
    began = time.thread_time()
    read(text)
    return time.thread_time() - began


def is_linear(read: Callable[[str], Any], piece: str, length: int) -> bool:
    """Whether a text four times as long takes about four times as long."""
    short, long = text_of(piece, length // 4), text_of(piece, length)
    for _ in range(TRIES):
        took = seconds(read, long)
        if took < NOTHING_S or took <= ROOM * seconds(read, short):
            return True
    return False


def is_quick(read: Callable[[str], Any], piece: str, length: int, limit_s: float) -> bool:
    """Whether a text of this length takes at most this long."""
    text = text_of(piece, length)
    return any(seconds(read, text) <= limit_s for _ in range(TRIES))
