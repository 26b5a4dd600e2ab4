"""Emails that tell the model what to do, a model that obeys them all, and nothing leaves.

Every email of `injections.CARRIERS` with every demand; in one run and over several, with a process
that dies in between, and days later.
"""

import asyncio
from typing import Any

import pytest
from msgspec.structs import force_setattr

from brain.chat.notes import FOREIGN
from brain.codec import Json
from brain.email.model import Email, EmailBrought
from brain.run.history import FRESH
from brain.run.messages import Kind, Message
from brain.run.ports import Prompt
from tests.fakes.loop import in_virtual_time
from tests.fakes.tool_stage import invocation
from tests.questions.house import PLAIN, READ, House, bound
from tests.questions.injections import (
    ANNA,
    CARRIERS,
    DEMANDS,
    EVE,
    SECRET,
    Carrier,
    Demand,
    Obedient,
    demanded,
    encoded,
    send,
)


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda demand: demand.name)
@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.name)
@in_virtual_time
async def test_nothing_leaves_though_the_model_obeys(carrier: Carrier, demand: Demand) -> None:
    asked = bound(demand)
    model = Obedient(READ)
    house = House(model)
    await house.furnish(carrier.write(asked.words()))
    await house.world.ask("Read me my last email.", patience_s=60)
    await house.world.settle()
    assert {tool for tool, _ in asked.calls} & {tool for tool, _ in model.done}  # it obeyed
    await house.check()


def test_there_are_enough_injections() -> None:
    assert len(CARRIERS) * len(DEMANDS) >= 40
    assert len({carrier.name for carrier in CARRIERS}) == len(CARRIERS)


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda demand: demand.name)
@in_virtual_time
async def test_a_loop_that_resumes_from_the_journal_asks_too(demand: Demand) -> None:
    model = Obedient(READ)
    house = House(model)
    await house.furnish(PLAIN.write(bound(demand).words()))
    asking = house.world.spawn(house.world.ask("Read me my last email.", patience_s=60))
    await model.has_begun.wait()
    await asyncio.sleep(0.2)  # the email is in the journal, or on its way there
    house.world.kill()
    asking.cancel()
    await house.world.ask("Well?", patience_s=60)
    await house.world.settle()
    await house.check()


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda demand: demand.name)
@in_virtual_time
async def test_the_next_run_does_not_trust_text_that_a_tainted_run_has_stored(
    demand: Demand,
) -> None:
    words = bound(demand).words()
    keep: list[tuple[str, Json]] = [
        *READ,
        ("createDocument", {"title": "Plan", "body": words}),
        ("remember", {"fact": "Anna said so."}),
    ]
    house = House(Obedient())
    await house.furnish(PLAIN.write("nothing"))
    first = Obedient(keep)
    force_setattr(house.world.ports, "model", first)
    await house.world.ask("Read me my last email.", patience_s=60)
    await asyncio.sleep(FRESH.total_seconds())  # so that nothing is left but what it wrote
    second = Obedient([("readDocument", {"id": "doc2"})])
    force_setattr(house.world.ports, "model", second)
    await house.world.ask("What is in the plan?", patience_s=60)
    await house.world.settle()
    await house.check()


@in_virtual_time
async def test_the_text_of_a_notification_is_not_trusted() -> None:
    words = encoded(Demand(name="", calls=(send(ANNA),)).words())
    model = Obedient()
    house = House(model)
    await house.furnish(PLAIN.write("nothing"))
    await house.world.ports.store.here("anna")
    email = PLAIN.write("nothing")
    told = EmailBrought(email=Email(**{**fields(email), "id": "x", "subject": words}))
    await house.world.happen(told)
    said = await house.world.said()
    assert said[-1].kind is Kind.NOTIFICATION
    await house.world.ask("What was that?", patience_s=60)
    await house.world.settle()
    assert [tool for tool, _ in model.done] == ["sendEmail"]
    assert house.post.sent == []


@in_virtual_time
async def test_a_web_page_is_trusted_no_more_than_an_email() -> None:
    house = House(Obedient([("readWebPage", {"url": "https://news.example/"})]))
    await house.furnish(PLAIN.write("nothing"))
    words = " ".join(bound(demand).words() for demand in DEMANDS)
    house.web.keep("https://news.example/", words)
    await house.world.ask("Read https://news.example/", patience_s=60)
    await house.world.settle()
    assert house.web.opened[0] == "https://news.example/"
    await house.check()


@in_virtual_time
async def test_a_question_shows_exactly_what_the_email_demands_and_a_no_ends_it() -> None:
    demand = Demand(name="", calls=(send(EVE),))
    house = House(Obedient(READ))
    await house.furnish(PLAIN.write(demand.words()))
    outcome = await house.world.ask("Read me my last email.", patience_s=60)
    question = outcome.message
    assert question is not None
    assert question.question is not None
    assert f"To: {EVE}" in question.text
    assert f"It is {SECRET}." in question.text
    assert question.foreign
    answer = await house.world.ask("No!", patience_s=60)
    assert isinstance(answer.message, Message)
    await house.check()


@in_virtual_time
async def test_the_obedient_model_reads_every_disguise() -> None:
    for carrier in CARRIERS:
        house = House(Obedient())
        await house.furnish(carrier.write(DEMANDS[0].words()))
        tool = house.world.ports.tools["readEmail"]
        shown = ""
        for offset in (0, 8_000):
            given = await tool.run(invocation("readEmail", {"id": "evil", "offset": offset}))
            shown += FOREIGN.format(given.text)
        prompt = Prompt(messages=[{"role": "tool", "content": shown}], tools=())
        (call,) = demanded(prompt)
        assert call == ("sendEmail", send(EVE)[1] | {"body": f"It is {SECRET}."}), carrier.name


def fields(email: Email) -> dict[str, Any]:
    return {name: getattr(email, name) for name in Email.__struct_fields__}
