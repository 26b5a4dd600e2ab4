"""Recognises texts that hold a web address, however it is spelled, and texts that the user said.

This errs towards finding too much: the price is a question to the user. A text is first split into
words, and each different word is looked at once, so the time is linear in the text.
"""

import re
from collections.abc import Iterable

from brain.texts.words import MOST_GROWTH, PASSAGE_CHARS, normalized

_BETWEEN = re.compile(r"[\s\"'<>()\[\]{}|\\^`,;]+")
_AFTER_HOST = re.compile(r"[/?#:]")
_IN_EVERY_ADDRESS = re.compile(r"[./:]")  # at least one of them
_HTTP = re.compile(r"https?://", re.IGNORECASE)
_IGNORED = re.compile(r"[\x00-\x20\x7f\u00ad\u200b-\u200f\u2060-\u206f\ufeff]+")  # by a browser
_AROUND = "\"'<>()[]“”„«»‘’.,;:!?*_…"  # around an address these belong to the sentence  # noqa: RUF001
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
# Schemes that need no slashes. A browser adds those of http and https itself.
_SCHEMES = (
    "http:", "https:", "ftp:", "blob:", "data:", "javascript:", "vbscript:",
    "mailto:", "sms:", "smsto:", "tel:", "callto:", "facetime:", "sip:", "skype:", "whatsapp:",
    "intent:", "market:", "geo:", "webcal:",
)  # fmt: skip


def holds_address(text: str) -> bool:
    """Whether something may open a part of the text as an address."""
    plain = normalized("NFKC", text).replace("\\", "/")  # the same to a browser
    if _has_grown(text, plain):
        return True
    if _labels(plain.strip()) > 2:  # a name in front of the domain has room for data, as a path has
        return True
    # A browser ignores line breaks and tabs within an address.
    words = {*_BETWEEN.split(plain), *_BETWEEN.split(_IGNORED.sub("", plain))}
    return any(_is_address(word) for word in words if _IN_EVERY_ADDRESS.search(word))


def was_said(text: str, user_words: Iterable[str]) -> bool:
    """Whether the whole text stands in the user's words, word by word.

    Only the whole text counts. What follows an address could be a part of it.
    """
    if _has_grown(text, normalized("NFKC", text)):
        return False
    sought = f" {_compared(text)} "
    return any(sought in f" {_compared(words, around=_AROUND)} " for words in user_words)


def _has_grown(text: str, plain: str) -> bool:
    """Whether it became far longer. Some characters become eighteen; no real text has many."""
    return len(plain) > MOST_GROWTH * len(text) + PASSAGE_CHARS


def _is_address(word: str) -> bool:
    low = word.casefold()
    if "//" in low or "www." in low or any(scheme in low for scheme in _SCHEMES):
        return True
    host, *rest = _AFTER_HOST.split(low, maxsplit=1)
    return bool(rest and rest[0] and (_labels(host) > 1 or _IP.fullmatch(host)))


def _labels(host: str) -> int:
    """Return the number of names in a host of the form example.org; 0 for any other text."""
    *names, end = host.casefold().split(".")
    is_top = (end.isalpha() and len(end) > 1) or end.startswith("xn--")
    is_host = names and all(names) and is_top and not _BETWEEN.search(host)
    return len(names) + 1 if is_host else 0


def _compared(text: str, *, around: str = "") -> str:
    """Return the words without what makes no difference: http(s), the host's case, a last slash.

    The case of all the rest stays: a text could hide in it. So could it in punctuation; only that
    `around` words of the user is left out.
    """
    words = normalized("NFKC", text).split()
    return " ".join(_bare(word.strip(around) if around else word) for word in words)


def _bare(word: str) -> str:
    inner = _HTTP.sub("", word, count=1) if _HTTP.match(word) else word
    host = _AFTER_HOST.split(inner, maxsplit=1)[0]
    return f"{host.casefold()}{inner[len(host) :]}".removesuffix("/")
