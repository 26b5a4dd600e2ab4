"""Facts, old conversations and status questions, on the whole stack."""

import json

import pytest

from tests.walks.conftest import Json, Person, Town, says

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSPORT = "my passport is in the blue drawer"
SHOWN = 40  # entries of the log that the model is shown
ENOUGH = SHOWN // 2 + 2  # texts with their answers, until the first has left that window


async def says_and_hears(person: Person, text: str) -> str:
    """Say something, and return the answer."""
    answer = await person.answer(await person.ask(text, patience=0))
    return str(answer["text"])


async def shown_facts(person: Person) -> str:
    """Return the last prompt of the model, without the conversation."""
    messages = (await person.asked())[-1]["messages"]
    return json.dumps([m for m in messages if m["role"] == "system"])


async def test_a_fact_is_shown_to_the_model_of_a_cold_instance_until_the_user_deletes_it(
    town: Town, person: Person
) -> None:
    assert PASSPORT in await says_and_hears(person, f"Keep in mind that {PASSPORT}.")
    [fact] = (await person.get("/api/facts")).json()["facts"]
    assert PASSPORT in fact["text"]
    assert fact["source"] == "conversation"
    assert fact["at"]

    for name in town.stack.functions.names():
        town.stack.functions.retire(name)
    await person.script(says("In the drawer."), says("I do not know."))
    await says_and_hears(person, "Where is it?")
    facts = await shown_facts(person)
    assert PASSPORT in facts

    gone = await person.call("DELETE", f"/api/facts?id={fact['id']}")
    assert gone.status_code == 200
    await says_and_hears(person, "And now?")
    assert PASSPORT not in await shown_facts(person)


async def test_an_old_conversation_is_found_after_the_model_no_longer_sees_it(
    person: Person,
) -> None:
    search: Json = {"name": "searchHistory", "arguments": {"query": "hippopotamus"}}
    small_talk = [says(f"Answer {number}.") for number in range(ENOUGH)]
    await person.script(*small_talk, {"calls": [search]}, says("Of a hippopotamus."))
    await says_and_hears(person, "Tell me of the hippopotamus.")
    for number in range(1, ENOUGH):
        await says_and_hears(person, f"Text {number}.")
    await says_and_hears(person, "What did I ask first?")
    *_, before, after = await person.asked()
    assert "hippopotamus." not in json.dumps(before["messages"])
    [found] = [m["content"] for m in after["messages"] if m["role"] == "tool"]
    assert "Tell me of the hippopotamus." in found


async def test_a_status_question_during_a_run_is_answered_without_the_model(person: Person) -> None:
    await person.script(says("Here it is.", delay_s=2))
    running = await person.ask("Find it.", patience=0.2)
    assert running["state"] == "running"
    await person.until_asked(1)

    told = (await person.post("/api/voiceToBrain", {"text": "What are you doing?"})).json()
    status = (await person.get("/api/status")).json()
    assert told["message"]["text"].startswith("I am thinking about it")
    assert (status["state"], status["runId"], status["activity"]) == (
        "running", running["runId"], "thinking",
    )  # fmt: skip
    assert (await person.until_answered(running["runId"]))["text"] == "Here it is."
    assert len(await person.asked()) == 1
