"""The scripted model as the brain with helpers, and as each kind of mind."""

import json

import pytest

from local.model.directions import Json
from tests.local.script_stage import TOOLS, Conversation, Line, model, talk

__all__ = ["model", "talk"]  # fixtures


def offered(*names: str) -> list[Line]:
    return [{"type": "function", "function": {"name": name}} for name in names]


OWNER = [
    *TOOLS,
    *offered("sendHelpers", "listJobs", "tellHelper", "stopHelpers", "readReport", "playOut"),
]
HELPER = offered("searchDocuments", "noteResult", "noteProgress", "finish")
JOB: Json = {"id": "j1", "title": "Lisbon", "completed": 1, "total": 3, "reportReady": True}
JOBS = json.dumps({"jobs": [JOB]})


async def test_three_helpers_are_sent_one_for_each_thing(talk: Conversation) -> None:
    talk.hear("Send three helpers to look for hotels, trains and museums.")

    [(name, given)] = await talk.ask(tools=OWNER)

    assert name == "sendHelpers"
    assert [task["title"] for task in given["tasks"]] == ["Hotels", "Trains", "Museums"]
    assert given["tasks"][1]["brief"] == "look for trains"
    talk.give(sendHelpers='{"jobId": "j1"}')
    [(_, said)] = await talk.ask(tools=OWNER)
    assert said["message"].startswith("Three are on the way.")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("send two helpers to compare: the van, the bus", 2),
        ("please send 4 helpers to plan the trip", 4),
        ("Send one helper to find a plumber", 1),
        ("send 40 helpers to count stars", 10),
    ],
)
async def test_each_helper_has_a_task(talk: Conversation, text: str, count: int) -> None:
    talk.hear(text)

    [(_, given)] = await talk.ask(tools=OWNER)

    assert len(given["tasks"]) == count
    assert all(task["title"] and task["brief"] for task in given["tasks"])


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("Stop the hotels.", "stopHelpers", {"job": "j1", "helper": "hotels"}),
        ("stop the helpers", "stopHelpers", {"job": "j1"}),
        (
            "tell the second one to look at breakfast",
            "tellHelper",
            {"job": "j1", "helper": 1, "text": "look at breakfast"},
        ),
        ("what did they find?", "readReport", {"job": "j1"}),
        ("Stop them!", "stopHelpers", {"job": "j1"}),
        ("Enough.", "stopHelpers", {"job": "j1"}),
        ("That's enough", "stopHelpers", {"job": "j1"}),
        ("Genug!", "stopHelpers", {"job": "j1"}),
        ("Bitte halt sie an.", "stopHelpers", {"job": "j1"}),
    ],
)
async def test_helpers_are_steered(
    talk: Conversation, text: str, tool: str, arguments: Json
) -> None:
    talk.hear(text)
    [(first, _)] = await talk.ask(tools=OWNER)
    assert first == "listJobs"
    talk.give(listJobs=JOBS)

    assert await talk.ask(tools=OWNER) == [(tool, arguments)]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("Let two argue about it.", {"kind": "talk", "about": "Should I buy the van?"}),
        (
            "Let two people debate whether we need a boat",
            {"kind": "talk", "about": "we need a boat"},
        ),
        ("Lass zwei darüber streiten!", {"kind": "talk", "about": "Should I buy the van?"}),
        ("Bitte lass drei über das Boot reden", {"kind": "talk", "about": "das Boot"}),
        ("Make a rehearsal of that.", {"kind": "rehearsal"}),
        ("rehearse that three times", {"kind": "rehearsal", "count": 3}),
        ("Mach eine Probe daraus.", {"kind": "rehearsal"}),
        ("Probe das zwei mal", {"kind": "rehearsal", "count": 2}),
    ],
)
async def test_talks_and_rehearsals_are_begun_by_voice(
    talk: Conversation, text: str, arguments: Json
) -> None:
    talk.hear("Should I buy the van?")
    talk.lines.append({"role": "assistant", "content": "That depends."})
    talk.hear(text)
    assert await talk.ask(tools=OWNER) == [("playOut", arguments)]
    talk.give(playOut='{"jobId": "j1"}')
    [(_, said)] = await talk.ask(tools=OWNER)
    assert said["message"]


async def test_how_far_they_are_is_said_and_where_nobody_works_that_too(talk: Conversation) -> None:
    talk.hear("How far are they?")
    await talk.ask(tools=OWNER)
    talk.give(listJobs=JOBS)
    [(_, said)] = await talk.ask(tools=OWNER)
    assert said["message"] == "Lisbon: 1 of 3 are done."

    talk.hear("stop the trains")
    await talk.ask(tools=OWNER)
    talk.give(listJobs='{"jobs": []}')
    [(_, said)] = await talk.ask(tools=OWNER)
    assert said["message"] == "Nobody is at work for you."


