"""The scripted model's answers to people, conversation by conversation."""

import json

import pytest

from brain.chat.notes import CUT_OFF, WRAP_UP
from local.model.rules import keywords
from local.model.script import STEP_S, perform
from tests.local.script_stage import TOOLS, Conversation, model, talk

__all__ = ["model", "talk"]  # fixtures

FOUND = json.dumps(
    {
        "passages": [
            {"id": "d1", "title": "Garden", "snippet": "The <b>bulbs</b> go in before frost."},
            {"id": "d2", "title": "Kitchen", "snippet": "Nothing of use."},
        ]
    }
)


@pytest.mark.parametrize("text", ["Hello!", "help", "Hey, what can you do?", "Good morning."])
async def test_a_greeting_is_answered_with_what_it_is_and_how_to_set_a_key(
    talk: Conversation, text: str
) -> None:
    talk.hear(text)
    [(name, said)] = await talk.ask()
    assert name == "sayToUserAndQuit"
    assert "script" in said["message"]
    assert "OPENAI_API_KEY" in said["message"]


@pytest.mark.parametrize(
    "text",
    [
        "Remember that the bins go out on Tuesday.",
        "please note: the bins go out on Tuesday.",
        "Hey, can you write down the bins go out on Tuesday.",
    ],
)
async def test_a_note_is_saved_as_a_document_and_confirmed(talk: Conversation, text: str) -> None:
    talk.hear(text)
    [(name, note)] = await talk.ask()
    assert name == "createDocument"
    assert note == {
        "title": "The bins go out on Tuesday",
        "body": "the bins go out on Tuesday.",
    }
    talk.give(createDocument='{"created":{"id":"d9","title":"The bins go out on Tuesday"}}')
    [(name, said)] = await talk.ask()
    assert name == "sayToUserAndQuit"
    assert "the bins go out on Tuesday." in said["message"]


async def test_a_note_that_could_not_be_saved_is_not_confirmed(talk: Conversation) -> None:
    talk.hear("remember the milk")
    await talk.ask()
    talk.give(createDocument="The documents cannot be reached now.")
    [(_, said)] = await talk.ask()
    assert "could not" in said["message"]


@pytest.mark.parametrize(
    "text",
    ["What do my documents say about bulbs?", "search for bulbs", "Bulbs", "Help me find bulbs"],
)
async def test_a_question_is_searched_and_the_best_passage_is_quoted(
    talk: Conversation, text: str
) -> None:
    talk.hear(text)
    [(say, breadcrumb), (search, wanted)] = await talk.ask()
    assert say == "sayToUserAndContinue"
    assert breadcrumb == {"message": "Let me look in your documents."}
    assert search == "searchDocuments"
    assert wanted["query"].lower() == "bulbs"
    talk.give(searchDocuments=FOUND)
    [(name, said)] = await talk.ask()
    assert name == "sayToUserAndQuit"
    assert said["message"] == "Garden says: The bulbs go in before frost."


async def test_a_search_without_results_says_so(talk: Conversation) -> None:
    talk.hear("What about bulbs?")
    await talk.ask()
    talk.give(searchDocuments='{"passages": []}')
    [(_, said)] = await talk.ask()
    assert said["message"] == "I found nothing about that in your documents."


async def test_a_result_of_unknown_form_is_quoted_unchanged(talk: Conversation) -> None:
    talk.hear("What about bulbs?")
    await talk.ask()
    talk.give(searchDocuments="Garden: the bulbs go in before frost.")
    [(_, said)] = await talk.ask()
    assert "the bulbs go in before frost." in said["message"]


async def test_a_document_is_searched_read_and_quoted(talk: Conversation) -> None:
    talk.hear("Read me the garden notes.")
    [_, (name, wanted)] = await talk.ask()
    assert (name, wanted) == ("searchDocuments", {"query": "garden"})
    talk.give(searchDocuments=FOUND)
    assert await talk.ask() == [("readDocument", {"id": "d1"})]
    talk.give(readDocument='{"id":"d1","title":"Garden","body":"Dig, plant,\\nwater."}')
    [(_, said)] = await talk.ask()
    assert said["message"] == "Garden says: Dig, plant, water."


@pytest.mark.parametrize("text", ["Add tulips to the garden list.", "change garden list to tulips"])
async def test_a_text_is_added_to_the_document_that_matches(talk: Conversation, text: str) -> None:
    talk.hear(text)
    [_, (name, _)] = await talk.ask()
    assert name == "searchDocuments"
    talk.give(searchDocuments=FOUND)
    assert await talk.ask() == [("updateDocument", {"id": "d1", "append": "tulips"})]
    talk.give(updateDocument='{"changed":{"id":"d1","title":"Garden","characters":40}}')
    [(_, said)] = await talk.ask()
    assert said["message"] == "I have added it to Garden."


async def test_nothing_is_added_if_no_document_matches(talk: Conversation) -> None:
    talk.hear("add tulips to the garden list")
    await talk.ask()
    talk.give(searchDocuments='{"passages": []}')
    [(name, said)] = await talk.ask()
    assert name == "sayToUserAndQuit"
    assert "no document about garden list" in said["message"]


