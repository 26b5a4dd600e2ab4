"""Telephone calls over ConversationRelay. In virtual time."""

import asyncio
import logging
from typing import Any

import pytest

from brain.http.socket import NORMAL
from brain.voice.relay.rules import MOST_KEYS, MOST_TEXT_CHARS
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.routes.virtual import connected
from tests.voice.telephone_stage import LATE_S, LOGS, Call, replay


@pytest.mark.parametrize("name", sorted(path.name for path in LOGS.glob("*.jsonl")))
@in_virtual_time
async def test_a_call_goes_as_its_log_says(name: str) -> None:
    got, expected = await replay(name)
    assert [frame for _, frame in got] == [frame for _, frame in expected]
    for (at, _), (wanted_at, _) in zip(got, expected, strict=True):
        assert wanted_at - 0.001 <= at <= wanted_at + LATE_S


# ---- a call


@in_virtual_time
async def test_a_quiet_call_is_neither_pinged_nor_closed() -> None:
    call = Call.of(words("Yes."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        await asyncio.sleep(200)
        call.prompt("Are you there?")
        await call.page.answer("text")
    assert [frame["type"] for _, frame in call.page.told] == ["text"]
    assert call.page.closed is None


@in_virtual_time
async def test_before_the_invocation_ends_the_call_is_led_back() -> None:
    call = Call.of(words("Yes."))
    async with connected(call.wiring, call.page) as serving:
        await call.set_up()
        await asyncio.wait({serving})
    [(at, frame)] = call.page.told
    assert frame == {"type": "end", "handoffData": '{"reason": "again"}'}
    assert 280 < at < 300
    assert call.page.closed == (NORMAL, "call again")


@in_virtual_time
async def test_the_texts_of_a_call_carry_their_turns() -> None:
    call = Call.of(words("One."), words("Two."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        for text in ("First", "Second"):
            call.prompt(text)
            await asyncio.sleep(3)
    turns = [(one.turn and (one.turn.call, one.turn.index)) for one in await call.texts()]
    assert turns == [("CA00", 0), ("CA00", 1)]
    assert not [one for one in await call.texts() if one.speculative or one.replaces]


@pytest.mark.parametrize(
    ("fields", "id"),
    [
        ({"callSid": "CA1"}, "CA1"),
        ({"callSid": None, "callControlId": "v3:abc"}, "v3:abc"),
        ({"callSid": None}, "VX00"),
        ({"callSid": "x" * 300}, "x" * 256),
    ],
)
@in_virtual_time
async def test_a_call_has_the_id_that_its_carrier_gives(fields: dict[str, Any], id: str) -> None:
    call = Call.of(words("Yes."))
    async with connected(call.wiring, call.page):
        await call.set_up(**fields)
        call.prompt("Are you there?")
        await call.page.answer("text")
    [text] = await call.texts()
    assert text.turn is not None
    assert text.turn.call == id


@in_virtual_time
async def test_the_caller_hears_the_ear_s_words_and_no_markup() -> None:
    call = Call.of(words("It costs **$3.50**. See [it](https://a.example/b)."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("What does it cost?")
        await asyncio.sleep(1)
    assert call.said() == ["It costs $3.50. ", "See it."]


@pytest.mark.parametrize(
    ("words_heard", "marks"),
    [
        ("", {2: ("unspoken", 0)}),
        ("One two three", {2: ("cutOff", 13)}),
        ("one, two", {2: ("cutOff", 7)}),
        ("One two three. Four five", {2: ("cutOff", 24)}),
        ("One two three. Four five six.", {2: ("played", 0)}),
        ("something else altogether", {}),
        (None, {2: ("unspoken", 0)}),
    ],
)
@in_virtual_time
async def test_an_interruption_marks_what_was_heard(
    words_heard: Any, marks: dict[int, tuple[str, int]]
) -> None:
    call = Call.of(words("One two three. Four five six."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("Count")
        await asyncio.sleep(1)
        call.send("interrupt", utteranceUntilInterrupt=words_heard)
        await asyncio.sleep(1)
        assert await call.marks() == marks
        call.prompt("Go on")  # what was cut off does not count as heard now
        await asyncio.sleep(0.005)
        assert await call.marks() == marks


@in_virtual_time
async def test_a_step_before_the_words_that_were_cut_off_was_heard() -> None:
    call = Call.of(
        calls(("sayToUserAndContinue", '{"message": "I am looking."}')),
        words("One two three. Four five six.", delay_s=2),
    )
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("Count")
        await asyncio.sleep(4)
        call.send("interrupt", utteranceUntilInterrupt="One two three.")
        await asyncio.sleep(1)
        assert await call.marks() == {2: ("played", 0), 3: ("cutOff", 14)}


@in_virtual_time
async def test_a_question_is_marked_as_heard_before_the_spoken_yes_counts() -> None:
    call = Call.of(words("Done."))
    marked: list[str] = []
    heard, admit = call.wiring.store.heard, call.wiring.services.store.admit

    async def noted(*args: Any, **options: Any) -> Any:
        marked.append("heard")
        return await heard(*args, **options)

    async def admitted(*args: Any, **options: Any) -> Any:
        marked.append("admit")
        return await admit(*args, **options)

    vars(call.wiring.store).update(heard=noted, admit=admitted)
    async with connected(call.wiring, call.page):
        await call.set_up()
        for text in ("Delete it", "Yes"):
            call.prompt(text)
            await asyncio.sleep(3)
    assert marked == ["admit", "heard", "admit"]


@in_virtual_time
async def test_what_comes_late_waits_until_the_answer_has_been_spoken() -> None:
    long = "This is an answer that takes quite a while to be spoken to its very end, as it is long."
    call = Call.of(words(long), words("Noted. And kept."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("Tell me")
        await asyncio.sleep(1)
        call.world.spawn(call.world.ask("A note from the page"))
        await asyncio.sleep(20)
    (at, _), *late = call.page.told
    assert [frame["token"] for _, frame in late] == ["Noted. ", "And kept."]
    assert [frame["last"] for _, frame in late] == [False, True]
    assert late[0][0] - at == pytest.approx(len(long) / 15, abs=0.2)


@in_virtual_time
async def test_a_late_answer_comes_when_the_new_one_has_been_given() -> None:
    call = Call.of(words("The report is longer.", delay_s=6), words("It is Monday.", delay_s=0.5))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("Compare the reports")
        await asyncio.sleep(1)
        call.prompt("What day is it?")
        await asyncio.sleep(30)
    said = call.said()
    assert said[-1].strip()
    assert len(said) == len(set(said))


LONG = f"The report is four pages longer. {'It has a new table. ' * 20}".strip()
NAMED = ["The report is four pages longer. ", "There is more. ", "Shall I go on?"]


@in_virtual_time
async def test_a_long_late_answer_is_named_and_offered_and_the_rest_counts_as_not_heard() -> None:
    call = Call.of(words("It is Monday."), words(LONG), words("Here is the rest."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("What day is it?")
        await asyncio.sleep(1)
        call.world.spawn(call.world.ask("Compare the reports"))
        await asyncio.sleep(10)
        assert call.said() == ["It is Monday.", *NAMED]
        call.prompt("Yes, please")
        await asyncio.sleep(1)
        assert await call.marks() == {
            2: ("played", 0),
            4: ("cutOff", len("The report is four pages longer.")),
        }


@in_virtual_time
async def test_words_after_good_bye_keep_the_call() -> None:
    call = Call.of(
        calls(("sayToUserAndContinue", '{"message": "Good bye."}'), ("endCall", "{}")),
        words("I am still here."),
    )
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("Bye")
        await call.page.answer("text")
        await asyncio.sleep(0.3)
        call.prompt("Wait, are you there?")
        await asyncio.sleep(20)
    assert call.page.frames("end") == []
    assert "I am still here." in call.said()


@in_virtual_time
async def test_keys_and_words_are_bounded() -> None:
    call = Call.of(words("Yes."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        for _ in range(MOST_KEYS + 8):
            call.send("dtmf", digit="5")
        for _ in range(10):
            call.prompt("x" * 3_000, last=False)
        call.prompt("end")
        await call.page.answer("text")
    [text] = await call.texts()
    assert text.text.count("(pressed 5)") == MOST_KEYS
    assert len(text.text) <= MOST_TEXT_CHARS


@in_virtual_time
async def test_a_text_that_cannot_be_taken_is_said_so() -> None:
    call = Call.of(words("Yes."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        await asyncio.sleep(1)
        call.world.redis.refusing = True
        call.prompt("Hallo", lang="de-DE")
        frame = await call.page.answer("text")
        call.world.redis.refusing = False
    assert frame["last"] is True
    assert "gerade" in frame["token"]


@in_virtual_time
async def test_an_error_of_the_relay_is_logged_by_its_number_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    call = Call.of(words("Yes."))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.send("error", description="Invalid message 64107: Anna's words")
        call.prompt("Are you there?")
        await call.page.answer("text")
    assert "telephone: error, code=64107" in caplog.text
    assert "Anna" not in caplog.text


@in_virtual_time
async def test_a_call_that_is_over_does_not_stop_the_brain() -> None:
    call = Call.of(words("It took a while.", delay_s=5))
    async with connected(call.wiring, call.page):
        await call.set_up()
        call.prompt("Take your time")
        await asyncio.sleep(1)
    assert [entry.text for entry in await call.world.log()] == [
        "Take your time",
        "It took a while.",
    ]
