"""Whether an utterance only asks what the brain is doing, and the answer from what is stored.

While a run goes on such a question needs no brain and no model. It is read as one only if it asks
nothing else: "how far are you" does, "how far is it to Rome" is for the model. Twelve languages are
understood. The answer is in the language of the question if that has a file in `brain.says`, else
in the user's.
"""

from dataclasses import dataclass
from functools import cache

from brain.says.texts import Progress
from brain.texts import spoken
from brain.texts.phrases import Phrases, languages, understood

JUST_S = 5  # seconds in which one has just begun
MINUTES_S = 90  # seconds from which on they are counted in minutes
ROUND_S = 5  # seconds to which longer times are rounded: nobody counts along


@dataclass(frozen=True, kw_only=True, slots=True)
class Doing:
    """What a run is at, as the store knows it. `activity` is a tool's name, or `thinking`."""

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
    """The language in which the utterance asks what the brain is doing; None if it does not, or
    asks more.
    """
    return next(iter(languages(text, _enquiries())), None)


def asks_for_status(text: str) -> bool:
    """Whether the whole utterance asks what the brain is doing."""
    return asked_in(text) is not None


def in_words(doing: Doing | None, texts: Progress) -> str:
    """What the brain is doing (None: nothing), in short sentences for the ear."""
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
