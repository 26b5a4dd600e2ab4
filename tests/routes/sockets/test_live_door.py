"""WS /api/live: who is let in. In virtual time."""

import asyncio
from typing import Any

import pytest

from brain.http.socket import NOT_ALLOWED
from brain.routes.live_door import HELLO_S
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.fakes.world import World
from tests.routes.virtual import Page, connected, token, wired


async def closing(*protocols: str, query: str = "", hello: Any = None) -> tuple[Page, float]:
    """A page that is sent away, and when."""
    world, page = World(), Page(*protocols, query=query)
    if hello is not None:
        page.say(**hello)
    async with connected(wired(world), page) as call:
        await asyncio.wait({call})
    return page, world.clock.now()


@in_virtual_time
async def test_a_token_in_the_subprotocols_opens_and_the_protocol_is_agreed_on() -> None:
    world, page = World([words("Yes.")]), Page.of()
    await world.ask("Hi")
    async with connected(wired(world), page):
        assert await page.answer("ready") == {"type": "ready", "lastSeq": 2}
    assert page.accepted is not None
    assert page.accepted["subprotocol"] == "brain"
    assert page.closed is None


@in_virtual_time
async def test_a_token_in_the_first_frame_opens_too() -> None:
    page = Page()
    page.say("hello", token=token("bert"))
    async with connected(wired(World([words("Yes.")])), page):
        await page.answer("ready")
        page.say("say", text="Hi")
        assert (await page.answer("reply"))["state"] == "done"
    assert page.accepted is not None
    assert page.accepted["subprotocol"] is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (token(secret="another secret of thirty-two bytes"), "the token is invalid"),
        (token(lasts_s=-60), "the token has expired"),
        ("x", "the token is invalid"),
        (token()[:-1] + "!", "the token is invalid"),
    ],
)
@pytest.mark.parametrize("by_frame", [False, True])
@in_virtual_time
async def test_a_token_that_does_not_hold_is_refused_in_words(
    text: str, reason: str, by_frame: bool
) -> None:
    if by_frame:
        page, _ = await closing("brain", hello={"type": "hello", "token": text})
    else:
        page, _ = await closing("brain", f"token.{text}")
    assert page.closed == (NOT_ALLOWED, reason)
    assert page.told == []


@pytest.mark.parametrize(
    "hello",
    [
        {"type": "ping"},
        {"type": "say", "text": "Hi", "token": token()},
        {"type": "hello"},
        {"type": "hello", "token": ["x"]},
        {"type": "hello", "token": None},
    ],
)
@in_virtual_time
async def test_a_first_frame_without_a_token_is_refused(hello: Any) -> None:
    page, _ = await closing("brain", hello=hello)
    assert page.closed is not None
    assert page.closed[0] == NOT_ALLOWED
    assert page.told == []


@in_virtual_time
async def test_a_token_in_the_address_is_not_looked_at() -> None:
    page, seconds = await closing("brain", query=f"token={token()}")
    assert page.closed == (NOT_ALLOWED, "a token is required")
    assert seconds == pytest.approx(HELLO_S)
