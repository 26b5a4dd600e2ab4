"""WS /api/live: what a page may say and is told. In virtual time."""

import asyncio
import json
from typing import Any

import pytest

from brain.codec.foreign import BAD_KEY, NO_NUMBER, TOO_DEEP, TOO_LARGE, TWICE
from brain.http.socket import MAX_FRAME_BYTES, SILENCE_S, TOO_BIG, UNSUPPORTED
from brain.routes.live import AT_ONCE
from brain.run.limits import Limits
from brain.run.step import CONTINUE
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.tools import LetterTool
from tests.fakes.world import World
from tests.routes.virtual import Page, connected, ours, seqs, talk, wired

ID = "message-1"


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("{", UNSUPPORTED, "not JSON"),
        ("[" * 60, UNSUPPORTED, "not JSON"),
        ("[]", UNSUPPORTED, "a frame is an object with a type"),
        ('{"text":"Hi"}', UNSUPPORTED, "a frame is an object with a type"),
        ('{"type":["say"]}', UNSUPPORTED, "a frame is an object with a type"),
        ('{"type":"dance"}', UNSUPPORTED, "unknown type"),
        ('{"type":"hello"}', UNSUPPORTED, "unknown type"),
        (" " * (MAX_FRAME_BYTES + 1), TOO_BIG, "a frame has at most 64 KiB"),
        ("ü" * (MAX_FRAME_BYTES // 2 + 1), TOO_BIG, "a frame has at most 64 KiB"),
        (None, UNSUPPORTED, "text frames only"),
    ],
)
@in_virtual_time
async def test_what_is_no_frame_ends_the_conversation_with_a_code_and_a_reason(
    text: str | None, code: int, reason: str
) -> None:
    page = Page.of()
    async with connected(wired(World()), page) as call:
        await page.answer("ready")
        page.send_bytes(b"{}") if text is None else page.send_text(text)
        await asyncio.wait({call})
    assert page.closed == (code, reason)
    assert ours() == []


@in_virtual_time
async def test_a_frame_of_the_longest_text_is_taken() -> None:
    page = Page.of()
    async with connected(wired(World([words("Yes.")])), page):
        page.say("say", text="ü" * 8000, messageId=ID)
        assert (await page.answer("reply"))["state"] == "done"


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ({"type": "say"}, "text"),
        ({"type": "say", "text": "Hi", "messageId": "short"}, "messageId"),
        ({"type": "say", "text": "Hi", "recentContext": [{"role": "god", "text": "x"}]}, None),
        ({"type": "heard", "seq": 0, "how": "played"}, "seq"),
        ({"type": "heard", "seq": 1, "how": "loved"}, "how"),
        ({"type": "stop", "runId": ""}, "runId"),
        ({"type": "approve"}, "questionId"),
        ({"type": "edit", "questionId": "q", "arguments": []}, "arguments"),
        ({"type": "answer", "questionId": "q", "text": ""}, "text"),
        ({"type": "resume", "sinceSeq": -1}, "sinceSeq"),
        ({"type": "resume", "sinceSeq": True}, "sinceSeq"),
        ({"type": "resume", "sinceSeq": "3"}, "sinceSeq"),
        ({"type": "resume", "sinceSeq": 2**53}, "sinceSeq"),
    ],
)
@in_virtual_time
async def test_a_frame_that_does_not_fit_is_answered_with_the_field_and_the_talk_goes_on(
    frame: dict[str, Any], field: str | None
) -> None:
    world, page = World([words("Yes.")]), Page.of()
    async with connected(wired(world), page):
        page.say(**frame)
        error = await page.answer("error")
        assert (error["status"], error["of"]) == (422, frame["type"])
        assert field in (None, error["errors"][0]["field"])
        page.say("ping")
        await page.answer("pong")
    assert (world.model.prompts, await world.log()) == ([], ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 60_000, TOO_DEEP),
        ("9" * 5_000, TOO_LARGE),
        ('{"type":"say","text":"Hi","patience":NaN}', NO_NUMBER),
        ('{"type":"say","text":"Hi","text":"Ho"}', TWICE),
        ('{"type":"say","text":"Hi","\\ud800":1}', BAD_KEY),
    ],
)
@in_virtual_time
async def test_a_frame_that_cannot_be_used_is_an_error_in_words_and_the_next_one_counts(
    text: str, reason: str
) -> None:
    world, page = World(), Page.of()
    async with connected(wired(world), page):
        page.send_text(text)
        error = await page.answer("error")
        assert (error["status"], error["of"]) == (422, None)
        assert error["errors"] == [{"field": "body", "message": reason}]
        page.say("ping")
        await page.answer("pong")
    assert await world.log() == ()


