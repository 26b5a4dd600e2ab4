"""Tickets for telephone calls. On both Redis."""

import pytest

from brain.voice.relay.redis import MAX_TICKET_CHARS, TICKET_S, RedisTickets
from tests.contracts.store.stage import Stage, Twice

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.fixture
def tickets(stage: Stage) -> RedisTickets:
    return RedisTickets(stage.redis)


async def test_a_ticket_is_taken_once(stage: Stage, tickets: RedisTickets) -> None:
    ticket = await tickets.make(stage.user)
    assert await tickets.take(ticket, "one") == stage.user
    assert await tickets.take(ticket, "two") is None
    assert await tickets.take(ticket, "one") == stage.user  # its answer may have got lost


async def test_making_and_taking_may_be_sent_twice(stage: Stage) -> None:
    tickets = RedisTickets(Twice(stage.redis))
    ticket = await tickets.make(stage.user)
    assert await tickets.take(ticket, "one") == stage.user
    assert await tickets.take(ticket, "two") is None


@pytest.mark.parametrize("ticket", ["", "unknown", "x" * (MAX_TICKET_CHARS + 1), "\ud800"])
async def test_what_is_no_ticket_is_nobodys(tickets: RedisTickets, ticket: str) -> None:
    assert await tickets.take(ticket, "one") is None


async def test_tickets_differ_and_belong_to_their_users(
    stage: Stage, tickets: RedisTickets
) -> None:
    mine, others = await tickets.make(stage.user), await tickets.make("ben")
    assert mine != others
    assert await tickets.take(others, "one") == "ben"
    assert await tickets.take(mine, "one") == stage.user


async def test_a_ticket_expires_and_is_not_stored_itself(patient: Stage) -> None:
    tickets = RedisTickets(patient.redis)
    ticket = await tickets.make("anna")
    names = patient.redis.names()  # type: ignore[attr-defined]
    assert len(names) == 1
    assert ticket not in names[0]
    await patient.pass_time(TICKET_S)
    assert await tickets.take(ticket, "one") is None
