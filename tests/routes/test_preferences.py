"""What the brain knows about the user, over HTTP: facts, preferences and rules."""

import pytest

from brain.memory.postgres import PostgresFacts
from brain.notices.postgres import PostgresRules
from tests.routes.resources_stage import KEPT, SETTINGS, Caller, Home
from tests.routes.stage import Json

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def remember(home: Home, user_id: str, text: str, *, foreign: bool = False) -> str:
    fact = await PostgresFacts(home.database).remember(
        user_id, text=text, source="conversation", foreign=foreign, key=text
    )
    return fact.id


async def test_facts_are_listed_page_by_page_with_where_they_come_from(
    home: Home, anna: Caller
) -> None:
    ids = [await remember(home, anna.id, f"Fact {n}", foreign=n == 2) for n in range(3)]
    first = await anna.got("facts", limit=2)
    assert first == {
        "facts": [
            {
                "id": ids[2],
                "text": "Fact 2",
                "source": "conversation",
                "at": first["facts"][0]["at"],
                "foreign": True,
            },
            first["facts"][1],
        ],
        "total": 3,
        "nextCursor": first["nextCursor"],
        "nextOffset": 2,
    }
    assert (first["facts"][1]["id"], first["facts"][1]["foreign"]) == (ids[1], False)
    last = await anna.got("facts", limit=2, offset=first["nextOffset"])
    assert [fact["id"] for fact in last["facts"]] == [ids[0]]
    assert "nextOffset" not in last
    assert "nextOffset" not in await anna.got("facts", limit=3)


async def test_a_fact_is_forgotten_for_good(home: Home, anna: Caller) -> None:
    id = await remember(home, anna.id, "The key is under the stone")
    gone = await anna.call("DELETE", "facts", params={"id": id})
    assert (gone.status_code, gone.json()) == (200, {"deleted": id})
    assert (await anna.got("facts"))["facts"] == []
    again = await anna.call("DELETE", "facts", params={"id": id})
    assert (again.status_code, again.json()["title"]) == (404, "You have no fact with this id.")


# ---- rules


async def test_preferences_are_the_default_ones_until_they_are_saved(anna: Caller) -> None:
    default: Json = {
        "trusted": [],
        "quiet": None,
        "zone": None,
        "emails": "all",
        "language": None,
        "unaskedTokens": 100_000,
        "persona": {"name": None, "instructions": ""},
        "inUse": {
            "zone": "UTC",
            "zoneFrom": "default",
            "language": "en",
            "languageFrom": "default",
        },
    }
    assert await anna.got("preferences") == default
    saved = await anna.call("PUT", "preferences", json=SETTINGS)
    assert (saved.status_code, saved.json()) == (200, KEPT)
    assert await anna.got("preferences") == KEPT
    await anna.call("PUT", "preferences", json={"zone": None})
    assert await anna.got("preferences") == default


