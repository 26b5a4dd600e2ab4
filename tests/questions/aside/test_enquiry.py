# ruff: noqa: RUF001 - phrases of other languages hold letters that look like others
"""Questions about what the brain is doing, and their answers, with values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.questions.aside.enquiry import KINDS, Doing, asked_in, asks_for_status, in_words
from brain.says import en
from brain.says.choice import progress_in
from brain.texts import spoken
from brain.texts.phrases import understood


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            ["What are you doing?", "what are you doing right now", "Are you still working on it?",
             "How far are you?", "status", "Status?", "So, how's it going?", "Are you done yet?",
             "Hey, are you still there?", "how long will it take", "What’s the status?"],
        ),
        (
            "de",
            ["Was machst du?", "Was machst du da gerade?", "Bist du noch dran?", "wie weit bist du",
             "Na, wie läuft's?", "Bist du schon fertig?", "Wie lange dauert es noch?"],
        ),
        ("fr", ["Qu'est-ce que tu fais ?", "Tu fais quoi là ?", "Où en es-tu ?", "tu as fini ?"]),
        ("es", ["¿Qué estás haciendo?", "¿Cómo vas?", "¿Ya terminaste?", "¿Cuánto falta todavía?"]),
        ("it", ["Cosa stai facendo?", "A che punto sei?", "Hai finito?", "Quanto manca ancora?"]),
        ("pt", ["O que você está fazendo?", "O que estás a fazer agora?", "Já terminou?"]),
        ("nl", ["Wat ben je aan het doen?", "Hoe ver ben je?", "Ben je al klaar?"]),
        ("sv", ["Vad gör du?", "Hur långt har du kommit?", "Är du klar än?"]),
        ("pl", ["Co teraz robisz?", "Co robisz?", "Czy już skończyłeś?", "Ile to jeszcze potrwa?"]),
        ("tr", ["Ne yapıyorsun?", "Şu an ne yapıyorsun?", "Bitti mi?", "Daha ne kadar sürecek?"]),
        ("ja", ["今何してるの?", "どこまで進みましたか？", "進捗はどうですか", "もう終わった?"]),
        ("zh", ["你在干什么?", "你现在在做什么", "进展如何？", "做完了吗", "还要多久"]),
    ],
)  # fmt: skip
def test_a_question_about_nothing_else_is_recognised_in_its_language(
    language: str, texts: list[str]
) -> None:
    assert [asked_in(text) for text in texts] == [language] * len(texts)


@pytest.mark.parametrize(
    "text",
    [
        "what are you doing tomorrow", "are you done with the email to Bob", "status of my order",
        "how far is it to Rome", "what is the status of the flight", "how long is the Nile",
        "what are you doing, and what's the weather", "stop", "yes", "hello", "", "now", "?",
        "Wie weit bist du mit dem Brief an Anna", "was machst du morgen", "wie läuft der Umzug",
        "où en est mon colis", "cómo vas a Roma", "你在干什么工作的人", "進捗は明日教えて",
        "what are you doing " * 10, "\0", "\ud800",
    ],
)  # fmt: skip
def test_a_question_that_asks_more_goes_to_the_model(text: str) -> None:
    assert asked_in(text) is None
    assert not asks_for_status(text)


def test_every_language_with_a_yes_and_no_also_has_this_question() -> None:
    assert set(spoken.status()) == set(spoken.yes())
    for language, asked in understood(spoken.status()).items():
        between = "" if language in ("ja", "zh") else " "
        assert all(asks_for_status(between.join(words)) for words in asked.known)


@settings(deadline=None)  # a busy machine is slow
@given(st.text(max_size=150))
def test_any_utterance_can_be_checked(text: str) -> None:
    assert asked_in(text) in (None, *spoken.status())


@pytest.mark.parametrize(
    ("doing", "language", "answer"),
    [
        (None, "en", "I am not working on anything right now."),
        (None, "de", "Ich arbeite gerade an nichts."),
        (
            Doing(activity="thinking", loop=1, elapsed_s=0.4),
            "en",
            "I am thinking about it. I have just started.",
        ),
        (
            Doing(activity="searchDocuments", loop=3, elapsed_s=21.4, progress=0.4),
            "en",
            "I am looking in your documents. This is step 3, and I started 20 seconds ago. "
            "About 40 percent is done.",
        ),
        (
            Doing(activity="doorbell", loop=1, elapsed_s=5),
            "en",
            "I am working on it. I started 5 seconds ago.",
        ),
        (
            Doing(activity="", loop=0, elapsed_s=89.9, progress=0.0),
            None,
            "I am working on it. I started 90 seconds ago.",
        ),
        (
            Doing(activity="sendEmail", loop=12, elapsed_s=90),
            "pl",
            "I am sending an email. This is step 12, and I started 2 minutes ago.",
        ),
        (
            Doing(activity="readEmail", loop=2, elapsed_s=600, progress=1.0),
            "de",
            "Ich sehe in deinen E-Mails nach. Das ist Schritt 2, angefangen habe ich vor "
            "10 Minuten. Etwa 100 Prozent sind geschafft.",
        ),
        (
            Doing(activity="recall", loop=2, elapsed_s=30, progress=0.25),
            "fr",
            "Je cherche ce que nous avons dit avant. C'est l'étape 2, j'ai commencé il y a "
            "30 secondes. Environ 25 pour cent sont faits.",
        ),
        (
            Doing(activity="updateDocument", loop=1, elapsed_s=12, progress=0.5),
            "es",
            "Estoy escribiendo en tus documentos. Empecé hace 10 segundos. "
            "Llevo más o menos el 50 por ciento.",
        ),
    ],
)
def test_the_answer_names_activity_step_time_and_progress(
    doing: Doing | None, language: str | None, answer: str
) -> None:
    assert in_words(doing, progress_in(language) or en) == answer


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_every_activity_has_a_sentence_in_every_language(language: str) -> None:
    texts = progress_in(language)
    assert texts is not None
    assert set(texts.DOING) == {*KINDS.values(), "other"}
    assert language in spoken.status()
