"""What the user has heard, from what the platform quotes. Pure."""

import random
import re

import pytest

from brain.run.messages import Heard, How
from brain.voice.chat.quotes import Sent, heard_of, words_of

SEEDS = range(300)
SENTENCES = (
    "There are three appointments tomorrow.",
    "The first is at nine with Peter.",
    "I don't know that yet, sorry.",
    "It costs $3.50 at J. Smith's.",
    "Das dauert länger als gedacht.",
    "我看到三个约会。",
    "The first one is the longest of the three.",
)


def marks(quote: str, *speeches: str) -> list[tuple[str, int]]:
    sent = tuple(Sent(seq=place, speech=speech) for place, speech in enumerate(speeches))
    found = heard_of(quote, sent)
    assert [mark.seq for mark in found] == sorted(mark.seq for mark in found)
    return [(mark.how.value, mark.chars) for mark in found]


TWO = ("I am looking.", "The second is longer.")
CASES: list[tuple[str, str, tuple[str, ...], list[tuple[str, int]]]] = [
    ("whole", "I am looking. The second is longer.", TWO, [("played", 0), ("played", 0)]),
    ("first alone", "I am looking.", TWO, [("played", 0), ("unspoken", 0)]),
    ("cut off", "i am LOOKING, the second", TWO, [("played", 0), ("cutOff", 10)]),
    ("no punctuation", "I am looking The second is longer", TWO, [("played", 0)] * 2),
    (
        "the note of a platform",
        "I am looking. The [interrupted]",
        TWO,
        [("played", 0), ("cutOff", 3)],
    ),
    ("the end alone", "The second is longer.", TWO, [("unspoken", 0), ("played", 0)]),
    ("something else", "You have reached the voice mail of Anna", TWO, []),
    ("half of it ours", "I am looking for a new flat in Berlin", TWO, []),
    ("nothing", "", TWO, []),
    ("only signs", "... !", TWO, []),
    ("nothing was sent", "Hello", (), []),
    ("nothing to say", "I am looking.", ("", "I am looking."), [("played", 0)]),
    ("other apostrophes", "It\u2019s Anna\u2019s.", ("It's Anna's.",), [("played", 0)]),
    (
        "half a word",
        "There are three appoint",
        ("There are three appointments.",),
        [("cutOff", 15)],
    ),
    ("Chinese", "我看到三", ("我看到三个约会。",), [("cutOff", 4)]),
    ("decomposed", "cafe\u0301 au", ("Café au lait.",), [("cutOff", 7)]),
    (
        "a stray word far behind",
        "There are three appointments. The first i",
        ("There are three appointments. The first is at nine with Peter, as far as I know.",),
        [("cutOff", 39)],
    ),
    (
        "words that come twice",
        "The first",
        ("The first is early. The first of May is late.",),
        [("cutOff", 9)],
    ),
]


@pytest.mark.parametrize(("name", "quote", "sent", "right"), CASES, ids=[c[0] for c in CASES])
def test_marks(name: str, quote: str, sent: tuple[str, ...], right: list[tuple[str, int]]) -> None:
    assert marks(quote, *sent) == right


def test_the_characters_are_those_of_the_log() -> None:
    speech = "There are three appointments tomorrow. The first is at nine with Peter."
    [mark] = heard_of(
        "There are three appointments tomorrow. The first", [Sent(seq=20, speech=speech)]
    )
    assert mark == Heard(seq=20, how=How.CUT_OFF, chars=48)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_quote_up_to_a_word_marks_up_to_that_word(seed: int) -> None:
    """A platform quotes the beginning of what was sent, in its own punctuation and case."""
    chance = random.Random(seed)
    speeches = [
        " ".join(chance.sample(SENTENCES, chance.randint(1, 3)))
        for _ in range(chance.randint(1, 4))
    ]
    words = [(place, word) for place, speech in enumerate(speeches) for word in words_of(speech)]
    count = chance.randint(1, len(words))
    last, end = words[count - 1][0], words[count - 1][1].end
    quote = " ".join([*speeches[:last], speeches[last][:end]])
    if chance.random() < 0.5:
        quote = chance.choice((str.upper, str.lower))(re.sub(r"[.,!?](?=\s|$)", "", quote))
    found = marks(quote, *speeches)
    for place, (how, chars) in enumerate(found):
        is_whole = end >= words_of(speeches[last])[-1].end
        if place < last or (place == last and is_whole):
            assert how == "played", (seed, quote, speeches, found)
        elif place == last:
            assert (how, chars) == ("cutOff", end), (seed, quote, speeches, found)
        else:
            assert how == "unspoken", (seed, quote, speeches, found)


@pytest.mark.parametrize("seed", range(100))
def test_any_quote_gives_marks_that_fit(seed: int) -> None:
    chance = random.Random(seed)
    letters = "ab \u0301'\u2019.,1️⃣我\ud800\0\n"
    speeches = ["".join(chance.choices(letters, k=chance.randint(0, 40))) for _ in range(3)]
    quote = "".join(chance.choices(letters, k=chance.randint(0, 60)))
    sent = [Sent(seq=place, speech=speech) for place, speech in enumerate(speeches)]
    for mark in heard_of(quote, sent):
        assert 0 <= mark.chars <= len(speeches[mark.seq]), (seed, quote, speeches)
        assert (mark.how is How.CUT_OFF) == bool(mark.chars), (seed, quote, speeches)


def test_a_long_quote_takes_bounded_work() -> None:
    long = "word " * 200_000
    assert [mark.how for mark in heard_of(long, [Sent(seq=1, speech=long)])] == [How.PLAYED]
