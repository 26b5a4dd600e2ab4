"""Texts that make careless parsers slow, and how their time grows with the length."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
TRIES = 8  # in the last one, the best of 8 long readings is compared with the best of 16 short ones


def text_of(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def seconds(read: Callable[[str], Any], text: str) -> float:
    """The processor time of this thread."""
    began = time.thread_time()
    read(text)
    return time.thread_time() - began


def best_of(times: int, read: Callable[[str], Any], piece: str, length: int) -> float:
    """The shortest time, in seconds; each text is one character shorter, as some are remembered.

    Another load of the machine only adds time: other processes use the same caches and memory.
    """
    return min(seconds(read, text_of(piece, length - number)) for number in range(times))


@contextmanager
def without_collection() -> Iterator[None]:
    """Do not look for garbage meanwhile: that takes as long as the whole process has objects."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def is_linear(read: Callable[[str], Any], piece: str, length: int) -> bool:
    """Whether a text four times as long takes about four times as long.

    A doubtful result is measured again, each time more often. A longer text would not help: most
    parsers are bounded, and what is cut first is read in the time of a shorter one.
    """
    with without_collection():
        for times in range(1, TRIES + 1):
            took = best_of(times, read, piece, length)
            if took < NOTHING_S or took <= ROOM * best_of(2 * times, read, piece, length // 4):
                return True
    return False
