"""Whether an utterance only asks what the brain is doing, and the answer from what is stored.

While a run goes on such a question needs no brain and no model. It is read as one only if it asks
nothing else: "how far are you" does, "how far is it to Rome" is for the model. All of the twelve
languages are understood; answered is in four of them, and else in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from brain.questions import phrases
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """The sentences of one language. `at` holds one for each kind of activity."""

    idle: str
    at: Mapping[str, str]
    just: str
    began: str
    step: str
    seconds: str
    minutes: str
    done: str


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

WORDINGS = {
    "en": Wording(
        idle="I am not working on anything right now.",
        at={
            "thinking": "I am thinking about it.",
            "documents": "I am looking into your documents.",
            "writing": "I am writing in your documents.",
            "email": "I am looking into your email.",
            "sending": "I am sending an email.",
            "memory": "I am looking for what we said before.",
            "other": "I am working on it.",
        },
        just="I have just begun.",
        began="I began {ago}.",
        step="This is step {loop}, and I began {ago}.",
        seconds="{n} seconds ago",
        minutes="{n} minutes ago",
        done="About {n} percent is done.",
    ),
    "de": Wording(
        idle="Ich arbeite gerade an nichts.",
        at={
            "thinking": "Ich denke darüber nach.",
            "documents": "Ich sehe in deinen Dokumenten nach.",
            "writing": "Ich schreibe in deine Dokumente.",
            "email": "Ich sehe in deinen E-Mails nach.",
            "sending": "Ich verschicke eine E-Mail.",
            "memory": "Ich suche, was wir früher gesagt haben.",
            "other": "Ich bin dabei.",
        },
        just="Ich habe eben angefangen.",
        began="Angefangen habe ich {ago}.",
        step="Das ist Schritt {loop}, angefangen habe ich {ago}.",
        seconds="vor {n} Sekunden",
        minutes="vor {n} Minuten",
        done="Etwa {n} Prozent sind geschafft.",
    ),
    "fr": Wording(
        idle="Je ne travaille sur rien en ce moment.",
        at={
            "thinking": "J'y réfléchis.",
            "documents": "Je regarde dans tes documents.",
            "writing": "J'écris dans tes documents.",
            "email": "Je regarde dans tes e-mails.",
            "sending": "J'envoie un e-mail.",
            "memory": "Je cherche ce que nous avons dit avant.",
            "other": "J'y travaille.",
        },
        just="Je viens de commencer.",
        began="J'ai commencé {ago}.",
        step="C'est l'étape {loop}, j'ai commencé {ago}.",
        seconds="il y a {n} secondes",
        minutes="il y a {n} minutes",
        done="Environ {n} pour cent sont faits.",
    ),
    "es": Wording(
        idle="Ahora mismo no estoy haciendo nada.",
        at={
            "thinking": "Lo estoy pensando.",
            "documents": "Estoy mirando en tus documentos.",
            "writing": "Estoy escribiendo en tus documentos.",
            "email": "Estoy mirando en tus correos.",
            "sending": "Estoy enviando un correo.",
            "memory": "Estoy buscando lo que dijimos antes.",
            "other": "Estoy en ello.",
        },
        just="Acabo de empezar.",
        began="Empecé {ago}.",
        step="Voy por el paso {loop}, empecé {ago}.",
        seconds="hace {n} segundos",
        minutes="hace {n} minutos",
        done="Llevo más o menos el {n} por ciento.",
    ),
}


def asked_in(text: str) -> str | None:
    """The language in which the utterance asks what the brain is doing; None if it does not, or
    asks more.
    """
    return next(iter(languages(text, _enquiries())), None)


def asks_for_status(text: str) -> bool:
    """Whether the whole utterance asks what the brain is doing."""
    return asked_in(text) is not None


def in_words(doing: Doing | None, language: str | None = "en") -> str:
    """What the brain is doing (None: nothing), in short sentences for the ear."""
    wording = WORDINGS.get(language or "en", WORDINGS["en"])
    if doing is None:
        return wording.idle
    at = wording.at[KINDS.get(doing.activity, "other")]
    percent = round((doing.progress or 0) * 100)
    done = [wording.done.format(n=percent)] if percent else []
    return " ".join([at, _since(doing, wording), *done])


@cache
def _enquiries() -> dict[str, Phrases]:
    return understood(phrases.status())


def _since(doing: Doing, wording: Wording) -> str:
    seconds = doing.elapsed_s
    if seconds < JUST_S:
        return wording.just
    if seconds < MINUTES_S:
        ago = wording.seconds.format(n=ROUND_S * round(seconds / ROUND_S))
    else:
        ago = wording.minutes.format(n=round(seconds / 60))
    return (wording.step if doing.loop > 1 else wording.began).format(loop=doing.loop, ago=ago)
