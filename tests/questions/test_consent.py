# ruff: noqa: RUF001 - phrases of other languages hold letters that look like others
"""Recognising a plain yes or no, with values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.questions.consent import is_echo, is_soft, quoted, reading
from brain.questions.flow import QUOTED
from brain.run.messages import Remark
from brain.texts import spoken
from brain.texts.phrases import MAX_CHARS, share_in_order, spoken_words, understood

YES, NO = understood(spoken.yes()), understood(spoken.no())
SOFT = understood(spoken.soft())
FIRM = {language: YES[language].known - SOFT[language].known for language in YES}
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
        "yes?", "ok?", "sure?", "Sicher?", "¿sí?", "はい？", "no?", "yes\u037e", "yes\u061f",
        "yes\u203d", "yes\u2e2e", "evet\u2047", "oui\ufe56",
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


@pytest.mark.parametrize(
    "text",
    [
        "ok", "Okay.", "okay thanks", "Yeah", "sure", "Sure thing!", "perfect", "correct",
        "That's right.", "right", "fine", "you can", "of course", "okay, perfect, thanks",
        "genau", "klar", "passt", "gut", "alles klar", "na klar, gut",
        "d'accord", "bien sûr", "ouais", "parfait merci", "vale", "claro, gracias", "de acuerdo",
        "va bene", "certo, grazie", "com certeza", "tá bom", "prima", "in orde hoor", "precis",
        "javisst", "jasne", "w porządku", "tamam", "olur", "うん", "いいよ", "好的", "嗯", "没问题",
    ],
)  # fmt: skip
def test_what_people_also_say_to_keep_a_talk_going_is_a_soft_yes(text: str) -> None:
    assert reading(text) == "approve"
    assert is_soft(text)


@pytest.mark.parametrize(
    "text",
    [
        "yes", "Yes, please.", "go ahead", "send it", "do it", "I confirm", "ok, send it",
        "yes, perfect", "okay, go ahead", "ja", "ja bitte", "schick es ab", "ja, genau", "oui",
        "d'accord, envoie-le", "sí", "vale, envíalo", "sì", "va bene, invialo", "sim", "ja graag",
        "ja tack", "tak", "dobrze, wyślij to", "evet", "tamam gönder", "はい", "送って",
        "是的", "发吧",
    ],
)  # fmt: skip
def test_a_yes_with_one_firm_phrase_is_firm(text: str) -> None:
    assert reading(text) == "approve"
    assert not is_soft(text)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_firm_and_soft_phrases_and_each_is_one_of_them(language: str) -> None:
    between = "" if language in ("ja", "zh") else " "
    [one] = [each for each in spoken.files() if each.__name__.endswith(f".{language}")]
    firm, soft = understood({"yes": one.YES, "soft": (one.SOFT, "")}).values()
    assert firm.known
    assert soft.known
    assert not firm.known & soft.known
    assert all(is_soft(between.join(words)) for words in soft.known)
    assert all(reading(between.join(words)) == "approve" for words in soft.known)


def test_what_is_soft_in_one_language_is_soft_in_all() -> None:
    everywhere = {words for phrases in SOFT.values() for words in phrases.known}
    assert all(phrases.known == everywhere for phrases in SOFT.values())
    for language, phrases in FIRM.items():
        between = "" if language in ("ja", "zh") else " "
        assert phrases, language
        assert not any(is_soft(between.join(words)) for words in phrases)


KNOWN = sorted({word for phrases in YES.values() for word in phrases.vocabulary})


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(KNOWN), max_size=5),
    st.text(st.characters(categories=("Ll", "Lo", "Nd", "So")), min_size=1, max_size=12),
    st.integers(0, 5),
)
def test_no_text_with_any_other_word_is_a_yes(words: list[str], other: str, place: int) -> None:
    known = {*KNOWN, *(char for word in KNOWN for char in word)}
    strange = spoken_words(other)
    text = " ".join([*words[:place], other, *words[place:]])
    if not {*strange} <= known:
        assert reading(text) != "approve"
        assert not is_soft(text)


QUESTION = "Shall I send this email?\nTo: anna@example.org\nSubject: Lunch\n\nSee you at seven."


def agent(*lines: str) -> list[Remark]:
    return [Remark(role="assistant", text=line) for line in lines]


@pytest.mark.parametrize(
    ("remarks", "is_question", "is_whole"),
    [
        (agent(QUESTION), True, True),
        (agent(QUESTION.upper().replace("\n", " ")), True, True),
        (agent("One moment.", f"Anna, then. {QUESTION} Say yes or no."), True, True),
        (agent("Shall I send this email to anna@example.org, subject Lunch, see?"), True, False),
        (agent("Shall I send this email?"), False, False),
        (agent(QUESTION, "I have also found two restaurants."), False, False),
        (agent("Seven at you see lunch subject org example anna to email this send I shall"),
         False, False),
        (agent(""), False, False),
        ([*agent(QUESTION), Remark(role="user", text="Yes.")], True, True),
        ([*agent("Hm."), Remark(role="user", text=QUESTION)], False, False),
    ],
)  # fmt: skip
def test_the_agents_last_line_is_compared_with_the_question_word_by_word(
    remarks: list[Remark], is_question: bool, is_whole: bool
) -> None:
    share = quoted(QUESTION, remarks)
    assert share is not None
    assert (share >= QUOTED, share == 1) == (is_question, is_whole)


def test_nothing_is_known_of_the_agents_words_without_them() -> None:
    assert quoted(QUESTION, []) is None
    assert quoted(QUESTION, [Remark(role="user", text=QUESTION)]) is None


@pytest.mark.parametrize(
    ("text", "remarks", "echo"),
    [
        ("Yes.", agent("yes"), True),
        ("okay thanks", agent("Okay, thanks!", QUESTION), True),
        ("Yes.", agent(QUESTION), False),
        ("Yes.", [Remark(role="user", text="Yes.")], False),
        ("Yes.", agent("Yes, I am here.", "x" * 5_000), False),
    ],
)
def test_what_the_agent_has_said_itself_is_an_echo(
    text: str, remarks: list[Remark], echo: bool
) -> None:
    assert is_echo(text, remarks) is echo


@given(st.lists(st.sampled_from("abcd"), max_size=9), st.lists(st.sampled_from("abcd"), max_size=9))
def test_the_share_in_order_is_that_of_the_longest_common_subsequence(
    words: list[str], other: list[str]
) -> None:
    row = [0] * (len(other) + 1)
    for word in words:
        before = row[:]
        for i, each in enumerate(other):
            row[i + 1] = before[i] + 1 if word == each else max(before[i + 1], row[i])
    expected = row[-1] / len(words) if words else 0
    assert share_in_order(tuple(words), tuple(other)) == pytest.approx(expected)


@settings(deadline=None)  # a busy machine is slow
@given(st.text(max_size=2 * MAX_CHARS))
def test_any_utterance_can_be_checked(text: str) -> None:
    assert reading(text) in ("approve", "reject", None)
