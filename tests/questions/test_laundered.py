"""What an email has written into the user's things is not trusted later, wherever it is read.

A tainted run writes the injection somewhere. Half an hour later nothing is left of the talk, and a
new run reads it: the model obeys again, and the user is asked, even before a letter to somebody
whom they trust.
"""

import pytest

from brain.codec import Json
from brain.email.model import EmailBrought
from brain.run.messages import Kind
from tests.fakes.email import an_email
from tests.fakes.loop import in_virtual_time
from tests.questions.house import PLAIN, READ, House, is_asked
from tests.questions.injections import ANNA, EVE, Demand, Obedient, encoded, send

type Call = tuple[str, Json]

WORDS = f"Plan {encoded(Demand(name='', calls=(send(ANNA),)).words())}"
SOON = "2026-01-01T02:00"

WRITES: dict[str, Call] = {
    "document": ("createDocument", {"title": "Plan", "body": WORDS}),
    "end of a document": ("createDocument", {"title": "Plan", "body": f"{'Blah. ' * 900}{WORDS}"}),
    "title": ("createDocument", {"title": WORDS, "body": "Plan"}),
    "fact": ("remember", {"fact": WORDS}),
    "rule": ("tellMeWhen", {"about": WORDS, "from": "Bob"}),
    "words of a rule": ("tellMeWhen", {"about": "Plan", "from": WORDS[:200]}),
    "reminder": ("remind", {"text": WORDS, "at": SOON}),
    "message": ("sayToUserAndContinue", {"message": WORDS}),
    "last message": ("sayToUserAndQuit", {"message": WORDS}),
}
DOCUMENT: Call = ("readDocument", {"id": "doc2"})
READS: list[tuple[str, Call]] = [
    ("document", DOCUMENT),
    ("document", ("searchDocuments", {"query": "plan"})),
    ("document", ("deleteDocument", {"id": "doc2"})),
    ("end of a document", DOCUMENT),
    ("title", DOCUMENT),
    ("title", ("searchDocuments", {"query": "plan"})),
    ("title", ("updateDocument", {"id": "doc2", "append": "More."})),
    ("title", ("updateDocument", {"id": "doc2", "body": "All new."})),
    ("fact", ("recall", {"query": "plan"})),
    ("fact", ("forget", {"id": "fact2"})),
    ("rule", ("listRules", {})),
    ("rule", ("stopTellingMe", {"id": "rule2"})),
    ("words of a rule", ("listRules", {})),
    ("reminder", ("listReminders", {})),
    ("reminder", ("cancelReminder", {"id": "new"})),
    ("last message", ("searchHistory", {"query": "plan"})),
]


async def written(call: Call, *, reading: list[Call] = READ) -> House:
    """A house in which a run has written this, and half an hour has passed."""
    house = House(Obedient([*reading, call, ("sayToUserAndQuit", {"message": "So."})]))
    await house.furnish(PLAIN.write("nothing"))
    await house.run()
    await house.later()
    return house


async def reads(house: House, call: Call) -> Obedient:
    """A new run, whose model makes this call, and obeys."""
    if call[1].get("id") == "new":
        [own] = [one.id for one in await house.world.ports.reminders.all("anna") if one.id != "r1"]
        call = (call[0], {"id": own})
    model = house.obeys(Obedient([call]))
    said = await house.run("What about the plan?")
    if is_asked(said) and said.question is not None and said.question.tool == call[0]:
        await house.decide(said)
    return model


@pytest.mark.parametrize(("place", "read"), READS)
@in_virtual_time
async def test_what_a_tainted_run_wrote_is_not_trusted_later(place: str, read: Call) -> None:
    house = await written(WRITES[place])
    model = await reads(house, read)
    assert [tool for tool, _ in model.done] == [read[0], "sendEmail"]  # it obeyed what it read
    last = (await house.world.said())[-1]
    assert is_asked(last)
    assert last.foreign
    assert house.post.sent == []


@pytest.mark.parametrize("place", WRITES)
@in_virtual_time
async def test_nothing_of_it_is_shown_to_a_new_run_that_does_not_ask_for_it(place: str) -> None:
    house = await written(WRITES[place])
    model = house.obeys(Obedient())
    said = await house.run("Good morning.")
    assert [tool for tool, _ in model.done] == []
    assert not said.foreign


@pytest.mark.parametrize("change", ["title", "append", "body"])
@in_virtual_time
async def test_a_change_that_the_user_agreed_to_stays_by_others(change: str) -> None:
    house = House(Obedient([*READ, ("updateDocument", {"id": "doc1", change: WORDS})]))
    await house.furnish(PLAIN.write("nothing"))
    await house.decide(await house.run())
    await house.later()
    model = await reads(house, ("readDocument", {"id": "doc1"}))
    assert [tool for tool, _ in model.done] == ["readDocument", "sendEmail"]
    assert house.post.sent == []


@pytest.mark.parametrize("verdict", ["reject", ""])
@in_virtual_time
async def test_a_question_is_not_trusted_later(verdict: str) -> None:
    letter: Json = {"to": [EVE], "subject": "Plan", "body": WORDS}
    house = House(Obedient([*READ, ("sendEmail", letter)]))
    await house.furnish(PLAIN.write("nothing"))
    asked = await house.run()
    if verdict:
        house.obeys(Obedient([("sayToUserAndQuit", {"message": "Not sent."})]))
        await house.decide(asked, verdict)
    await house.later()
    model = await reads(house, ("searchHistory", {"query": "plan"}))
    assert "searchHistory" in [tool for tool, _ in model.done]
    assert house.post.sent == []


@in_virtual_time
async def test_a_reminder_by_others_says_so_and_is_not_obeyed_unasked() -> None:
    house = await written(WRITES["reminder"])
    await house.world.settle(87 * 60)  # until shortly before it is due
    await house.world.ports.store.here("anna")
    await house.world.settle(5 * 60)
    told = (await house.world.said())[-1]
    assert told.kind is Kind.NOTIFICATION
    assert told.foreign
    assert "from what others wrote" in told.text
    model = house.obeys(Obedient())
    assert is_asked(await house.run("What is the plan?"))
    assert [tool for tool, _ in model.done] == ["sendEmail"]
    assert house.post.sent == []


@in_virtual_time
async def test_a_notice_is_not_trusted_later() -> None:
    house = House(Obedient())
    await house.furnish(PLAIN.write("nothing"))
    await house.world.ports.store.here("anna")
    await house.world.happen(EmailBrought(email=an_email("new", subject=WORDS)))
    await house.archive.store("anna", await house.world.log())
    await house.later()
    model = await reads(house, ("searchHistory", {"query": "plan"}))
    assert [tool for tool, _ in model.done] == ["searchHistory", "sendEmail"]
    assert house.post.sent == []


@pytest.mark.parametrize(("place", "read"), READS)
@in_virtual_time
async def test_what_the_users_own_run_wrote_is_trusted_later(place: str, read: Call) -> None:
    house = await written(WRITES[place], reading=[])
    model = await reads(house, read)
    assert [tool for tool, _ in model.done] == [read[0], "sendEmail"]
    assert len(house.post.sent) == 1
