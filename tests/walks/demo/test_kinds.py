"""The keyless demo answers the kinds of things that people say first, in English and in German."""

import re

import pytest

from tests.walks.conftest import Person, Town
from tests.walks.demo.test_said import NEVER, say, town

__all__ = ["town"]  # a fixture

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def owner(town: Town) -> Person:
    return town.person("owner")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (["hello"], "remember"),
        (["Hi there!"], "Hello"),
        (["Guten Morgen"], "Hallo! .*merken"),
        (["thanks a lot"], "You are welcome"),
        (["Danke"], "Gern geschehen"),
        (["how are you?"], "What can I do for you"),
        (["what time is it?"], r"\d\d:\d\d on \d{4}"),
        (["Was kannst du?"], "merken.*Dokumenten.*E-Mails"),
        (["Remember that I am allergic to nuts", "What am I allergic to?"], "allergic to nuts"),
        (["please note: the code of the gate is 4711", "What is the code of the gate?"], "4711"),
        (["Merk dir: Der Pass liegt im Tresor", "Wo liegt der Pass?"], "Pass liegt im Tresor"),
        (["What did Ben want?"], "Ben Okafor.*The boat"),
        (["Did Anna write?"], "Anna Lindqvist"),
        (["Was hat Anna geschrieben?"], "Anna Lindqvist.*schreibt"),
        (["Gibt es neue E-Mails von Ben?"], "schreibt: The boat"),
        (["remind me tomorrow at 7 to swim"], "tomorrow at 07:00: swim"),
        (["tomorrow remind me at half past seven to swim"], "tomorrow at 07:30: swim"),
        (["Remind me to call Ben on Friday at 3 pm"], r"at 15:00: call Ben"),
        (["remind me at 18:45 to leave"], "18:45: leave"),
        (["Erinnere mich um halb acht an den Tee"], "(?:07|19):30 Uhr: den Tee"),
        (["Erinnere mich morgen um 9 Uhr, Anna anzurufen"], "morgen um 09:00 Uhr: Anna anzurufen"),
        (["Erinnere mich in 2 Minuten an den Tee"], "in 2 Minuten"),
        (["remind me to water the plants"], "When shall I remind you"),
        (["remind me at noon to eat", "Which reminders do I have?"], "12:00: eat"),
        (["Tell me when Ben writes"], "when Ben writes"),
        (["Sag mir Bescheid, wenn Kate schreibt"], "Bescheid, wenn Kate schreibt"),
        (["Do a long task of 2 steps"], "all 2 steps"),
        (["Mach eine lange Aufgabe mit 2 Schritten"], "alle 2 Schritte"),
        (["Reply to Anna: Friday at seven is fine.", "yes but make it eight"], "at eight is fine"),
        (["Reply to Ben: Go ahead on Monday.", "Yes, but on Tuesday"], "Go ahead on Tuesday"),
        (["Reply to Ben: At seven.", "yes, make it six", "yes but make it 5:30"], "At 5:30"),
        (["Reply to Ben: At seven.", "Sure, but say that I am away"], "\nI am away"),
        (["Antworte Anna: Freitag um sieben passt.", "Ja, aber um acht"], "um acht passt"),
        (["Reply to Ben: Go ahead.", "no thanks"], "I leave it"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
async def test_it_is_answered(owner: Person, said: list[str], answer: str) -> None:
    for text in said:
        told = await say(owner, text)
        assert not NEVER.search(told), (text, told)
    assert re.search(answer, told, re.DOTALL), told


async def test_what_is_remembered_stands_among_the_facts_and_a_wish_among_the_rules(
    owner: Person,
) -> None:
    await say(owner, "Remember: the spare key hangs behind the clock")
    await say(owner, "Tell me when Élodie writes")
    facts = (await owner.get("/api/facts")).json()["facts"]
    rules = (await owner.get("/api/rules")).json()["rules"]
    assert any("spare key hangs behind the clock" in fact["text"] for fact in facts)
    assert any("Élodie" in rule["about"] for rule in rules)
