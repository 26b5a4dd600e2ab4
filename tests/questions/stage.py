"""What the tests of the brain's questions share: a letter, and the user's decision on it."""

import json

from brain.codec import Json
from brain.run.deliver import Outcome
from brain.run.messages import Decision, Kind, Message
from tests.fakes.requests import texts
from tests.fakes.world import World

LETTER: Json = {"to": "anna@example.org", "body": "Lunch?"}
SEND = ("send", json.dumps(LETTER))
READ = ("read", "{}")


async def asked(world: World, text: str = "Ask Anna to lunch.") -> Message:
    """The question that the brain answers with."""
    outcome = await world.ask(text)
    assert outcome.state == "done"
    assert outcome.message is not None
    assert (outcome.message.kind, outcome.message.done_after_this) == (Kind.QUESTION, True)
    return outcome.message


async def decide(
    world: World, question: Message, verdict: str = "approve", **changes: str
) -> Outcome:
    assert question.question is not None
    decision = Decision(
        question_id=question.id,
        verdict=verdict,  # type: ignore[arg-type]  # one of three words
        tool=question.question.tool,
        arguments=question.question.arguments | changes,
    )
    return await world.ask("Decided.", message_id=f"{verdict}-{question.id}", decision=decision)


def shown(world: World) -> list[str]:
    """What the model was shown last: each text and each note."""
    return [part for text in texts(world.model.prompts[-1]) for part in text.split("\n\n")]
