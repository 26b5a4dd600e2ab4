"""Delivery of messages and answers to callers, in virtual time."""

import asyncio
from datetime import UTC, datetime

import pytest

from brain.errors import StoreUnreachable
from brain.run.deliver import (
    DRAIN_S,
    ORDER_S,
    Outbox,
    Outcome,
    Reply,
    deliver,
    send_websocket_message,
)
from brain.run.lease import Lease
from brain.run.messages import Kind, Message
from brain.run.moves import LeaseToken
from tests.fakes.channel import MemoryChannel
from tests.fakes.clock import Clock
from tests.fakes.loop import in_virtual_time

HOLD = LeaseToken(user_id="anna", run_id="r1", fence=1)


def message(text: str, *, done_after_this: bool = False) -> Message:
    return Message(
        id=f"id of {text}",
        seq=2,
        kind=Kind.SAY,
        text=text,
        done_after_this=done_after_this,
        run_id="r1",
        answers_seq=1,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def outbox(channel: MemoryChannel, *, lease_s: float = 600) -> Outbox:
    return Outbox(channel, Lease(Clock(), HOLD, lease_s=lease_s, since=0))


def texts(channel: MemoryChannel) -> list[str]:
    return [data["text"] for data in channel.messages()]


@in_virtual_time
async def test_a_caller_gets_only_the_first_outcome() -> None:
    reply = Reply()
    assert reply.is_open
    assert reply.give("running")
    assert not reply.give("done", message("Late."))
    reply.fail(StoreUnreachable("late"))
    assert await reply.outcome() == Outcome(state="running", run_id="", seq=0)
    assert not reply.is_open


@in_virtual_time
async def test_a_caller_that_got_an_error_gets_nothing_later() -> None:
    reply = Reply()
    reply.fail(StoreUnreachable("away"))
    assert not reply.give("done")
    assert reply.went_early
    with pytest.raises(StoreUnreachable):
        await reply.outcome()


@in_virtual_time
async def test_an_outcome_is_awaited_for_the_given_time() -> None:
    reply = Reply()
    assert await reply.outcome(within_s=3) is None
    assert asyncio.get_running_loop().time() == pytest.approx(3)
    assert reply.is_open


@pytest.mark.parametrize(
    ("state", "went_early"),
    [("done", False), ("running", True), ("recorded", True), ("duplicate", True)],
)
@in_virtual_time
async def test_a_caller_without_the_outcome_was_sent_away_early(
    state: str, went_early: bool
) -> None:
    reply = Reply()
    assert not reply.went_early
    reply.settle(Outcome(state=state, run_id="r1", seq=1))  # type: ignore[arg-type]  # all four states are given
    assert reply.went_early is went_early


@in_virtual_time
async def test_a_terminal_message_goes_into_the_open_response_only() -> None:
    channel, reply = MemoryChannel(), Reply()
    last = message("Bye.", done_after_this=True)
    out = outbox(channel)
    assert await deliver(out, reply, last) == last
    assert await out.drain(limit_s=10)
    assert channel.events == []
    outcome = await reply.outcome()
    assert outcome is not None
    assert outcome.message == last


@in_virtual_time
async def test_a_terminal_message_uses_the_channel_after_the_response_is_settled() -> None:
    channel, reply = MemoryChannel(), Reply()
    reply.give("running")
    out = outbox(channel)
    assert await deliver(out, reply, message("Bye.", done_after_this=True)) is None
    await out.drain(limit_s=10)
    assert texts(channel) == ["Bye."]


@in_virtual_time
async def test_a_message_that_is_not_terminal_takes_the_channel_though_the_response_is_open() -> (
    None
):
    channel, reply = MemoryChannel(), Reply()
    out = outbox(channel)
    assert await deliver(out, reply, message("One.")) is None
    await out.drain(limit_s=10)
    assert texts(channel) == ["One."]
    assert reply.is_open


@in_virtual_time
async def test_a_terminal_message_waits_for_the_breadcrumbs_but_not_for_long() -> None:
    channel, reply = MemoryChannel(delay_s=60), Reply()
    out = outbox(channel)
    send_websocket_message(out, reply, message("One."))
    await deliver(out, reply, message("Bye.", done_after_this=True))
    assert asyncio.get_running_loop().time() == pytest.approx(ORDER_S)
    assert not reply.is_open


@in_virtual_time
async def test_a_caller_who_listens_hears_messages_while_its_response_is_open() -> None:
    heard: list[object] = []
    reply = Reply(heard.append)
    out = outbox(MemoryChannel())
    send_websocket_message(out, reply, message("One."))
    reply.give("running")
    send_websocket_message(out, reply, message("Two."))
    assert heard == [message("One.")]
    await out.drain(limit_s=10)


@in_virtual_time
async def test_events_are_published_one_at_a_time_and_in_order() -> None:
    channel = MemoryChannel(delay_s=1)
    out = outbox(channel)
    for text in ("One.", "Two.", "Three."):
        out.send("message", {"text": text})
    assert not await out.drain(limit_s=1.5)
    assert await out.drain(limit_s=10)
    out.send("message", {"text": "Four."})
    await out.close(limit_s=10)
    assert texts(channel) == ["One.", "Two.", "Three.", "Four."]


@in_virtual_time
async def test_an_event_that_the_channel_rejects_does_not_delay_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    channel = MemoryChannel(refusing=True)
    out = outbox(channel)
    out.send("message", {"text": "private"})
    assert await out.drain(limit_s=10)
    channel.refusing = False
    out.send("message", {"text": "Two."})
    assert await out.drain(limit_s=10)
    assert texts(channel) == ["Two."]
    assert "channel.failed: what=message" in caplog.text
    assert "private" not in caplog.text


@in_virtual_time
async def test_a_process_whose_lease_has_expired_publishes_nothing() -> None:
    channel = MemoryChannel(delay_s=10)
    out = outbox(channel, lease_s=5)
    for text in ("One.", "Two.", "Three."):
        out.send("message", {"text": text})
    assert await out.drain(limit_s=60)
    assert texts(channel) == ["One."]


@pytest.mark.parametrize(("limit_s", "waited_s"), [(2, 2), (600, DRAIN_S), (-1, 0)])
@in_virtual_time
async def test_an_invocation_waits_for_the_channel_at_its_end_within_a_limit(
    limit_s: float, waited_s: float
) -> None:
    channel = MemoryChannel(delay_s=60)
    out = outbox(channel)
    out.send("message", {"text": "One."})
    out.send("message", {"text": "Two."})
    await out.close(limit_s=limit_s)
    assert asyncio.get_running_loop().time() == pytest.approx(waited_s)
    await asyncio.sleep(300)
    assert channel.events == []


@in_virtual_time
async def test_a_turn_that_said_nothing_has_nothing_to_wait_for() -> None:
    await outbox(MemoryChannel()).close(limit_s=10)
    assert asyncio.get_running_loop().time() == 0
