"""POST /api/control: stop, heard, and what is decided of a question. In virtual time."""

import asyncio
import json
from typing import Any

import pytest

from brain.cloud.redis.scripts import Keys
from brain.codec import Json
from brain.http.bodies import MAX_TEXT_CHARS
from brain.http.orders import MAX_RESULT_CHARS
from brain.routes.control import control
from brain.run.messages import Utterance
from brain.says.en import NO, YES
from brain.wiring import Wiring
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import Saying, calls, words
from tests.fakes.tools import LetterTool
from tests.fakes.world import World
from tests.routes.virtual import order, posted, said, wired

LUNCH: Json = {"to": "anna@example.org", "body": "Lunch?"}
DINNER: Json = {"to": "anna@example.org", "body": "Dinner?"}
CHANGED = "Yes, with changes. body: Dinner?"
CLIENT = {"name": "whereAmI", "description": "Where.", "parameters": {"type": "object"}}


def sending(letter: Json) -> Saying:
    return calls(("send", json.dumps(letter)))


def stage(*sayings: Saying) -> tuple[World, Wiring, LetterTool]:
    tool = LetterTool()
    world = World(sayings, tools=[tool])
    return world, wired(world), tool


async def asked(wiring: Wiring, text: str = "Write to Anna.", **fields: Any) -> str:
    """The id of the question that the text leads to."""
    message = (await said(wiring, text, patience=0, **fields))["message"]
    assert message["kind"] == "question"
    return str(message["id"])


async def texts(world: World) -> list[str]:
    return [entry.text for entry in await world.log() if isinstance(entry, Utterance)]


# ---- what is no order


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "type"),
        ({}, "type"),
        ({"type": "dance"}, "type"),
        ({"type": ["stop"]}, "type"),
        ({"type": "stop", "runId": 7}, "runId"),
        ({"type": "stop", "runId": "x" * 65}, "runId"),
        ({"type": "heard", "how": "played"}, "seq"),
        ({"type": "heard", "seq": 2**53, "how": "played"}, "seq"),
        ({"type": "heard", "seq": 1, "how": "cutOff", "chars": -1}, "chars"),
        ({"type": "approve"}, "questionId"),
        ({"type": "reject", "questionId": "grüße"}, "questionId"),
        ({"type": "approve", "questionId": "q", "patience": -1}, "patience"),
        ({"type": "edit", "questionId": "q"}, "arguments"),
        ({"type": "edit", "questionId": "q", "arguments": "x"}, "arguments"),
        ({"type": "answer", "questionId": "q"}, "text"),
        ({"type": "answer", "questionId": "q", "text": "x" * (MAX_RESULT_CHARS + 1)}, "text"),
    ],
)
@in_virtual_time
async def test_what_is_no_order_is_422_and_names_the_field(body: Any, field: str) -> None:
    world = World()
    status, problem = await posted(wired(world), control, body)
    assert (status, [fault["field"] for fault in problem["errors"]]) == (422, [field])
    assert world.redis.calls == 0


# ---- stop and heard


@in_virtual_time
async def test_a_stop_of_nothing_is_no_mistake_and_says_nothing() -> None:
    world, wiring, _ = stage(words("Yes."))
    idle = {"state": "idle", "runId": None, "message": None}
    assert await order(wiring, "stop") == (200, idle)
    await said(wiring, "Hi")
    assert await order(wiring, "stop", runId=None) == (200, idle)
    assert await order(wiring, "stop", runId="another") == (200, idle | {"runId": "another"})
    assert len(await world.log()) == 2


@in_virtual_time
async def test_a_stop_ends_the_run_and_one_for_another_run_does_not() -> None:
    world, wiring, _ = stage(words("Never.", delay_s=60))
    run_id = (await said(wiring, "Go", patience=1))["runId"]
    assert (await order(wiring, "stop", runId="another"))[1]["state"] == "idle"
    status, body = await order(wiring, "stop", runId=run_id)
    assert (status, body["state"], body["runId"]) == (200, "stopped", run_id)
    assert (body["message"]["text"], body["message"]["speak"]) == ("Stopped.", "silent")
    await asyncio.sleep(100)
    assert [message.text for message in await world.said()] == ["Stopped."]
    assert [data for _, event, data in world.channel.events if event == "run"][-1] == {
        "runId": run_id,
        "state": "stopped",
    }


@in_virtual_time
async def test_a_stop_of_one_user_leaves_anothers_run_alone() -> None:
    world, wiring, _ = stage(words("After all.", delay_s=6))
    run_id = (await said(wiring, "Go", patience=1))["runId"]
    for named in (None, run_id):
        assert (await order(wiring, "stop", user="bert", runId=named))[1]["state"] == "idle"
    await asyncio.sleep(60)
    assert [message.text for message in await world.said()] == ["After all."]


