"""Joins a text that was cut off with what a model says when it is asked for the rest."""

RESTART_CHARS = 24  # equal characters at the start: enough to rule out a coincidence
OVERLAP_CHARS = 400  # a model that repeats more of the end begins the text again
SURE_CHARS = 12  # an overlap of this length is no coincidence, even within a word
LEAST_LETTERS = 2  # of an overlap of whole words: a digit or an "a" may well come twice
CJK = 0x2E80  # from here on scripts write words without spaces between them


def joined(begun: str, text: str) -> str:
    """Join a text that was cut off with its continuation, without repeating anything.

    If the model started over instead of continuing, its text is complete and replaces the cut one.
    """
    head = begun.strip()[:RESTART_CHARS]
    if not head or text.lstrip().startswith(head):
        return text
    rest = text.lstrip()
    overlap = _overlap(begun.rstrip(), rest)
    if overlap:
        return begun.rstrip() + rest[overlap:]
    if begun[-1:].isspace():
        return begun + rest
    return f"{begun} {text}" if begun[-1] in ",;:!?" and text[:1].isalpha() else begun + text


def more(begun: str, text: str) -> str:
    """Return what `text` adds to `begun`; empty if it adds nothing, or if it differs from it."""
    whole = joined(begun, text)
    return whole.removeprefix(begun) if whole.startswith(begun) else ""


def _overlap(begun: str, rest: str) -> int:
    """Return how many characters at the start of `rest` repeat the end of `begun`."""
    tail = begun[-OVERLAP_CHARS:]
    for length in range(min(len(tail), len(rest)), 0, -1):
        if tail.endswith(rest[:length]) and _is_repeated(tail, rest, length):
            return length
    return 0


def _is_repeated(tail: str, rest: str, length: int) -> bool:
    """Whether an overlap is a repetition and no coincidence."""
    if length >= SURE_CHARS:
        return True
    before, after = tail[: len(tail) - length], rest[length:]
    starts = not (before and _in_word(before[-1], rest[0]))
    ends = not (after and _in_word(rest[length - 1], after[0]))
    return starts and ends and sum(map(str.isalpha, rest[:length])) >= LEAST_LETTERS


def _in_word(left: str, right: str) -> bool:
    """Whether two characters that follow each other belong to one word."""
    return left.isalnum() and right.isalnum() and ord(left) < CJK and ord(right) < CJK
