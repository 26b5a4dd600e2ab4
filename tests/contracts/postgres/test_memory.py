"""One contract for the facts in Postgres and in memory; then what only Postgres does."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from brain.cloud.postgres.database import Postgres
from brain.errors import ToolFault
from brain.memory.model import Fact
from brain.memory.ports import Facts
from brain.memory.postgres import PostgresFacts
from brain.memory.rules import MAX_FACT_CHARS, MAX_SOURCE_CHARS
from tests.fakes.memory import FakeFacts

MOST = 5  # facts of a user in these tests, where the limit matters


@pytest.fixture
async def real(url: str) -> AsyncIterator[Facts]:
    database = Postgres(url)
    yield PostgresFacts(database)
    await database.close()


@pytest.fixture
async def small(url: str) -> AsyncIterator[Facts]:
    database = Postgres(url)
    yield PostgresFacts(database, most=MOST)
    await database.close()


@pytest.fixture(params=["real", "fake"])
def memory(request: pytest.FixtureRequest) -> Facts:
    kept: Facts = request.getfixturevalue("real") if request.param == "real" else FakeFacts()
    return kept


@pytest.fixture(params=["real", "fake"])
def bounded(request: pytest.FixtureRequest) -> Facts:
    kept: Facts = (
        request.getfixturevalue("small") if request.param == "real" else FakeFacts(most=MOST)
    )
    return kept


async def keep(memory: Facts, user_id: str, text: str, **other: str | bool) -> Fact:
    given = {"source": "conversation", "foreign": False, "key": uuid4().hex, **other}
    return await memory.remember(user_id, text=text, **given)  # type: ignore[arg-type]  # mixed


async def recalled(memory: Facts, user_id: str, query: str, limit: int = 5) -> list[str]:
    return [fact.text for fact in await memory.recall(user_id, query=query, limit=limit)]


async def texts(memory: Facts, user_id: str, limit: int = 10) -> list[str]:
    return [fact.text for fact in await memory.facts(user_id, limit=limit)]


# ---- the contract


async def test_a_fact_is_listed_as_it_was_remembered(memory: Facts, anna: str) -> None:
    text = "Annas Katze heißt 猫, quotes ' \" \\ % and 100 %(x)s \U0001f431"
    made = await keep(memory, anna, text, source="an email from Ben", foreign=True)
    assert (made.text, made.source, made.foreign) == (text, "an email from Ben", True)
    assert list(await memory.facts(anna, limit=10)) == [made]


async def test_the_same_key_makes_one_fact(memory: Facts, anna: str) -> None:
    first, second = await asyncio.gather(
        keep(memory, anna, "I like tea", key="k"), keep(memory, anna, "I like tea", key="k")
    )
    assert first == second
    assert await keep(memory, anna, "I like coffee", key="k") == first
    assert await texts(memory, anna) == ["I like tea"]


async def test_a_key_that_has_come_before_renews_no_other_fact(memory: Facts, anna: str) -> None:
    tea = await keep(memory, anna, "I like tea", key="t")
    coffee = await keep(memory, anna, "I like coffee", key="c")
    assert await keep(memory, anna, "I like tea", key="c") == coffee
    assert list(await memory.facts(anna, limit=10)) == [coffee, tea]


async def test_the_same_key_of_two_users_makes_two_facts(
    memory: Facts, anna: str, ben: str
) -> None:
    await keep(memory, anna, "I like tea", key="k")
    await keep(memory, ben, "I like coffee", key="k")
    assert await texts(memory, anna) == ["I like tea"]
    assert await texts(memory, ben) == ["I like coffee"]


async def test_the_same_text_in_other_case_and_spacing_is_the_same_fact_with_a_new_time(
    memory: Facts, anna: str
) -> None:
    first = await keep(memory, anna, "My key is in the POT.")
    await keep(memory, anna, "I like tea")
    again = await keep(memory, anna, "  my key\nis in  the pot.")
    assert (again.id, again.text) == (first.id, first.text)
    assert again.at > first.at
    assert await texts(memory, anna) == ["My key is in the POT.", "I like tea"]


async def test_texts_that_differ_in_more_are_two_facts(memory: Facts, anna: str) -> None:
    await keep(memory, anna, "I write C")
    await keep(memory, anna, "I write C++")
    assert await texts(memory, anna) == ["I write C++", "I write C"]


@pytest.mark.parametrize(
    ("first", "then", "source", "foreign"),
    [
        (True, False, "second", False),
        (False, True, "first", False),
        (True, True, "first", True),
        (False, False, "first", False),
    ],
)
async def test_a_foreign_fact_becomes_the_users_own_when_they_say_it_and_never_the_reverse(
    memory: Facts, anna: str, first: bool, then: bool, source: str, foreign: bool
) -> None:
    await keep(memory, anna, "I like tea", source="first", foreign=first)
    again = await keep(memory, anna, "I like tea", source="second", foreign=then)
    assert (again.source, again.foreign) == (source, foreign)
    assert list(await memory.facts(anna, limit=10)) == [again]


async def test_the_newest_facts_come_first_and_no_more_than_the_limit(
    memory: Facts, anna: str
) -> None:
    for number in range(4):
        await keep(memory, anna, f"fact {number}")
    assert await texts(memory, anna, limit=3) == ["fact 3", "fact 2", "fact 1"]


async def test_forgetting_a_fact_removes_and_returns_it(memory: Facts, anna: str) -> None:
    made = await keep(memory, anna, "I like tea")
    await keep(memory, anna, "I like coffee")
    assert await memory.fact(anna, made.id) == made
    assert await memory.forget(anna, made.id) == made
    assert await memory.fact(anna, made.id) is None
    assert await memory.forget(anna, made.id) is None
    assert await texts(memory, anna) == ["I like coffee"]
    assert await recalled(memory, anna, "tea") == []


@pytest.mark.parametrize("id", ["", "nothing", "aaaaaaaaaaaaaaaa", "\0", "\ud800", "' or true --"])
async def test_an_unknown_id_is_no_fact(memory: Facts, anna: str, id: str) -> None:
    await keep(memory, anna, "I like tea")
    assert await memory.fact(anna, id) is None
    assert await memory.forget(anna, id) is None
    assert await texts(memory, anna) == ["I like tea"]


async def test_nobody_finds_lists_or_forgets_what_is_another_users(
    memory: Facts, anna: str, ben: str
) -> None:
    made = await keep(memory, anna, "The secret is 4711")
    assert await recalled(memory, ben, "secret") == []
    assert await texts(memory, ben) == []
    assert await memory.fact(ben, made.id) is None
    assert await memory.forget(ben, made.id) is None
    assert await texts(memory, anna) == ["The secret is 4711"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "some words"),
        (" \n", "some words"),
        ("x" * (MAX_FACT_CHARS + 1), "at most 1000 characters, this one has 1001"),
        ("nul \0 nul", "NUL"),
        ("half a \ud83d pair", "surrogate"),
    ],
)
async def test_a_text_that_cannot_be_stored_is_refused_with_the_reason(
    memory: Facts, anna: str, text: str, complaint: str
) -> None:
    with pytest.raises(ToolFault, match=f"Not remembered: .*{complaint}"):
        await keep(memory, anna, text)


async def test_a_fact_of_the_longest_length_is_kept_and_found(memory: Facts, anna: str) -> None:
    text = "猫 " * (MAX_FACT_CHARS // 2 - 4) + "walrus"
    await keep(memory, anna, text)
    assert await recalled(memory, anna, "walrus") == [text]


async def test_a_source_of_any_characters_is_kept_as_far_as_it_can_be(
    memory: Facts, anna: str
) -> None:
    made = await keep(memory, anna, "I like tea", source="a \0\ud800 b" + "c" * MAX_SOURCE_CHARS)
    assert len(made.source) == MAX_SOURCE_CHARS
    assert "\0" not in made.source


async def test_beyond_the_limit_nothing_is_added_but_what_there_is_can_be_renewed(
    bounded: Facts, anna: str, ben: str
) -> None:
    await asyncio.gather(*(keep(bounded, anna, f"fact {n}", key=f"{n}") for n in range(MOST)))
    with pytest.raises(ToolFault, match=r"Not remembered: 5 facts are kept.*which ones to forget"):
        await keep(bounded, anna, "one more")
    oldest = (await bounded.facts(anna, limit=MOST))[-1]
    await keep(bounded, anna, oldest.text)
    assert (await texts(bounded, anna))[0] == oldest.text
    assert await keep(bounded, anna, "fact 1", key="1") in await bounded.facts(anna, limit=MOST)
    await bounded.forget(anna, oldest.id)
    await keep(bounded, anna, "one more")
    await keep(bounded, ben, "of another user")
    assert len(await texts(bounded, anna)) == MOST


async def test_a_question_finds_the_fact_it_is_about(memory: Facts, anna: str) -> None:
    await keep(memory, anna, "The roses need water.")
    await keep(memory, anna, "My passport is in the blue drawer.")
    assert (await recalled(memory, anna, "where is my passport?"))[0] == (
        "My passport is in the blue drawer."
    )


async def test_a_chinese_question_finds_a_chinese_fact(memory: Facts, anna: str) -> None:
    await keep(memory, anna, "我的护照在蓝色抽屉里。")
    assert await recalled(memory, anna, "护照在哪里?") == ["我的护照在蓝色抽屉里。"]
    assert await recalled(memory, anna, "天气") == []


async def test_the_beginning_of_a_word_finds_it_when_no_whole_word_does(
    memory: Facts, anna: str
) -> None:
    await keep(memory, anna, "My passport is in the drawer")
    assert await recalled(memory, anna, "passp") == ["My passport is in the drawer"]


async def test_a_recall_gives_no_more_than_the_limit(memory: Facts, anna: str) -> None:
    for number in range(4):
        await keep(memory, anna, f"Rome, trip {number}")
    assert len(await recalled(memory, anna, "Rome", limit=3)) == 3


@pytest.mark.parametrize(
    "query", ["", "   ", "?!", "\0", "\ud800", "'", "a & | ! :* \\ <-> (", "%s"]
)
async def test_a_query_of_any_characters_is_answered(memory: Facts, anna: str, query: str) -> None:
    await keep(memory, anna, "milk and bread")
    assert await recalled(memory, anna, query) == []


# ---- what only Postgres does


async def test_a_rare_word_has_more_weight_than_a_frequent_one(real: Facts, anna: str) -> None:
    for number in range(20):
        await keep(real, anna, f"Anna came for dinner number {number}, Anna went home.")
    await keep(real, anna, "A locksmith came.")
    assert (await recalled(real, anna, "did Anna call the locksmith"))[0] == "A locksmith came."


async def test_what_shares_only_a_frequent_word_with_the_query_is_left_out(
    real: Facts, anna: str
) -> None:
    for number in range(10):
        await keep(real, anna, f"In year {number} we stayed in the house.")
    await keep(real, anna, "The house of the zebra and the giraffe.")
    assert await recalled(real, anna, "house of zebra and giraffe") == [
        "The house of the zebra and the giraffe."
    ]


async def test_other_forms_of_a_word_find_it_in_the_language_of_the_fact(
    real: Facts, anna: str
) -> None:
    await keep(real, anna, "She was carrying boxes into the new houses.")
    await keep(real, anna, "Mein Reisepass liegt in der blauen Schublade.")
    assert await recalled(real, anna, "he carries") == [
        "She was carrying boxes into the new houses."
    ]
    assert await recalled(real, anna, "blauer Schubladen") == [
        "Mein Reisepass liegt in der blauen Schublade."
    ]


async def test_a_query_whose_only_meaningful_word_is_unknown_finds_nothing(
    real: Facts, anna: str
) -> None:
    await keep(real, anna, "My passport is in the blue drawer")
    assert await recalled(real, anna, "where is my umbrella") == []


async def test_functions_that_remember_at_once_keep_to_the_limit_together(
    url: str, anna: str
) -> None:
    databases = [Postgres(url) for _ in range(4)]
    memories = [PostgresFacts(database, most=MOST) for database in databases]
    asked = [keep(memories[n % 4], anna, f"fact {n % 10}", key=f"{n}") for n in range(20)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    kept = await texts(memories[0], anna, limit=20)
    assert len(kept) == len(set(kept)) == MOST
    assert all(isinstance(one, Fact | ToolFault) for one in done)
    for database in databases:
        await database.close()
