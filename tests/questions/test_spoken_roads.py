"""A spoken yes after a response, on each road: it needs one that was sent completely. In virtual
time.
"""

import asyncio
import json
from typing import Any

import pytest
from msgspec.structs import replace
from starlette.types import Message

from brain.chat.notes import REJECTED
from brain.codec import Json
from brain.errors import StoreUnreachable
from brain.http.edge import endpoint
from brain.routes.control import control
from brain.routes.voice import voice_to_brain
from brain.wiring import Wiring
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import Saying, calls, words
from tests.fakes.tools import LetterTool
from tests.fakes.world import World
from tests.routes.virtual import Page, connected, order, posted, said, token, wired

LUNCH: Json = {"to": "anna@example.org", "body": "Lunch?"}
SEND = calls(("send", json.dumps(LUNCH)))
TEXT = "Write to Anna."


def stage(*more: Saying) -> tuple[World, Wiring, LetterTool]:
    tool = LetterTool()
    world = World([SEND, *(more or (words("So be it."),) * 3)], tools=[tool])
    return world, wired(world), tool


class Caller:
    """Calls /api/voiceToBrain. It may be gone before the response, or never read its last part."""

    def __init__(self, *, accept: str, is_gone: bool = False, reads_last: bool = True) -> None:
        self._headers = {
            "authorization": f"Bearer {token()}",
            "content-type": "application/json",
            "accept": accept,
        }
        self._is_gone = is_gone
        self._reads_last = reads_last
        self.has_all = asyncio.Event()
        self.body = b""

    async def call(self, wiring: Wiring, text: str) -> None:
        """Send a text. Returns when the function has ended."""
        body = json.dumps({"text": text, "patience": 20}).encode()
        pending: list[Message] = [{"type": "http.request", "body": body}]
        headers = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        scope = {"type": "http", "method": "POST", "path": "/api", "query_string": b""}

        async def receive() -> Message:
            if pending:
                return pending.pop()
            return {"type": "http.disconnect"} if self._is_gone else await asyncio.Future()

        await endpoint({"POST": voice_to_brain}, wiring)(
            scope | {"headers": headers}, receive, self._take
        )

    async def _take(self, message: Message) -> None:
        self.body += message.get("body", b"")
        if message["type"] == "http.response.body" and not message.get("more_body"):
            if not self._reads_last:
                await asyncio.Future()
            self.has_all.set()


ROADS = ["application/json", "text/event-stream"]


async def asked(wiring: Wiring, caller: Caller) -> "asyncio.Task[None]":
    call = asyncio.create_task(caller.call(wiring, TEXT))
    while b'"kind":"question"' not in caller.body:  # noqa: ASYNC110 - virtual time costs nothing
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    return call


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(("seconds", "sent"), [(1.5, 0), (3, 1), (179, 1), (181, 0)])
@in_virtual_time
async def test_a_yes_answers_the_question_in_a_response_in_time(
    road: str, seconds: float, sent: int
) -> None:
    world, wiring, tool = stage()
    call = await asked(wiring, Caller(accept=road))
    await asyncio.sleep(seconds)
    await said(wiring, "Yes.", patience=20)
    assert len(tool.sent) == sent
    await call
    assert world.failures == []


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("how", [{"is_gone": True}, {"reads_last": False}])
@in_virtual_time
async def test_a_response_that_did_not_arrive_whole_counts_for_nothing(
    road: str, how: dict[str, bool]
) -> None:
    _, wiring, tool = stage()
    call = await asked(wiring, Caller(accept=road, **how))
    await asyncio.sleep(3)
    await said(wiring, "Yes.", patience=20)
    assert tool.sent == []
    call.cancel()


@in_virtual_time
async def test_a_yes_answers_the_question_in_a_reply_that_the_page_has_read() -> None:
    _, wiring, tool = stage()
    page = Page.of()
    async with connected(wiring, page):
        await page.answer("ready")
        page.say("say", text=TEXT, messageId="message-1")
        assert (await page.answer("reply"))["message"]["kind"] == "question"
        await asyncio.sleep(3)
        page.say("say", text="Yes.", messageId="message-2")
        await page.until(lambda page: len(page.frames("reply")) == 2)
    assert tool.sent == [LUNCH]


