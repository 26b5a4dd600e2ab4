# ruff: noqa: RUF001 - phrases of other languages hold letters that look like others
"""Recognising a plain yes or no, with values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.questions.consent import reading
from brain.texts import spoken
from brain.texts.phrases import MAX_CHARS, understood

YES, NO = understood(spoken.yes()), understood(spoken.no())
LANGUAGES = {"en", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "tr", "ja", "zh"}


@pytest.mark.parametrize(
    "text",
    [
        "yes", "Yes.", "YES!", "yes please", "Yes, please.", "Yes, please do.", "yeah, go ahead",
        "send it", "Send it, please", "ok do it", "OK, do it.", "okay", "Sure, thanks!", "go ahead",
        "Yes yes yes", "well, yes", "um… yes", "That’s right", "thats right", "I'm sure",
        "Yes, send it now, please. Thank you.", "absolutely", "sounds good, go for it",
        "Ja.", "ja bitte", "Ja, mach das bitte", "Ja gerne, schick es ab", "klar, nur zu", "ok los",
        "Natürlich", "naturlich", "In Ordnung.",
        "oui", "Oui, s'il te plaît", "oui s’il vous plaît", "Vas-y", "vas y", "d'accord, envoie-le",
        "sí", "si", "Sí, por favor.", "claro que sí", "vale, envíalo", "de acuerdo, adelante",
        "sì", "Sì, grazie", "va bene, invialo pure", "certo, procedi",
        "sim", "Sim, por favor", "com certeza", "pode enviar", "tá bom, envia",
        "ja graag", "Ja hoor, doe maar", "stuur het maar", "is goed",
        "ja tack", "Ja, gör det", "absolut, kör på", "okej, skicka den",
        "tak", "Tak, proszę.", "no tak", "dobrze, wyślij to", "W porządku",
        "evet", "Evet, lütfen.", "tamam gönder", "tabii ki", "EVET", "Onaylıyorum",
        "はい", "はい、お願いします。", "うん、いいよ", "送ってください", "OK",
        "はい、送信してください!",
        "好", "好的,谢谢。", "是的", "可以,发吧", "没问题", "好的 请发送", "當然可以", "嗯",
    ],
)  # fmt: skip
def test_a_plain_yes_approves(text: str) -> None:
    assert reading(text) == "approve"


@pytest.mark.parametrize(
    "text",
    [
        "no", "No.", "NO!", "no thanks", "No, thank you.", "no no no", "don't", "Don’t!", "dont",
        "No, don't send it please", "cancel that", "cancel", "stop", "never mind", "forget it",
        "absolutely not", "of course not", "oh no, please don't",
        "nein", "Nein danke.", "Nee, lass mal", "bitte nicht", "auf keinen Fall",
        "nicht abschicken",
        "non", "Non merci", "non, ne l'envoie pas", "annule", "laisse tomber",
        "No, gracias", "no lo envíes", "cancélalo", "mejor no", "claro que no",
        "no grazie", "no, non inviarlo", "annulla", "lascia stare",
        "não", "nao", "Não, obrigado", "cancela", "deixa pra lá", "melhor não",
        "nee", "Nee, dank je", "niet doen", "laat maar", "liever niet",
        "nej", "Nej tack", "gör det inte", "låt bli", "avbryt",
        "nie", "Nie, dziękuję", "no nie", "anuluj", "lepiej nie", "nie wysyłaj",
        "hayır", "HAYIR", "hayir", "Hayır, teşekkürler", "iptal et", "vazgeçtim", "İptal",
        "いいえ", "いや、やめて", "やめてください。", "送らないで", "キャンセル", "ダメ", "ううん",
        "不", "不用了,谢谢", "别发", "取消", "算了吧", "不要發送", "不好",
    ],
)  # fmt: skip
def test_a_plain_no_rejects(text: str) -> None:
    assert reading(text) == "reject"


@pytest.mark.parametrize(
    "text",
    [
        # A word more.
        "yes but to Bob", "Yes, and what's the weather", "no idea what that is", "no, to Anna",
        "send it to Bob", "yes send it tomorrow", "ok but change the subject",
        "don't forget the milk",
        "stop the music", "cancel my appointment", "go ahead with the other one", "yes I think so",
        "not now", "later", "maybe", "wait", "I don't know", "why not",
        "ja aber an Bob", "nicht so schnell", "nein, an Anna", "oui mais demain", "sí pero mañana",
        "tak ale jutro", "evet ama yarın", "はい、でも明日", "好的,但是明天", "不是这个", "对不起",
        # Both.
        "yes no", "no yes", "yes, don't", "well yes, no", "ja nein", "好不好", "是不是", "sí no",
        # Of two languages.
        "yes ja", "no tack",
        # A question.
        "yes?", "ok?", "sure?", "Sicher?", "¿sí?", "はい？", "no?",
        # What is yes to one and no to another.
        "結構です", "いいです", "大丈夫です", "merci", "c'est bon", "det är bra", "bitte", "grazie",
        # Nothing.
        "", " ", "...", "please", "um", "thanks", "\0", "\ud800", "👍", "yes 👎", "yes~no",
        # Too much.
        "yes " * 30,
    ],
)  # fmt: skip
def test_any_other_utterance_is_not_a_decision(text: str) -> None:
    assert reading(text) is None


def test_every_language_has_a_yes_and_a_no() -> None:
    assert set(YES) == set(NO) == LANGUAGES


def test_no_phrase_is_a_yes_in_one_language_and_a_no_in_another() -> None:
    yes = {words for phrases in YES.values() for words in phrases.known}
    no = {words for phrases in NO.values() for words in phrases.known}
    assert not yes & no


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_phrase_is_recognised(language: str) -> None:
    between = "" if language in ("ja", "zh") else " "
    for words in YES[language].known:
        assert reading(between.join(words)) == "approve"
    for words in NO[language].known:
        assert reading(between.join(words)) == "reject"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("more", ["but to Bob", "aber morgen", "猫"])
def test_a_yes_with_a_further_word_is_not_recognised(language: str, more: str) -> None:
    for words in YES[language].known:
        assert reading(f"{' '.join(words)} {more}") is None
        assert reading(f"{more} {' '.join(words)}") is None


@settings(deadline=None)  # a busy machine is slow
@given(st.text(max_size=2 * MAX_CHARS))
def test_any_utterance_can_be_checked(text: str) -> None:
    assert reading(text) in ("approve", "reject", None)