@pytest.mark.parametrize("id", ['"\\ud800"', "NaN", '[{"a":"\\udfff"}]'])
@in_virtual_time
async def test_an_error_repeats_nothing_of_a_frame_that_a_page_could_not_read(id: str) -> None:
    page = Page.of()
    async with connected(wired(World()), page):
        page.send_text(f'{{"type":"say","text":"","messageId":{id}}}')
        error = await page.answer("error")
        json.dumps(error, allow_nan=False).encode()
        assert error["status"] == 422
        page.say("ping")
        await page.answer("pong")


# ---- what is said, and what is told


@in_virtual_time
async def test_a_text_is_answered_and_its_pieces_and_entries_and_states_are_told() -> None:
    world = World([calls((CONTINUE, '{"message":"Step."}')), words("The end.", delay_s=2)])
    page = Page.of()
    async with connected(wired(world), page):
        page.say("resume", sinceSeq=0)
        page.say("say", text="Go", messageId=ID, callId="call-7")
        reply = await page.answer("reply")
        await page.until(lambda page: len(page.entries()) == 3)
        await page.until(lambda page: page.frames("run")[-1:] != [])
    assert (reply["of"], reply["messageId"], reply["state"]) == ("say", ID, "done")
    assert reply["message"] == page.entries()[-1]
    assert [entry["text"] for entry in page.entries()] == ["Go", "Step.", "The end."]
    assert [piece["text"] for piece in page.frames("content")] == ["Step.", "The end."]
    assert {frame["runId"] for frame in page.frames("run", "content")} == {reply["runId"]}


@in_virtual_time
async def test_the_same_text_again_is_taken_once_and_answered_twice() -> None:
    world, page = World([words("Once.")]), Page.of()
    async with connected(wired(world), page):
        page.say("say", text="Go", messageId=ID)
        await page.answer("reply")
        page.say("say", text="Go", messageId=ID)
        await page.until(lambda page: len(page.frames("reply")) == 2)
    first, again = page.frames("reply")
    assert first == again
    assert len(world.model.prompts) == 1


@in_virtual_time
async def test_the_recent_context_is_shown_to_the_model() -> None:
    world, page = World([words("He too.")]), Page.of()
    async with connected(wired(world), page):
        context = [{"role": "user", "text": "Did Anna write?"}]
        page.say("say", text="And him?", recentContext=context)
        await page.answer("reply")
    assert "Did Anna write?" in str(world.model.prompts[0].messages)


@in_virtual_time
async def test_who_has_said_how_long_they_wait_is_answered_in_time() -> None:
    world, page = World([words("Late.", delay_s=30)]), Page.of()
    async with connected(wired(world), page):
        page.say("say", text="Go", patience=1)
        reply = await page.answer("reply")
        assert (reply["state"], reply["message"]) == ("running", None)
        assert world.clock.now() < 10


@in_virtual_time
async def test_a_stop_cuts_the_run_once_however_often_it_is_said_and_is_answered_in_order() -> None:
    world, page = World([words("Never.", delay_s=100)]), Page.of()
    async with connected(wired(world), page):
        page.say("resume")
        page.say("say", text="Go")
        await page.until(lambda page: len(page.entries()) == 1)
        run_id = page.entries()[0]["runId"]
        for _ in range(2):
            page.say("stop", runId=run_id)
        await page.until(lambda page: len(page.frames("controlled")) == 2)
        reply = await page.answer("reply")
        await page.until(lambda page: "stopped" in [f["state"] for f in page.frames("run")])
        assert world.clock.now() < 3
    stopped, again = page.frames("controlled")
    assert (stopped["of"], stopped["state"], stopped["runId"]) == ("stop", "stopped", run_id)
    assert stopped["message"] == page.entries()[-1]
    assert (again["state"], again["runId"], again["message"]) == ("idle", run_id, None)
    assert (reply["state"], reply["message"]) == ("done", None)
    assert [entry["text"] for entry in page.entries()] == ["Go", "Stopped."]


@in_virtual_time
async def test_what_was_heard_of_a_message_is_noted_and_of_none_refused() -> None:
    world, page = World([words("Yes.")]), Page.of()
    await world.ask("Hi")
    async with connected(wired(world), page):
        page.say("heard", seq=2, how="cutOff", chars=1)
        done = await page.answer("controlled")
        assert (done["of"], done["seq"], done["how"]) == ("heard", 2, "cutOff")
        page.say("heard", seq=7, how="played")
        error = await page.answer("error")
        assert (error["of"], error["status"]) == ("heard", 404)


@in_virtual_time
async def test_an_answer_to_no_question_is_refused_under_its_id() -> None:
    page = Page.of()
    async with connected(wired(World()), page):
        page.say("approve", questionId="nowhere")
        error = await page.answer("error")
        assert (error["of"], error["questionId"], error["status"]) == (
            "approve",
            "nowhere",
            404,
        )


