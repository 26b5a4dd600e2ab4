"""One contract for preferences and rules in Postgres and in memory; then what only Postgres
does.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import time
from typing import Any, Protocol
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace

from brain.cloud.postgres.database import Postgres
from brain.errors import EntryUnreadable, ToolFault
from brain.notices.model import Rule
from brain.notices.ports import RuleStore
from brain.notices.postgres import PostgresRules
from brain.preferences.model import Preferences, Quiet
from brain.preferences.ports import PreferenceStore
from brain.preferences.postgres import PostgresPreferences
from tests.fakes.wishes import FakeWishes


class Wishes(PreferenceStore, RuleStore, Protocol):
    """Both stores in one, as the fake is."""


class RealWishes(PostgresRules, PostgresPreferences):
    """Both real stores in one database."""


MOST = 3  # rules of a user in these tests, where the limit matters
SETTINGS = Preferences(
    trusted=("anna@example.org", "@firm.example"),
    quiet=Quiet(start=time(22), until=time(7, 30)),
    zone="Europe/Berlin",
    emails="rules",
)


@pytest.fixture
async def real(url: str) -> AsyncIterator[Wishes]:
    database = Postgres(url)
    yield RealWishes(database)
    await database.close()


@pytest.fixture
async def small(url: str) -> AsyncIterator[Wishes]:
    database = Postgres(url)
    yield RealWishes(database, most=MOST)
    await database.close()


@pytest.fixture(params=["real", "fake"])
def wishes(request: pytest.FixtureRequest) -> Wishes:
    kept: Wishes = request.getfixturevalue("real") if request.param == "real" else FakeWishes()
    return kept


@pytest.fixture(params=["real", "fake"])
def bounded(request: pytest.FixtureRequest) -> Wishes:
    kept: Wishes = (
        request.getfixturevalue("small") if request.param == "real" else FakeWishes(most=MOST)
    )
    return kept


async def add(wishes: Wishes, user_id: str, about: str, **given: Any) -> Rule:
    return await wishes.add_rule(
        user_id, **{"about": about, "sender": "Anna", "key": uuid4().hex, **given}
    )


async def told(wishes: Wishes, user_id: str) -> list[str]:
    return [rule.about for rule in await wishes.rules(user_id)]


# ---- the contract


async def test_settings_are_the_default_ones_until_some_are_saved(
    wishes: Wishes, anna: str
) -> None:
    assert await wishes.preferences(anna) == Preferences()
    await wishes.save(anna, SETTINGS)
    assert await wishes.preferences(anna) == SETTINGS


async def test_saved_settings_replace_all_that_were_there(wishes: Wishes, anna: str) -> None:
    await wishes.save(anna, SETTINGS)
    await wishes.save(anna, replace(SETTINGS, quiet=None, trusted=()))
    assert await wishes.preferences(anna) == replace(SETTINGS, quiet=None, trusted=())


async def test_nobody_has_another_users_settings_or_rules(
    wishes: Wishes, anna: str, ben: str
) -> None:
    await wishes.save(anna, SETTINGS)
    rule = await add(wishes, anna, "when Anna writes")
    assert await wishes.preferences(ben) == Preferences()
    assert await told(wishes, ben) == []
    assert await wishes.remove_rule(ben, rule.id) is None
    assert await told(wishes, anna) == ["when Anna writes"]


async def test_a_rule_is_listed_as_it_was_added(wishes: Wishes, anna: str, ben: str) -> None:
    made = await add(
        wishes, anna, "wenn Anna über 猫 schreibt", sender="Anna Smith", words=("猫", "it's"),
        kinds=("email", "event"), judge=True, urgent=True,
    )  # fmt: skip
    assert list(await wishes.rules(anna)) == [made]
    assert made == Rule(
        id=made.id, about="wenn Anna über 猫 schreibt", sender="Anna Smith", words=("猫", "it's"),
        kinds=("email", "event"), judge=True, urgent=True, created_at=made.created_at,
    )  # fmt: skip
    plain = await add(wishes, ben, "all that matters", sender=None, judge=True)
    assert (plain.sender, plain.words, plain.kinds, plain.urgent) == (None, (), (), False)


async def test_a_rule_keeps_its_mark_until_the_user_edits_it(
    wishes: Wishes, anna: str, ben: str
) -> None:
    made = await add(wishes, anna, "when Anna writes", foreign=True, words=("a",), urgent=True)
    assert made.foreign
    assert [rule.foreign for rule in await wishes.rules(anna)] == [True]
    assert await wishes.edit_rule(ben, made.id, about="mine", judge=True) is None
    edited = await wishes.edit_rule(anna, made.id, about="when he writes", kinds=("email",))
    assert edited == replace(
        made, about="when he writes", sender=None, words=(), kinds=("email",), urgent=False,
        foreign=False,
    )  # fmt: skip
    assert list(await wishes.rules(anna)) == [edited]
    with pytest.raises(ToolFault, match="Not changed: it would fit everything"):
        await wishes.edit_rule(anna, made.id, about="anything")
    for unknown in ("nothing", "a" * 16):
        assert await wishes.edit_rule(anna, unknown, about="it", judge=True) is None


async def test_rules_are_listed_newest_first(wishes: Wishes, anna: str) -> None:
    for about in ("first", "second", "third"):
        await add(wishes, anna, about)
    assert await told(wishes, anna) == ["third", "second", "first"]


async def test_the_same_key_adds_one_rule(wishes: Wishes, anna: str, ben: str) -> None:
    first, second = await asyncio.gather(
        add(wishes, anna, "when Anna writes", key="k"),
        add(wishes, anna, "when Anna writes", key="k"),
    )
    assert first == second
    await add(wishes, ben, "when Ben writes", key="k")
    assert await told(wishes, anna) == ["when Anna writes"]
    assert await told(wishes, ben) == ["when Ben writes"]


async def test_removing_a_rule_returns_it(wishes: Wishes, anna: str) -> None:
    rule = await add(wishes, anna, "when Anna writes")
    await add(wishes, anna, "when Ben writes")
    assert await wishes.remove_rule(anna, rule.id) == rule
    assert await wishes.remove_rule(anna, rule.id) is None
    assert await told(wishes, anna) == ["when Ben writes"]


@pytest.mark.parametrize("id", ["", "nothing", "aaaaaaaaaaaaaaaa", "\0", "\ud800", "' or true --"])
async def test_an_unknown_id_is_no_rule(wishes: Wishes, anna: str, id: str) -> None:
    await add(wishes, anna, "when Anna writes")
    assert await wishes.remove_rule(anna, id) is None
    assert await told(wishes, anna) == ["when Anna writes"]


async def test_a_rule_that_cannot_be_kept_is_refused_with_the_reason(
    wishes: Wishes, anna: str
) -> None:
    with pytest.raises(ToolFault, match="Not noted: it would fit everything"):
        await add(wishes, anna, "everything", sender=None)
    assert await told(wishes, anna) == []


async def test_beyond_the_limit_no_rule_is_added(bounded: Wishes, anna: str, ben: str) -> None:
    await asyncio.gather(*(add(bounded, anna, f"rule {n}", key=f"{n}") for n in range(MOST)))
    with pytest.raises(ToolFault, match="Not noted: 3 rules are kept"):
        await add(bounded, anna, "one more")
    assert (await add(bounded, anna, "rule 1", key="1")).about == "rule 1"
    await bounded.remove_rule(anna, (await bounded.rules(anna))[0].id)
    await add(bounded, anna, "one more")
    await add(bounded, ben, "of another user")
    assert len(await told(bounded, anna)) == MOST


# ---- what only Postgres does


async def test_functions_that_add_at_once_keep_to_the_limit_together(url: str, anna: str) -> None:
    databases = [Postgres(url) for _ in range(4)]
    all_of_them = [RealWishes(database, most=MOST) for database in databases]
    asked = [add(all_of_them[n % 4], anna, f"rule {n}") for n in range(12)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert len(await told(all_of_them[0], anna)) == MOST
    assert all(isinstance(one, Rule | ToolFault) for one in done)
    for database in databases:
        await database.close()


async def test_settings_that_newer_code_wrote_are_unreadable(
    url: str, real: Wishes, anna: str
) -> None:
    await real.save(anna, SETTINGS)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as newer:
        await newer.execute("update brain.preferences set form = form || '{\"v\": 2}'")
    with pytest.raises(EntryUnreadable):
        await real.preferences(anna)
