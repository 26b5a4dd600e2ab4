"""POST /v1/chat/completions over HTTP, with the local services."""

import pytest

from tests.routes.stage import Json
from tests.voice.chat.stage import Platform, assistant, says, steps

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_an_answer_comes_sentence_by_sentence(platform: Platform) -> None:
    await platform.script("costs", says("It costs **$3.50**. See [it](https://a.example/b.c)."))
    stream = await platform.ask("What it costs")
    assert stream.contents == ["It costs $3.50. ", "See it. "]
    assert stream.finish == "stop"
    assert stream.chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert {chunk["id"] for chunk in stream.chunks} == {stream.chunks[0]["id"]}
    assert stream.response.headers["cache-control"] == "no-store"
    [said, answer] = await platform.log()
    assert stream.chunks[0]["id"] == f"chatcmpl-{said['messageId']}"
    assert said["turn"] == {"call": "c-1", "index": 0}
    assert answer["answersSeq"] == said["seq"]


async def test_steps_are_content_as_well(platform: Platform) -> None:
    await platform.script("reports", steps("I am looking."), says("The second is longer."))
    stream = await platform.ask("Compare the reports")
    assert stream.contents == ["I am looking. ", "The second is longer. "]


async def test_the_same_request_gets_the_same_answer(platform: Platform) -> None:
    await platform.script("Same", steps("One."), says("Two."))
    first = await platform.ask("Same")
    again = await platform.ask("Same")
    assert again.contents == first.contents == ["One. ", "Two. "]
    assert again.chunks[0]["id"] == first.chunks[0]["id"]
    assert len(await platform.log()) == 3


async def test_the_same_words_in_a_new_turn_are_a_new_text(platform: Platform) -> None:
    await platform.script("time", says("Ten."), says("Eleven."))
    first = await platform.ask("What time is it?")
    assert first.contents == ["Ten. "]
    again = await platform.ask("What time is it?", assistant("Ten."), "What time is it?")
    assert again.contents == ["Eleven. "]


async def test_a_quote_of_less_marks_what_was_heard(platform: Platform) -> None:
    words = "There are three appointments tomorrow. The first is at nine with Peter."
    await platform.script("tomorrow", says(words))
    await platform.ask("What is on tomorrow?")
    await platform.script("Anna", says("Anna moved the meeting to three."))
    heard = assistant("There are three appointments tomorrow. The first")
    stream = await platform.ask("What is on tomorrow?", heard, "Skip that. What did Anna write?")
    assert stream.contents == ["Anna moved the meeting to three. "]
    entries = await platform.log()
    assert entries[1]["heard"] == {"how": "cutOff", "chars": 48}
    [asked] = await platform.deployment.asked("Anna")
    assert "[The user heard this only up to: “There are three" in str(asked["messages"])


async def test_each_message_of_a_turn_is_marked(platform: Platform) -> None:
    await platform.script("reports", steps("I am looking."), says("The second is longer."))
    await platform.ask("Compare the reports")
    await platform.script("Stop", says("All right."))
    await platform.ask("Compare the reports", assistant("I am looking."), "Stop")
    _, step, answer, *_ = await platform.log()
    assert step["heard"] == {"how": "played"}
    assert answer["heard"] == {"how": "unspoken"}


async def test_a_late_answer_comes_once_after_what_was_asked(platform: Platform) -> None:
    late, day = says("The second is longer.", delay_s=1.5), says("It is Monday.")
    await platform.script("Compare", late, day, says("You are welcome."))
    patient = {"metadata": {"patience": "0.5"}}
    first = await platform.ask("Compare", **patient)
    assert first.contents == ["That takes a little longer. ", "I will tell you. "]
    told: list[Json | str] = [*("Compare", assistant(first.text)), "What day is it?"]
    second = await platform.ask(*told)
    assert second.contents == ["It is Monday. ", "The second is longer. "]
    third = await platform.ask(*told, assistant(second.text), "Thanks")
    assert third.contents == ["You are welcome. "]
    entries = await platform.log()
    crumb = next(e for e in entries if e.get("kind") == "breadcrumb")
    assert (crumb["text"], crumb["heard"]) == (
        "That takes a little longer. I will tell you.",
        {"how": "played"},
    )


async def test_an_answer_that_came_between_two_turns_is_told_in_the_next(
    platform: Platform,
) -> None:
    await platform.script("Compare", says("The second is longer.", delay_s=1.0))
    first = await platform.ask("Compare", metadata={"patience": 0.3})
    await platform.user.until_heard("The second is longer.")
    await platform.script("day", says("It is Monday."))
    told: list[Json | str] = ["Compare", assistant(first.text), "What day is it?"]
    second = await platform.ask(*told)
    assert second.contents == ["It is Monday. ", "The second is longer. "]
    again = await platform.ask(*told)
    assert again.contents == second.contents
    await platform.script("Thanks", says("You are welcome."))
    third = await platform.ask(*told, assistant(second.text), "Thanks")
    assert third.contents == ["You are welcome. "]
