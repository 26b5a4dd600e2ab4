"""A user whose state the store has lost is known again in their first answer, from the database."""

import json

import pytest

from brain.cloud.redis.scripts import Keys
from brain.memory.archive import PostgresArchive
from brain.memory.postgres import PostgresFacts
from brain.memory.rules import FACTS_HEAD
from brain.preferences.model import Preferences
from brain.preferences.postgres import PostgresPreferences
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Deployment
from tests.routes.test_reading import archived

pytestmark = pytest.mark.asyncio(loop_scope="package")

PATH = "/api/voiceToBrain"


async def said_at(caller: Caller, text: str) -> int:
    """Return the seq of the answer to a text."""
    answer = await caller.call("POST", "voiceToBrain", json={"text": text})
    return int(answer.json()["message"]["seq"])


async def asked(deployment: Deployment, text: str) -> str:
    """Return the last request to the model for a text, as JSON."""
    return json.dumps((await deployment.asked(text))[-1], ensure_ascii=False)


async def test_the_first_answer_after_a_loss_knows_facts_settings_and_place(
    deployment: Deployment, home: Home, anna: Caller
) -> None:
    await PostgresArchive(home.database).store(anna.id, [archived(41, "Long ago")])
    await PostgresFacts(home.database).remember(
        anna.id, text="I like tea.", source="", foreign=False, key="1"
    )
    await PostgresPreferences(home.database).save(anna.id, Preferences(zone="Europe/Berlin"))
    text = f"Are you there, {anna.id}?"
    await deployment.direct(text, {"text": "Yes."})
    assert await said_at(anna, text) == 43
    request = await asked(deployment, text)
    assert FACTS_HEAD in request
    assert "I like tea." in request
    assert "Europe/Berlin" in request


async def test_that_a_new_user_has_no_memory_is_kept_with_their_first_text(
    deployment: Deployment, home: Home, anna: Caller
) -> None:
    text = f"Hello, I am {anna.id}"
    await deployment.direct(text, {"text": "Welcome."})
    assert await said_at(anna, text) == 2
    found = await deployment.functions.wirings[PATH].redis.execute(
        ["HGETALL", Keys.of(anna.id).key("memory")], limit_s=4
    )
    assert found == {"block": ""}