@in_virtual_time
async def test_who_has_heard_most_of_a_message_is_believed_however_often_it_is_said() -> None:
    _, wiring, _ = stage(words("Yes."))
    await said(wiring, "Hi")
    told = []
    for how, chars in (("unspoken", 0), ("cutOff", 2), ("cutOff", 2), ("played", 0)):
        told.append(await order(wiring, "heard", seq=2, how=how, chars=chars))
    told.append(await order(wiring, "heard", seq=2, how="cutOff", chars=1))
    assert [body["how"] for _, body in told] == [
        "unspoken",
        "cutOff",
        "cutOff",
        "played",
        "played",
    ]


@pytest.mark.parametrize("seq", [1, 3, 2**53 - 1])
@in_virtual_time
async def test_nothing_but_a_message_of_the_brain_can_be_heard(seq: int) -> None:
    _, wiring, _ = stage(words("Yes."))
    await said(wiring, "Hi")
    assert (await order(wiring, "heard", seq=seq, how="played"))[0] == 404
    assert (await order(wiring, "heard", seq=2, how="played", user="bert"))[0] == 404


# ---- decisions


@pytest.mark.parametrize(
    ("type", "more", "log", "sent"),
    [
        ("approve", {}, YES, [LUNCH]),
        ("reject", {}, NO, []),
        ("edit", {"arguments": DINNER}, CHANGED, [DINNER]),
        ("answer", {"text": "Yes, please."}, "Yes, please.", [LUNCH]),
        ("answer", {"text": "No."}, "No.", []),
    ],
)
@in_virtual_time
async def test_a_decision_is_carried_out_once_and_answered_alike_however_often_it_is_sent(
    type: str, more: Json, log: str, sent: list[Json]
) -> None:
    world, wiring, tool = stage(sending(LUNCH), words("Done."))
    question = await asked(wiring)
    first = await order(wiring, type, questionId=question, patience=0, **more)
    assert (first[0], first[1]["state"], first[1]["message"]["text"]) == (200, "done", "Done.")
    assert await order(wiring, type, questionId=question, patience=0, **more) == first
    assert tool.sent == sent
    assert await texts(world) == ["Write to Anna.", log]


@pytest.mark.parametrize("type", ["approve", "reject", "answer"])
@in_virtual_time
async def test_another_decision_is_409_and_changes_nothing(type: str) -> None:
    world, wiring, tool = stage(sending(LUNCH), words("Done."))
    question = await asked(wiring)
    first = "reject" if type == "approve" else "approve"
    await order(wiring, first, questionId=question, patience=0)
    before = await texts(world)
    status, problem = await order(wiring, type, questionId=question, text="No.", patience=0)
    assert (status, problem["detail"]) == (409, "decided")
    edited: Json = {"questionId": question, "arguments": DINNER}
    assert (await order(wiring, "edit", **edited))[0] == 409
    assert await texts(world) == before
    assert tool.sent == ([LUNCH] if first == "approve" else [])


@pytest.mark.parametrize(
    "more", [{"type": "approve"}, {"type": "answer", "text": "Yes."}, {"type": "reject"}]
)
@in_virtual_time
async def test_a_question_that_is_unknown_or_anothers_is_404(more: Json) -> None:
    world, wiring, tool = stage(sending(LUNCH), words("Done."))
    question = await asked(wiring)
    assert (await order(wiring, **more, questionId="nowhere"))[0] == 404
    assert (await order(wiring, **more, questionId=question, user="bert"))[0] == 404
    assert (tool.sent, len(await world.log()), await world.log("bert")) == ([], 2, ())


@in_virtual_time
async def test_a_decision_on_a_question_that_has_expired_is_409() -> None:
    _, wiring, tool = stage(sending(LUNCH), words("Done."))
    question = await asked(wiring)
    await asyncio.sleep(8 * 24 * 3600)
    for more in ({"type": "approve"}, {"type": "answer", "text": "Yes."}):
        status, problem = await order(wiring, **more, questionId=question)
        assert (status, problem["detail"]) == (409, "expired")
    assert tool.sent == []


@pytest.mark.parametrize(
    "arguments", [{}, {"to": 7, "body": "x"}, {"to": "x"}, {"to": "\ud800", "body": 7}]
)
@in_virtual_time
async def test_arguments_that_the_tool_does_not_take_are_422(arguments: Json) -> None:
    world, wiring, tool = stage(sending(LUNCH), words("Done."))
    question = await asked(wiring)
    status, problem = await order(wiring, "edit", questionId=question, arguments=arguments)
    assert (status, [fault["field"] for fault in problem["errors"]]) == (422, ["arguments"])
    assert (tool.sent, len(await world.log())) == ([], 2)


@in_virtual_time
async def test_arguments_for_a_tool_that_is_not_there_any_more_are_422() -> None:
    world, wiring, _ = stage(sending(LUNCH), words("Done."))
    question = await asked(wiring)
    without = wired(World())
    vars(without).update(store=world.ports.store)
    status, problem = await order(without, "edit", questionId=question, arguments=DINNER)
    assert (status, problem["errors"][0]["message"]) == (422, "the tool is no longer available")


# ---- a yes and the question that it is for


