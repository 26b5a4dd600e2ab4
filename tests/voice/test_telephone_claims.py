"""The telephone and the pages of a user: each message is said by one of them. In virtual time."""

import asyncio

from brain.cloud.redis.devices.claims import claim
from brain.run.messages import Heard, How
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.routes.virtual import connected
from tests.voice.telephone_stage import Call


async def _claim(call: Call, seq: int) -> str:
    """What becomes of a page's wish to say a message."""
    clock = call.wiring.clock
    made = await claim(call.world.redis, "anna", seq, device="page-of-anna", now=clock.utc())
    return made.state


@in_virtual_time
async def test_what_the_telephone_says_no_page_says() -> None:
    call = Call.of(words("Noted."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.world.spawn(call.world.ask("A note from the page"))
        await call.page.answer("text")
        assert await _claim(call, 2) == "held"
        call.prompt("Thanks", last=False)
        await asyncio.sleep(0.1)
        assert await _claim(call, 2) == "over"


@in_virtual_time
async def test_what_a_page_says_the_telephone_does_not_say() -> None:
    call = Call.of(words("Noted."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("Hm", last=False)  # the line is not quiet
        call.world.spawn(call.world.ask("A note from the page"))
        await asyncio.sleep(0.5)
        assert await _claim(call, 2) == "yours"
        await asyncio.sleep(5)
        await call.world.ports.store.heard("anna", Heard(seq=2, how=How.PLAYED))
        await asyncio.sleep(60)
    assert call.said() == []


@in_virtual_time
async def test_what_a_page_has_claimed_and_not_said_the_telephone_says() -> None:
    call = Call.of(words("Noted."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("Hm", last=False)
        call.world.spawn(call.world.ask("A note from the page"))
        await asyncio.sleep(0.5)
        await _claim(call, 2)
        await asyncio.sleep(8)
        assert call.said() == []
        await asyncio.sleep(5)
    assert call.said() == ["Noted."]


@in_virtual_time
async def test_an_answer_that_comes_after_the_call_is_for_a_page() -> None:
    call = Call.of(words("It took a while.", delay_s=5))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("Take your time")
        await asyncio.sleep(1)
    assert (await call.world.log())[-1].text == "It took a while."
    assert await _claim(call, 2) == "yours"


@in_virtual_time
async def test_while_no_claim_can_be_made_the_telephone_tries_again() -> None:
    call = Call.of(words("Noted."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("Hm", last=False)
        await call.world.ask("A note from the page")
        call.world.redis.refusing = True
        await asyncio.sleep(3)
        call.world.redis.refusing = False
        await asyncio.sleep(6)
    assert call.said() == ["Noted."]
