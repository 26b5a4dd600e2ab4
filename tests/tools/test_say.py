"""Bare text as the arguments of the two tools that speak."""

import json

import pytest

from brain.tools.decoding import MAX_BYTES
from brain.tools.say import CONTINUE_SPEC, QUIT_SPEC, as_arguments
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls
from tests.fakes.world import World

SPEAKING = (CONTINUE_SPEC.name, QUIT_SPEC.name)


@pytest.mark.parametrize("name", SPEAKING)
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("It is in the drawer.", "It is in the drawer."),
        (" Two lines:\n- one\n- two\n", "Two lines:\n- one\n- two"),
        ('"It is in the drawer."', "It is in the drawer."),
        ('"Hamlet" is a play.', '"Hamlet" is a play.'),
        ("'Tis the season.", "'Tis the season."),
        ("42", "42"),
        ("42 is the answer", "42 is the answer"),
        ("True enough.", "True enough."),
        ("猫は{ここ}です。", "猫は{ここ}です。"),
    ],
)
def test_bare_text_is_the_message(name: str, given: str, message: str) -> None:
    assert json.loads(as_arguments(name, given)) == {"message": message}


@pytest.mark.parametrize("name", SPEAKING)
@pytest.mark.parametrize(
    "given",
    [
        *(
            "",
            " ",
            "{}",
            "null",
            "none",
            '""',
            "true",
            '{"message":"Hi"}',
            '{"message":"Hi',
            "{Hi}",
        ),
        *(
            '["Hi"]',
            "[Hi",
            '"Hi',
            '"message":"Hi"}',
            "'message': 'Hi'",
            "message: Hi",
            "message=Hi",
        ),
        *(
            "<parameter=message>Hi",
            "```json\n{}",
            'Here: {"message": "Hi"}',
            '"{\\"message\\": 1}"',
        ),
        "x" * (MAX_BYTES + 1),
    ],
)
def test_what_has_another_reading_stays_as_it_is(name: str, given: str) -> None:
    assert as_arguments(name, given) == given


def test_bare_text_is_no_argument_of_other_tools() -> None:
    assert as_arguments("sendEmail", "Hello") == "Hello"


@in_virtual_time
async def test_a_run_says_bare_text_and_shows_it_to_the_model_as_arguments() -> None:
    going_on = calls(("sayToUserAndContinue", "I am looking for it."))
    world = World([going_on, calls(("sayToUserAndQuit", "It is in the drawer."))])
    outcome = await world.ask("Where is my passport?")
    assert outcome.message is not None
    assert outcome.message.text == "It is in the drawer."
    [said] = [one for one in world.model.prompts[1].messages if one.get("tool_calls")]
    arguments = said["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments) == {"message": "I am looking for it."}