@pytest.mark.parametrize("more", [{"type": "approve"}, {"type": "answer", "text": "Yes."}])
@in_virtual_time
async def test_a_yes_to_a_question_is_not_taken_for_one_to_a_later_question(more: Json) -> None:
    world, wiring, tool = stage(sending(LUNCH), sending(DINNER), words("Sent."))
    first = await asked(wiring)
    second = await asked(wiring, "Rather dinner.")
    status, problem = await order(wiring, **more, questionId=first, patience=0)
    assert (status, problem["detail"]) == (409, "superseded")
    assert (tool.sent, await texts(world)) == ([], ["Write to Anna.", "Rather dinner."])
    await order(wiring, **more, questionId=second, patience=0)
    assert tool.sent == [DINNER]


@in_virtual_time
async def test_what_was_said_before_a_question_is_no_answer_however_late_it_is_sent_again() -> None:
    world, wiring, tool = stage(words("Well?"), sending(LUNCH))
    await said(wiring, "Yes.", messageId="message-1", patience=0)
    await asked(wiring)
    again = await said(wiring, "Yes.", messageId="message-1", patience=0)
    assert again["message"]["text"] == "Well?"
    assert (tool.sent, await texts(world)) == ([], ["Yes.", "Write to Anna."])


@in_virtual_time
async def test_words_for_an_answer_are_the_brains_to_understand_and_taken_once() -> None:
    world, wiring, tool = stage(sending(LUNCH), words("Which Anna?"))
    question = await asked(wiring)
    for _ in range(2):
        status, body = await order(
            wiring, "answer", questionId=question, text="Which one?", patience=0
        )
        assert (status, body["message"]["text"]) == (200, "Which Anna?")
    assert await texts(world) == ["Write to Anna.", "Which one?"]
    assert (tool.sent, len(world.model.prompts)) == ([], 2)


@pytest.mark.parametrize("text", ["  \n", "x" * (MAX_TEXT_CHARS + 1)])
@in_virtual_time
async def test_words_for_an_answer_are_bounded_as_any_text_is(text: str) -> None:
    world, wiring, _ = stage(sending(LUNCH), words("Done."))
    question = await asked(wiring)
    status, problem = await order(wiring, "answer", questionId=question, text=text)
    assert (status, [fault["field"] for fault in problem["errors"]]) == (422, ["text"])
    assert await texts(world) == ["Write to Anna."]


# ---- what a front end does itself


@in_virtual_time
async def test_a_question_to_the_front_end_takes_its_result_once_and_no_yes() -> None:
    world, wiring, _ = stage(calls(("whereAmI", "{}")), words("At home."))
    question = await asked(wiring, "Where am I?", clientTools=[CLIENT])
    for type in ("approve", "reject"):
        assert (await order(wiring, type, questionId=question))[0] == 409
    result: Json = {"questionId": question, "text": "x" * MAX_RESULT_CHARS, "patience": 0}
    first = await order(wiring, "answer", **result)
    assert (first[0], first[1]["message"]["text"]) == (200, "At home.")
    assert await order(wiring, "answer", **result) == first
    assert "x" * 100 in str(world.model.prompts[-1].messages)
    assert len(world.model.prompts) == 2


@in_virtual_time
async def test_a_decision_that_comes_again_when_its_id_is_forgotten_is_still_the_same() -> None:
    world, wiring, tool = stage(sending(LUNCH), words("Sent."))
    question = await asked(wiring)
    await order(wiring, "approve", questionId=question, patience=0)
    keys = Keys.of("anna")
    for name in world.redis.names():
        if name.startswith(keys.key("id:")):
            await world.redis.execute(["DEL", name], limit_s=4)
    status, body = await order(wiring, "approve", questionId=question, patience=0)
    assert (status, body["state"], body["message"]) == (200, "duplicate", None)
    assert tool.sent == [LUNCH]


@in_virtual_time
async def test_a_store_that_is_away_is_503_and_nothing_was_decided() -> None:
    world, wiring, tool = stage(sending(LUNCH), words("Done."))
    question = await asked(wiring)
    world.redis.refusing = True
    orders: list[Json] = [
        {"type": "stop"},
        {"type": "heard", "seq": 2, "how": "played"},
        {"type": "approve", "questionId": question},
    ]
    assert [(await order(wiring, **each))[0] for each in orders] == [503] * 3
    world.redis.refusing = False
    assert (tool.sent, len(await world.log())) == ([], 2)


@pytest.mark.parametrize(
    ("state", "status"), [("set aside by newer code", 409), ("open 2 99999999999999", 404)]
)
@in_virtual_time
async def test_a_question_that_this_code_cannot_load_takes_no_decision(
    state: str, status: int
) -> None:
    world, wiring, tool = stage(sending(LUNCH), words("Done."))
    question = await asked(wiring)
    # The second has its state and not its words.
    id = question if status == 409 else "without-words"
    key = Keys.of("anna").key("questions")
    await world.redis.execute(["HSET", key, id, state], limit_s=4)
    assert (await order(wiring, "approve", questionId=id))[0] == status
    assert (tool.sent, len(await world.log())) == ([], 2)