async def test_without_jobs_the_words_mean_something_else(talk: Conversation) -> None:
    talk.hear("stop the music")

    [*_, (name, _)] = await talk.ask()

    assert name == "searchDocuments"


async def test_a_helper_looks_keeps_what_it_found_and_finishes(talk: Conversation) -> None:
    passage = {"id": "d1", "title": "Trip", "snippet": "Casa Azul is quiet."}
    talk.hear("Find a quiet hotel")
    calls = [(await talk.ask(tools=HELPER))[0]]
    talk.give()
    calls += await talk.ask(tools=HELPER)
    talk.give(searchDocuments=json.dumps({"passages": [passage]}))
    calls += await talk.ask(tools=HELPER)
    talk.give()
    talk.hear("Look at breakfast too.")

    [(name, given)] = await talk.ask(tools=HELPER)

    assert [one for one, _ in calls] == ["noteProgress", "searchDocuments", "noteResult"]
    assert (name, given["complete"]) == ("finish", True)
    assert "Casa Azul is quiet." in given["result"]
    assert "Look at breakfast too." in given["result"]


REPORT = """The job: Lisbon
It is complete in 1 of 2 parts.

Part 0, “Hotels”: complete
Its result, between the marks:
<<<
Casa Azul.
>>>

Part 1, “Trains”: not complete (tokens). What it had found:"""


async def test_a_reporter_repeats_the_results_and_states_the_right_counts(
    talk: Conversation,
) -> None:
    talk.hear(REPORT)

    [(name, filed)] = await talk.ask(tools=offered("fileReport"))

    assert name == "fileReport"
    assert filed["headline"] == "1 of 2 are done: Hotels."
    assert "**Hotels**: Casa Azul." in filed["summary"]


async def test_a_reporter_suggests_a_change_where_a_rehearsal_failed(talk: Conversation) -> None:
    talk.hear(f"The counts: 1 passed, 1 failed.\n\n{REPORT}\nfailed: narrates")

    [(_, filed)] = await talk.ask(tools=offered("fileReport"))

    assert filed["headline"] == "The rehearsals: 1 passed, 1 failed."
    assert filed["findings"][0]["runs"] == [1]
    assert filed["suggestion"]["edits"][0]["find"] is None


CAST = "You take part in a talk between Pro and Con. You are {}."


@pytest.mark.parametrize(
    ("told", "is_for"),
    [
        ("Argue in favour.", True),
        ("Argue against it.", False),
        (CAST.format("Pro"), True),
        (CAST.format("Con"), False),
    ],
)
async def test_speakers_argue_without_repeating_themselves_and_end(
    talk: Conversation, told: str, is_for: bool
) -> None:
    talk.lines = [{"role": "system", "content": told}]
    talk.hear("Con: It costs too much.")
    said = []
    for _ in range(4):
        [(kind, given)] = await talk.ask(tools=offered("endTalk"))
        assert kind == "text"
        said.append(given["message"])
        talk.hear("Con: I do not think so.")

    [(name, given)] = await talk.ask(tools=offered("endTalk"))

    assert len(set(said)) == 4
    assert ("hour each day" in said[0]) is is_for
    assert (name, given["reached"]) == ("endTalk", True)


async def test_a_speaker_answers_the_listener(talk: Conversation) -> None:
    talk.hear("The listener: What about repairs?")

    [(_, given)] = await talk.ask(tools=offered("endTalk"))

    assert given["message"].startswith("You say: What about repairs?")


async def test_a_player_says_yes_to_a_question_and_ends_when_there_is_none(
    talk: Conversation,
) -> None:
    talk.hear("[You speak first.]")
    talk.lines.append({"role": "assistant", "content": "write anna dinner at seven"})
    talk.hear("Shall I send this email?\n\nTo: anna@example.org")
    assert await talk.ask(tools=offered("next")) == [("next", {"text": "Yes, please."})]
    talk.give()
    talk.hear("I have sent it.")

    assert await talk.ask(tools=offered("next")) == [("next", {"done": True})]


async def test_a_judge_quotes_what_stands_there(talk: Conversation) -> None:
    talk.hear(
        "The talk:\n[1] user: hello\n[2] assistant: Let me look in your documents.\n"
        "[3] assistant: It is blue.\n\nWhat the assistant did:\nnothing\n\n"
        "The lines:\n1. does not narrate its steps\n2. answers"
    )

    [(_, given)] = await talk.ask(tools=offered("judge"))

    assert [vote["verdict"] for vote in given["votes"]] == ["no", "yes"]
    assert all(vote["quote"] in "Let me look in your documents." for vote in given["votes"])
    assert [vote["seq"] for vote in given["votes"]] == [2, 2]