@in_virtual_time
async def test_a_reply_that_the_page_has_not_read_counts_for_nothing() -> None:
    _, wiring, tool = stage()
    page = Page.of()
    async with connected(wiring, page):
        await page.answer("ready")
        page.reads.clear()
        page.say("say", text=TEXT, messageId="message-1")
        await asyncio.sleep(10)
        await said(wiring, "Yes.", patience=20)
        assert tool.sent == []
        page.reads.set()
        await page.answer("reply")


@in_virtual_time
async def test_a_question_in_the_response_to_a_decision_counts_too() -> None:
    _, wiring, tool = stage(SEND, words("Sent."))
    first = (await said(wiring, TEXT, patience=20))["message"]
    no = {"type": "reject", "questionId": first["id"], "patience": 20}
    _, body = await posted(wiring, control, no)
    assert body["message"]["kind"] == "question"
    await asyncio.sleep(3)
    await said(wiring, "Yes.", patience=20)
    assert tool.sent == [LUNCH]


@pytest.mark.parametrize(("patience", "message"), [(0.5, False), (0, True)])
@in_virtual_time
async def test_a_question_that_went_over_the_channel_or_to_no_speaker_needs_a_report(
    patience: float, message: bool
) -> None:
    world, wiring, tool = stage(words("What?"), words("Sent."))
    world.model.sayings[0] = replace(SEND, delay_s=2)
    assert ((await said(wiring, TEXT, patience=patience))["message"] is not None) == message
    await asyncio.sleep(5)
    await said(wiring, "Yes.", patience=20)
    assert tool.sent == []
    assert [entry.text for entry in await world.said()][1:] == ["What?"]


@pytest.mark.parametrize(("how", "sent"), [("played", 1), ("shown", 1), ("unspoken", 0)])
@in_virtual_time
async def test_a_front_end_reports_what_was_heard_or_shown(how: str, sent: int) -> None:
    _, wiring, tool = stage()
    seq = (await said(wiring, TEXT, patience=20))["message"]["seq"]
    assert await order(wiring, "heard", seq=seq, how=how) == (200, {"seq": seq, "how": how})
    await asyncio.sleep(1.5)
    await said(wiring, "Okay.", patience=20)
    assert len(tool.sent) == sent


@in_virtual_time
async def test_nobody_can_report_from_outside_that_a_response_was_sent() -> None:
    _, wiring, _ = stage()
    seq = (await said(wiring, TEXT, patience=0))["message"]["seq"]
    status, problem = await order(wiring, "heard", seq=seq, how="returned")
    assert (status, problem["errors"][0]["field"]) == (422, "how")


class Deaf:
    """A store that records no marks."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def heard(self, *_: Any) -> None:
        raise StoreUnreachable("away")


@in_virtual_time
async def test_a_mark_that_is_lost_costs_a_yes_and_nothing_else() -> None:
    world, wiring, tool = stage()
    vars(wiring).update(store=Deaf(world.ports.store))
    message = (await said(wiring, TEXT, patience=20))["message"]
    await asyncio.sleep(3)
    await said(wiring, "Yes.", patience=20)
    assert tool.sent == []
    approved = await order(wiring, "approve", questionId=message["id"], patience=20)
    assert (approved[0], len(tool.sent)) == (200, 1)


@in_virtual_time
async def test_only_a_response_with_a_question_costs_a_round_trip_more() -> None:
    costs: dict[tuple[bool, int], int] = {}
    for asks, patience in ((False, 0), (False, 20), (True, 0), (True, 20)):
        world = World([SEND if asks else words("Hello.")], tools=[LetterTool()])
        await said(wired(world), TEXT, patience=patience)
        await asyncio.sleep(1)
        costs[asks, patience] = world.redis.calls
    assert costs[False, 20] == costs[False, 0]
    assert costs[True, 20] == costs[True, 0] + 1


@in_virtual_time
async def test_a_no_rejects_the_question_at_any_time() -> None:
    world, wiring, tool = stage()
    await said(wiring, TEXT, patience=0)
    await said(wiring, "No.", patience=20, recentContext=[{"role": "assistant", "text": "No."}])
    assert tool.sent == []
    assert any(
        REJECTED.partition("{")[0] in str(message["content"])
        for message in world.model.prompts[-1].messages
    )
