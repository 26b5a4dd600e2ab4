"""examples/livekit holds a call without a room: it speaks unasked, and reports what was cut off."""

import asyncio
import json
import secrets

import pytest

from tests.contracts.examples.livekit.caller import Caller, calling
from tests.routes.event_stage import tell
from tests.routes.stage import Deployment, Json, User
from tests.voice.chat.stage import PUT_OFF, says

pytestmark = pytest.mark.asyncio(loop_scope="package")

LIMIT_S = 30.0
OVEN = "Your bread is ready, and the oven is still as hot as it was an hour ago"


def key(user: User) -> str:
    return user.headers["Authorization"].removeprefix("Bearer ")


async def marks(user: User, *texts: str) -> list[Json | None]:
    """Wait until each of these messages has a mark, and return the marks."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            found = {entry["text"]: entry.get("heard") for entry in await user.log()}
            if all(found.get(text) for text in texts):
                return [found[text] for text in texts]
            await asyncio.sleep(0.05)


async def remind(user: User, text: str) -> None:
    event = {"type": "reminder.due", "userId": user.id, "data": {"text": text}}
    assert (await tell(user, json.dumps(event).encode())).status_code == 200


def cut_off(caller: Caller) -> str:
    """Return what was heard of the message that was cut off."""
    [heard] = [text for role, text, is_cut in caller.items if role == "assistant" and is_cut]
    return heard


async def test_a_late_answer_is_said_once_and_unasked(deployment: Deployment, user: User) -> None:
    gate = secrets.token_hex(6)
    await deployment.direct("Compare", says("The *second* is longer.", gates={gate: 0}))
    await deployment.direct("weather", says("It rains."))
    async with (
        deployment.served(BRAIN_CHAT_PATIENCE_S="0.3") as http,
        calling(str(http.base_url), key(user)) as caller,
    ):
        caller.command("say Compare the two")
        await caller.until_item(PUT_OFF)
        await deployment.model.post(f"/_local/gates/{gate}")
        await caller.until_item("The second is longer.")
        assert await marks(user, "The *second* is longer.") == [{"how": "played"}]
        caller.command("say And the weather?")
        await caller.until_item("It rains.")
    said = [text for role, text, _ in caller.items if role == "assistant"]
    assert [PUT_OFF in said[0], *said[1:]] == [True, "The second is longer.", "It rains."]
    [asked] = await deployment.asked("weather")
    assert str(asked).count("The *second* is longer.") == 1, "as the brain's own, not as a quote"


async def test_a_notice_that_is_cut_off_is_marked_as_far_as_it_was_heard(
    deployment: Deployment, user: User
) -> None:
    async with calling(deployment.url, key(user)) as caller:
        await remind(user, OVEN)
        await caller.until_words("bread")
        caller.command("interrupt")
        await caller.until(lambda: any(is_cut for *_, is_cut in caller.items))
        [mark] = await marks(user, f"A reminder: {OVEN}.")
    heard = cut_off(caller)
    assert f"A reminder: {OVEN}.".startswith(heard)
    assert mark == {"how": "cutOff", "chars": len(heard)}


async def test_an_answer_that_is_cut_off_is_marked_with_the_next_text(
    deployment: Deployment, user: User
) -> None:
    long = (
        "There are three meetings tomorrow, and the first one of them is with Anna in the office."
    )
    await deployment.direct("tomorrow", says(long))
    await deployment.direct("Stop", says("Yes."))
    async with calling(deployment.url, key(user)) as caller:
        caller.command("say What is on tomorrow?")
        await caller.until_words("three")
        caller.command("interrupt")
        await caller.until(lambda: any(is_cut for *_, is_cut in caller.items))
        caller.command("say Stop there")
        await caller.until_item("Yes.")
        [mark] = await marks(user, long)
    assert mark is not None
    assert mark["how"] == "cutOff"
    assert cut_off(caller).startswith(long[: mark["chars"]])