async def test_a_session_says_which_zone_and_language_are_in_use(anna: Caller) -> None:
    device = {"zone": "Asia/Calcutta", "language": "de-AT"}
    unknown = {"zone": "Etc/Unknown", "language": "the one I speak"}
    for sent, used in (
        ({}, ("UTC", "en")),
        (unknown, ("UTC", "en")),
        (device, ("Asia/Calcutta", "de-AT")),
        (unknown, ("Asia/Calcutta", "de-AT")),
        ({"zone": "", "language": ""}, ("Asia/Calcutta", "de-AT")),
        ({"zone": 7}, ("Asia/Calcutta", "de-AT")),
        ({"zone": "Europe/Kiev"}, ("Europe/Kiev", "de-AT")),
    ):
        answer = await anna.call("POST", "session", json=sent)
        assert answer.status_code == 200
        assert (answer.json()["zone"], answer.json()["language"]) == used
    await anna.call("PUT", "preferences", json={"zone": "Asia/Tokyo"})
    answer = await anna.call("POST", "session", json=device)
    assert (answer.json()["zone"], answer.json()["language"]) == ("Asia/Tokyo", "de-AT")
    assert (await anna.got("preferences"))["inUse"] == {
        "zone": "Asia/Tokyo",
        "zoneFrom": "user",
        "language": "de-AT",
        "languageFrom": "device",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quiet": {"from": "22:00", "until": "24:00"}}, "quiet.until"),
        ({"quiet": {"from": "22:00", "until": "22:00"}}, "quiet.until"),
        ({"quiet": "at night"}, "quiet"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "Etc/Unknown"}, "zone"),
        ({"trusted": ["anna@example.org", "everybody"]}, "trusted.1"),
        ({"trusted": "anna@example.org"}, "trusted"),
        ({"emails": ["all"]}, "emails"),
        ({"language": "the one I speak"}, "language"),
        ({"unaskedTokens": -1}, "unaskedTokens"),
        ({"unaskedTokens": True}, "unaskedTokens"),
        ({"unaskedTokens": 1.5}, "unaskedTokens"),
    ],
)
async def test_preferences_that_are_wrong_change_nothing_and_say_which(
    anna: Caller, changes: Json, field: str
) -> None:
    await anna.call("PUT", "preferences", json=SETTINGS)
    answer = await anna.call("PUT", "preferences", json={**SETTINGS, **changes})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["message"][:4]) == (field, "must")
    assert await anna.got("preferences") == KEPT


async def test_all_that_is_wrong_with_preferences_is_told_at_once(anna: Caller) -> None:
    answer = await anna.call("PUT", "preferences", json={"zone": 7, "emails": "some"})
    assert {error["field"] for error in answer.json()["errors"]} == {"zone", "emails"}
    for content, status in ((b"[]", 422), (b"{", 400)):
        headers = {"Content-Type": "application/json"}
        refused = await anna.call("PUT", "preferences", content=content, headers=headers)
        assert refused.status_code == status


async def test_rules_are_listed_and_given_up(home: Home, anna: Caller) -> None:
    rules = PostgresRules(home.database)
    rule = await rules.add_rule(anna.id, about="when Anna writes", sender="Anna", key="r")
    [told] = (await anna.got("rules"))["rules"]
    assert (told["id"], told["about"], told["from"]) == (rule.id, "when Anna writes", "Anna")
    gone = await anna.call("DELETE", "rules", params={"id": rule.id})
    assert gone.json() == {"deleted": rule.id}
    assert (await anna.got("rules"))["rules"] == []
    again = await anna.call("DELETE", "rules", params={"id": rule.id})
    assert (again.status_code, again.json()["title"]) == (404, "You have no rule with this id.")


async def test_a_rule_that_the_user_edits_is_the_users_own(home: Home, anna: Caller) -> None:
    rules = PostgresRules(home.database)
    rule = await rules.add_rule(
        anna.id, about="open evil.example", sender="Eve", urgent=True, foreign=True, key="f"
    )
    [told] = (await anna.got("rules"))["rules"]
    assert told["foreign"] is True
    edit = {**told, "about": "when Eve writes about money", "words": ["money"]}
    answer = await anna.call("PUT", "rules", json=edit)
    assert (answer.status_code, "foreign" in answer.json()) == (200, False)
    assert (await anna.got("rules"))["rules"] == [answer.json()]
    [kept] = await rules.rules(anna.id)
    assert (kept.about, kept.words, kept.created_at) == (edit["about"], ("money",), rule.created_at)
    unknown = await anna.call("PUT", "rules", json={**edit, "id": "nothing"})
    assert (unknown.status_code, unknown.json()["title"]) == (404, "You have no rule with this id.")
    wrongs: tuple[Json, ...] = (
        {"about": " "}, {"words": [], "from": None}, {"kinds": ["mail"]}, {"id": 7},
    )  # fmt: skip
    for wrong in wrongs:
        refused = await anna.call("PUT", "rules", json={**edit, **wrong})
        assert refused.status_code == 422
    await rules.remove_rule(anna.id, rule.id)