@in_virtual_time
async def test_a_yes_over_the_socket_is_carried_out_and_answered_as_a_text_is() -> None:
    tool, letter = LetterTool(), {"to": "anna@example.org", "body": "Lunch?"}
    sayings = [calls(("send", json.dumps(letter))), words("Sent.")]
    page = Page.of()
    async with connected(wired(World(sayings, tools=[tool])), page):
        page.say("say", text="Write to Anna.")
        question = (await page.answer("reply"))["message"]
        page.say("approve", questionId=question["id"])
        await page.until(lambda page: len(page.frames("reply")) == 2)
        reply = page.frames("reply")[1]
    assert (reply["of"], reply["questionId"]) == ("approve", question["id"])
    assert (reply["state"], reply["message"]["text"]) == ("done", "Sent.")
    assert tool.sent == [letter]


@in_virtual_time
async def test_too_much_at_once_is_refused_and_the_rest_goes_on() -> None:
    world, page = World([words("Yes.", delay_s=1)]), Page.of()
    async with connected(wired(world), page):
        await page.answer("ready")
        for number in range(AT_ONCE + 1):
            page.say("say", text="Go", messageId=f"message-{number}")
        error = await page.answer("error")
        assert (error["status"], error["messageId"]) == (429, f"message-{AT_ONCE}")
        await page.until(lambda page: len(page.frames("reply")) == AT_ONCE)


@in_virtual_time
async def test_who_is_over_the_rate_is_told_so_and_stays_connected() -> None:
    world = World([words("Yes.")], limits=Limits(texts_per_minute=1))
    page = Page.of()
    async with connected(wired(world), page):
        page.say("say", text="One")
        await page.answer("reply")
        page.say("say", text="Two")
        assert (await page.answer("error"))["status"] == 429
        page.say("ping")
        await page.answer("pong")


@in_virtual_time
async def test_a_store_that_is_away_is_the_answer_to_a_text_and_nothing_is_accepted() -> None:
    world, page = World([words("Yes.")]), Page.of()
    async with connected(wired(world), page):
        await page.answer("ready")
        world.redis.refusing = True
        page.say("say", text="Hi")
        assert (await page.answer("error"))["status"] == 503
        world.redis.refusing = False
    assert await world.log() == ()


@in_virtual_time
async def test_both_pages_of_a_user_see_all_and_another_users_sees_nothing() -> None:
    world = World([words("For Anna.")])
    wiring, pages = wired(world), [Page.of(), Page.of(), Page.of("bert")]
    one, two, bert = pages
    async with connected(wiring, one), connected(wiring, two), connected(wiring, bert):
        for page in pages:
            page.say("resume", sinceSeq=0)
            await page.answer("ready")
        one.say("say", text="Hi")
        for page in (one, two):
            await page.until(lambda page: len(page.entries()) == 2)
        await asyncio.sleep(120)
    assert one.entries() == two.entries()
    assert two.frames("content", "reply") == []
    assert {frame["type"] for _, frame in bert.told} <= {"ready", "ping"}


# ---- what is told from a seq on


@in_virtual_time
async def test_a_page_that_comes_again_is_told_what_it_missed_and_then_what_comes() -> None:
    world = World([words("Yes.")])
    await talk(world, 2)
    page = Page.of()
    async with connected(wired(world), page):
        page.say("resume", sinceSeq=1)
        await page.until(lambda page: seqs(page) == [2, 3, 4])
        began = world.clock.now()
        await world.ask("And?")
        await page.until(lambda page: seqs(page) == [2, 3, 4, 5, 6])
        assert world.clock.now() - began < 1


@in_virtual_time
async def test_a_page_that_resumes_anew_is_told_from_there_and_nothing_twice_after_it() -> None:
    world, page = World([words("Yes.")]), Page.of()
    await talk(world, 1)
    async with connected(wired(world), page):
        page.say("resume", sinceSeq=0)
        await page.until(lambda page: seqs(page) == [1, 2])
        for _ in range(3):
            page.say("resume", sinceSeq=1)
        await page.until(lambda page: seqs(page) == [1, 2, 2])
        await talk(world, 1)
        await asyncio.sleep(SILENCE_S - 10)
        assert seqs(page) == [1, 2, 2, 3, 4]
        assert world.news.listeners("anna") == 1


@in_virtual_time
async def test_a_page_that_has_more_than_there_is_is_told_that_the_log_began_anew() -> None:
    world, page = World([words("Yes.")]), Page.of()
    await talk(world, 1)
    async with connected(wired(world), page):
        page.say("resume", sinceSeq=40)
        assert await page.answer("reset") == {"type": "reset", "lastSeq": 2}
        await page.until(lambda page: seqs(page) == [1, 2])
