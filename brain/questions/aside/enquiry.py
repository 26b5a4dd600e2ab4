"""Recognises an utterance that only asks what the brain is doing, and answers it from the store.

During a run such a question needs no second run and no model. It is recognised only if it asks
nothing else: "how far are you" is recognised, "how far is it to Rome" goes to the model. Twelve
languages are understood. The answer is in the language of the question if that has a file in
`brain.says`, else in the user's language.
"""

from functools import cache

from msgspec import Struct

from brain.says.texts import Progress
from brain.texts import spoken
from brain.texts.phrases import Phrases, languages, understood

JUST_S = 5  # seconds after which a run has no longer "just" started
MINUTES_S = 90  # seconds from which the time is given in minutes
ROUND_S = 5  # seconds; times below `MINUTES_S` are rounded to a multiple of this


class Doing(Struct, frozen=True, kw_only=True):
    """What a run is doing, as stored. `activity` is a tool's name, or `thinking`."""

    activity: str
    loop: int
    elapsed_s: float
    progress: float | None = None


KINDS = {
    "searchDocuments": "documents",
    "readDocument": "documents",
    "createDocument": "writing",
    "updateDocument": "writing",
    "searchEmail": "email",
    "readEmail": "email",
    "sendEmail": "sending",
    "replyToEmail": "sending",
    "recall": "memory",
    "searchHistory": "memory",
    "thinking": "thinking",
}


def asked_in(text: str) -> str | None:
    """The language in which the utterance asks what the brain is doing.

    None if it does not ask that, or if it asks something else too.
    """
    return next(iter(languages(text, _enquiries())), None)


def asks_for_status(text: str) -> bool:
    """Whether the utterance asks what the brain is doing, and nothing else."""
    return asked_in(text) is not None


def in_words(doing: Doing | None, texts: Progress) -> str:
    """Say what the brain is doing (None: nothing), in short sentences to be spoken."""
    if doing is None:
        return texts.IDLE
    at = texts.DOING[KINDS.get(doing.activity, "other")]
    percent = round((doing.progress or 0) * 100)
    done = [texts.percent_done(percent)] if percent else []
    return " ".join([at, _since(doing, texts), *done])


@cache
def _enquiries() -> dict[str, Phrases]:
    return understood(spoken.status())


def _since(doing: Doing, texts: Progress) -> str:
    seconds = doing.elapsed_s
    if seconds < JUST_S:
        return texts.JUST_BEGUN
    if seconds < MINUTES_S:
        ago = texts.seconds(ROUND_S * round(seconds / ROUND_S))
    else:
        ago = texts.minutes(round(seconds / 60))
    return texts.at_step(doing.loop, ago) if doing.loop > 1 else texts.began(ago)