async def test_a_long_task_reports_each_step_and_then_ends(talk: Conversation) -> None:
    talk.hear("Do a long task of 3 steps.")
    told = []
    for _ in range(3):
        [(name, said)] = await talk.ask()
        assert name == "sayToUserAndContinue"
        told.append((said["message"], said["progress"]))
        talk.give()
    assert told == [
        ("Step 1 of 3 is done.", 1 / 3),
        ("Step 2 of 3 is done.", 2 / 3),
        ("Step 3 of 3 is done.", 1.0),
    ]
    [(name, said)] = await talk.ask()
    assert name == "sayToUserAndQuit"
    assert "3 steps" in said["message"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("a long task please", STEP_S),
        ("slow", 5.0),
        ("slow, 7 s", 7.0),
        ("think for 3 seconds", 3.0),
        ("what does Anna think about it", 0.0),
        ("think for 3000 seconds", 60.0),
        ("what about bulbs", 0.0),
    ],
)
def test_a_wait_lasts_as_long_as_the_user_asked_for(text: str, seconds: float) -> None:
    assert perform([{"role": "user", "content": text}], TOOLS).delay_s == seconds


@pytest.mark.parametrize(("text", "steps"), [("a long task", 12), ("long task of 999 steps", 40)])
def test_the_number_of_steps_of_a_long_task_is_limited(text: str, steps: int) -> None:
    [call] = perform([{"role": "user", "content": text}], TOOLS).calls
    assert isinstance(call.arguments, dict)
    assert call.arguments["progress"] == 1 / steps


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("tell me your steps", "First I look around.", "Then I put things together."),
        ("two things then done", "First I look around.", "Then I put things together."),
        ("say good morning twice", "good morning", "good morning"),
    ],
)
async def test_two_sentences_come_before_the_final_answer(
    talk: Conversation, text: str, first: str, second: str
) -> None:
    talk.hear(text)
    assert await talk.ask() == [("sayToUserAndContinue", {"message": first})]
    talk.give()
    assert await talk.ask() == [("sayToUserAndContinue", {"message": second})]
    talk.give()
    [(name, _)] = await talk.ask()
    assert name == "sayToUserAndQuit"


async def test_texts_sent_in_the_meantime_are_mentioned_at_the_end(talk: Conversation) -> None:
    talk.hear("tell me your steps")
    await talk.ask()
    talk.give()
    talk.hear("and the weather?")
    await talk.ask()
    talk.give()
    talk.hear("and the news?")
    [(name, said)] = await talk.ask()
    assert name == "sayToUserAndQuit"
    assert "You also said: “and the weather?”, and: “and the news?”" in said["message"]


async def test_a_new_request_after_the_final_answer_starts_from_the_beginning(
    talk: Conversation,
) -> None:
    talk.hear("say hop twice")
    for _ in range(3):
        await talk.ask()
        talk.give()
    talk.hear("what about bulbs?")
    assert [name for name, _ in await talk.ask()] == ["sayToUserAndContinue", "searchDocuments"]


async def test_earlier_requests_are_not_answered_again(talk: Conversation) -> None:
    talk.hear("remember the milk")
    talk.lines.append({"role": "assistant", "content": "I have written it down: the milk"})
    talk.hear("hello")
    [(_, said)] = await talk.ask()
    assert "You also said" not in said["message"]
    assert "script" in said["message"]


async def test_an_answer_that_was_cut_off_does_not_end_the_request(talk: Conversation) -> None:
    talk.hear("say hop twice")
    await talk.ask()
    talk.give()
    talk.lines.append({"role": "assistant", "content": "Wel"})
    talk.hear(f"[{CUT_OFF}]")
    assert await talk.ask() == [("sayToUserAndContinue", {"message": "hop"})]


@pytest.mark.parametrize("text", ["long task of 9 steps", "what about bulbs?"])
async def test_it_gives_a_final_answer_if_the_brain_says_that_this_is_the_last_loop(
    talk: Conversation, text: str
) -> None:
    talk.hear(text)
    talk.hear(f"[{WRAP_UP}]")
    [(name, said)] = await talk.ask()
    assert name == "sayToUserAndQuit"
    assert "stop here" in said["message"]


@pytest.mark.parametrize(
    "text", ["remember milk", "what is up", "long task", "read it", "add a to b", "say a twice"]
)
async def test_a_tool_that_is_not_offered_is_not_called(talk: Conversation, text: str) -> None:
    talk.hear(text)
    [(name, said)] = await talk.ask(tools=[])
    assert name == "text"
    assert said["message"]


def test_a_search_leaves_out_filler_words() -> None:
    assert keywords("What did Anna write about the lease?") == "Anna lease"
    assert keywords("What is it?") == "What is it"


async def test_notes_and_times_are_not_what_the_user_said(talk: Conversation) -> None:
    note = "[The user and the voice agent have just said:\nuser: hello]"
    time = "[It is Thursday, 2026-01-01 00:00 UTC.]"
    talk.hear(f"{note}\n\nremember the milk\n{time}")
    [(name, made)] = await talk.ask()
    assert (name, made["body"]) == ("createDocument", "the milk")


async def test_a_question_to_the_user_does_not_end_the_request(talk: Conversation) -> None:
    talk.hear("say hop twice")
    await talk.ask()
    talk.give(sayToUserAndContinue="The user was asked. Nothing is done until they have said yes.")
    talk.lines.append({"role": "assistant", "content": "Shall I?"})
    talk.hear("Yes.")
    assert await talk.ask() == [("sayToUserAndContinue", {"message": "hop"})]
