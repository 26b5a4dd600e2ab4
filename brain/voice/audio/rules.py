"""Decisions about what an ear answered, and about what it is told beforehand."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from brain.codec import clean
from brain.texts.phrases import words_of
from brain.voice.audio.model import Transcript

NO_SPEECH = 0.6  # from this probability on, Whisper's words for a segment are invented
MOST_NAMES = 50
MOST_NAME_CHARS = 60  # a longer one is a sentence, and nobody says it as it stands
ECHO_NAMES = 3  # names of the prompt one after the other: nobody says them so
PROMPT_CHARS = 800  # Whisper reads the last 224 tokens of a prompt
# Fields that help, and that a server may not know.
OPTIONAL = frozenset({"keywords", "keywords[]", "language", "prompt", "response_format"})
REQUIRED = frozenset({"model"})  # a fault in one of these is a fault of the settings
# What recognizers write for sounds that are no speech: [BLANK_AUDIO], (wind blowing), *sighs*, ♪.
_NOTES = re.compile(r"\[[^\[\]]{0,60}\]|\([^()]{0,60}\)|\*[^*]{1,60}\*|[♩-♯]")


def transcript_in(answer: object) -> Transcript | None:
    """Return what an ear's answer says. Its text is empty if nobody spoke.

    None if the answer does not have the form of a transcript.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        return None
    text = " ".join(clean(answer["text"]).split())
    is_speech = any(char.isalnum() for char in _NOTES.sub("", text))
    if not is_speech or _is_invented(answer.get("segments")):
        text = ""
    return Transcript(text=text, seconds=_seconds(answer))


def refused_field(answer: object) -> str | None:
    """Return the field that a refusal is about, in the form of OpenAI or of FastAPI; None if it
    does not say.
    """
    if not isinstance(answer, dict):
        return None
    error, detail = answer.get("error"), answer.get("detail")
    if isinstance(error, dict):
        if "model" in str(error.get("code")):  # such as model_not_found
            return "model"
        return error["param"] if isinstance(error.get("param"), str) else None
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        place = detail[0].get("loc")
        return str(place[-1]) if isinstance(place, list) and place else None
    return None


def names_for(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names to tell an ear: the first MOST_NAMES different ones, each on one line."""
    found: dict[str, str] = {}
    for name in names:
        line = " ".join(clean(name).split())
        if 1 < len(line) <= MOST_NAME_CHARS and any(char.isalpha() for char in line):
            found.setdefault(line.casefold(), line)
    return tuple(found.values())[:MOST_NAMES]


def prompt_of(names: Sequence[str]) -> str:
    """Return the names as a prompt: as many as fit."""
    prompt = ""
    for name in names:
        longer = f"{prompt}, {name}" if prompt else name
        if len(longer) >= PROMPT_CHARS:
            break
        prompt = longer
    return f"{prompt}." if prompt else ""


def is_echo(text: str, names: Sequence[str]) -> bool:
    """Whether an ear repeats its prompt: some do so if nobody speaks."""
    said = f" {' '.join(words_of(text))} "
    told = [" ".join(words_of(name)) for name in names]
    is_part = said in f" {' '.join(told)} "
    return is_part and sum(f" {name} " in said for name in told if name) >= ECHO_NAMES


def language_of(tag: str | None) -> str | None:
    """Return the ISO 639-1 code in a language tag, which is what ears take; None if it has none."""
    code = (tag or "").partition("-")[0].lower()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def _is_invented(segments: Any) -> bool:
    """Whether the ear itself takes every segment for silence or noise."""
    if not isinstance(segments, list) or not segments:
        return False
    return all(
        isinstance(segment, dict)
        and isinstance(told := segment.get("no_speech_prob"), int | float)
        and told > NO_SPEECH
        for segment in segments
    )


def _seconds(answer: dict[str, Any]) -> float | None:
    """Return the length that the answer tells: Whisper's `duration`, or what was billed."""
    usage = answer.get("usage")
    told = answer.get("duration")
    if told is None and isinstance(usage, dict):
        told = usage.get("seconds")
    try:
        seconds = float(told) if isinstance(told, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return None
    return round(seconds, 2) if 0 < seconds < 86_400 else None
