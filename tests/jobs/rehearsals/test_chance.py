"""All chance comes from the seed."""

import random

from brain.jobs.rehearsals.chance import cut_at, draw, misheard, pause_s, shuffled, talks_over
from brain.jobs.rehearsals.parts import EarBody

TEXT = "one two three four five six seven eight nine ten eleven twelve thirteen"


def ear(**shares: float) -> EarBody:
    return EarBody.model_validate(shares, by_alias=True)


def test_the_same_seed_gives_the_same_noise_and_another_seed_another() -> None:
    noisy = ear(noise=0.3)
    heard = [misheard(TEXT, noisy, seed, 0) for seed in range(20)]
    assert heard == [misheard(TEXT, noisy, seed, 0) for seed in range(20)]
    assert len(set(heard)) > 15
    assert misheard(TEXT, noisy, 1, 0) != misheard(TEXT, noisy, 1, 1)


def test_without_noise_every_text_is_heard_as_it_was_said() -> None:
    assert misheard("  As  it was.", ear(), 1, 0) == "  As  it was."


def test_of_the_loudest_noise_something_is_left() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz ÄÖ0123456789.,?"
    for _ in range(300):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(1, 40))).strip() or "a"
        heard = misheard(text, ear(noise=1), chance.randint(0, 10**9), 3)
        assert heard.strip()
        assert len(heard) <= len(text)


def test_about_as_many_words_are_misheard_as_the_noise_says() -> None:
    words = ["seven"] * 2000
    heard = misheard(" ".join(words), ear(noise=0.2), 5, 0).split()
    assert 300 < sum(word != "seven" for word in heard) < 500


def test_a_long_word_sounds_like_another_and_a_short_one_is_lost() -> None:
    heard = misheard("is seven", ear(noise=1), 1, 0)
    assert "is" not in heard.split()
    assert len(heard) == len("seven")


def test_cuts_are_within_the_speech() -> None:
    speech = "The museum opens at eleven on Sunday."
    cuts = [cut_at(speech, ear(cutsOff=1), seed, 4) for seed in range(100)]
    assert all(cut is not None and 1 <= cut < len(speech) for cut in cuts)
    assert len(set(cuts)) > 10
    assert cut_at(speech, ear(), 1, 4) is None
    assert cut_at("x", ear(cutsOff=1), 1, 4) is None


def test_draws_are_spread_evenly() -> None:
    draws = [draw(seed, "x") for seed in range(2000)]
    assert 0 <= min(draws) < max(draws) < 1
    assert 0.45 < sum(draws) / len(draws) < 0.55


def test_orders_are_those_of_the_seed() -> None:
    items = list(range(6))
    orders = {tuple(shuffled(items, seed, "judge", 0)) for seed in range(50)}
    assert all(sorted(order) == items for order in orders)
    assert len(orders) > 30
    assert shuffled(items, 7, "judge", 0) == shuffled(items, 7, "judge", 0)


def test_nobody_talks_over_or_is_silent_unless_the_scenario_says_so() -> None:
    assert not any(talks_over(ear(), seed, 1) for seed in range(50))
    assert all(talks_over(ear(talksOver=1), seed, 1) for seed in range(50))
    assert all(pause_s(ear(), seed, 1) == 0 for seed in range(50))
    assert all(1 <= pause_s(ear(silent=1), seed, 1) <= 4 for seed in range(50))
