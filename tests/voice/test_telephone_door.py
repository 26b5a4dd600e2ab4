"""Who may call over ConversationRelay. In virtual time."""

import asyncio
import base64
import hashlib
import hmac
from typing import Any

import pytest

from brain.http.socket import NOT_ALLOWED
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.routes.virtual import Page, connected
from tests.voice.telephone_stage import Call

TOKEN = "the auth token of the account"


@pytest.mark.parametrize(
    "parameters", [None, {}, {"ticket": ""}, {"ticket": "wrong"}, {"ticket": 7}, [], "ticket"]
)
@in_virtual_time
async def test_without_a_ticket_nobody_may_call(parameters: Any) -> None:
    call = Call.of(words("Yes."))
    async with connected(call.wiring, call.page) as serving:
        call.send("setup", callSid="CA00", customParameters=parameters)
        await asyncio.wait({serving})
    assert call.page.closed == (NOT_ALLOWED, "a ticket is required")
    assert await call.texts() == []


@in_virtual_time
async def test_a_ticket_is_good_for_one_call() -> None:
    call = Call.of(words("Yes."))
    ticket = await call.ticket()
    async with connected(call.wiring, call.page):
        await call.set_up(ticket)
        call.prompt("Are you there?")
        await call.page.answer("text")
        for sid in ("CA01", "CA00"):
            other = Call(call.world, call.wiring, Page())
            async with connected(call.wiring, other.page) as serving:
                await other.set_up(ticket, callSid=sid)
                await asyncio.wait({serving})
            assert other.page.closed == (NOT_ALLOWED, "a ticket is required")


@in_virtual_time
async def test_a_ticket_is_good_for_a_minute() -> None:
    call = Call.of(words("Yes."))
    ticket = await call.ticket()
    await asyncio.sleep(61)
    async with connected(call.wiring, call.page) as serving:
        await call.set_up(ticket)
        await asyncio.wait({serving})
    assert call.page.closed == (NOT_ALLOWED, "a ticket is required")


@in_virtual_time
async def test_no_ticket_calls_for_a_mind() -> None:
    call = Call.of(words("Yes."))
    async with connected(call.wiring, call.page) as serving:
        await call.set_up(await call.ticket("mind:x:0"))
        await asyncio.wait({serving})
    assert call.page.closed == (NOT_ALLOWED, "a ticket is required")


@in_virtual_time
async def test_the_ticket_says_whose_call_it_is() -> None:
    call = Call.of(words("Yes."))
    async with connected(call.wiring, call.page):
        await call.set_up(await call.ticket("ben"))
        call.prompt("Are you there?")
        await call.page.answer("text")
    assert await call.texts() == []
    assert [entry.text for entry in await call.world.log("ben")] == ["Are you there?", "Yes."]


def signature(address: str, token: str = TOKEN) -> bytes:
    return base64.b64encode(hmac.new(token.encode(), address.encode(), hashlib.sha1).digest())


@pytest.mark.parametrize(
    ("signed", "is_taken"),
    [
        (signature("wss://brain.example/api/live"), True),
        (signature("https://brain.example/api/live"), True),
        (signature("wss://brain.example/api/live", "another token"), False),
        (signature("wss://evil.example/api/live"), False),
        (signature("wss://brain.example/api/live?x=1"), False),
        (b"", False),
        (b"\xff\xfe", False),
        (None, False),
    ],
)
@in_virtual_time
async def test_where_the_account_is_known_twilio_must_have_signed(
    signed: bytes | None, is_taken: bool
) -> None:
    call = Call.of(words("Yes."), TWILIO_AUTH_TOKEN=TOKEN)
    if signed is not None:
        call.page.scope["headers"] = [(b"x-twilio-signature", signed)]
    async with connected(call.wiring, call.page) as serving:
        await call.set_up()
        call.prompt("Are you there?")
        if is_taken:
            await call.page.answer("text")
        else:
            await asyncio.wait({serving})
    assert (call.page.closed is None) == is_taken
    assert is_taken or call.page.closed == (NOT_ALLOWED, "the signature is missing or wrong")


@in_virtual_time
async def test_a_wrong_signature_does_not_use_up_the_ticket() -> None:
    call = Call.of(words("Yes."), TWILIO_AUTH_TOKEN=TOKEN)
    ticket = await call.ticket()
    async with connected(call.wiring, call.page) as serving:
        await call.set_up(ticket)
        await asyncio.wait({serving})
    again = Call(call.world, call.wiring, Page())
    again.page.scope["headers"] = [
        (b"x-twilio-signature", signature("wss://brain.example/api/live"))
    ]
    async with connected(call.wiring, again.page):
        await again.set_up(ticket)
        again.prompt("Are you there?")
        await again.page.answer("text")
