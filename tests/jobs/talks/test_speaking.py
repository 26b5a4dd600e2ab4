"""Characters talk to each other: who speaks, what each is shown, and how the talk ends."""

from typing import Any

import pytest
from msgspec.structs import replace

from brain.codec import Json
from brain.errors import BrainError, FaultClass, ModelCut, ModelUnavailable
from brain.jobs.talks.rules import START, Cast, TalkLine, is_repeating, written
from brain.jobs.talks.speaking import END, END_TALK, ENDED, Speaking
from brain.run.journal import Answered
from brain.run.messages import Kind, Message
from brain.run.ports import Prompt
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import Saying, ScriptedModel, calls, words
from tests.fakes.requests import texts
from tests.fakes.world import World

OPENING = "Let us begin with the price."
GOAL = "Should I buy the van?"


def profile(**more: Any) -> Json:
    agents = [
        {"name": "Pro", "instructions": "Argue for it."},
        {"name": "Con", "instructions": "Argue against it."},
    ]
    return {"agents": agents, **more}


class Talk:
    """A talk in a world in which each character has a model of its own."""

    def __init__(
        self,
        pro: list[Saying],
        con: list[Saying],
        *,
        opening: str | None = OPENING,
        most: int = 25,
    ) -> None:
        self.models = {"Pro": ScriptedModel(pro), "Con": ScriptedModel(con)}
        self.cast = Cast.of(profile(opening=opening, maxMessages=most), GOAL)
        self.world = World()
        speaking = Speaking(
            cast=self.cast,
            entries=self.world.log,
            model_of=lambda character: self.models[character.name],
        )
        self.world.ports = replace(self.world.ports, model=speaking, tools={END: END_TALK})

    async def held(self) -> list[TalkLine]:
        await self.world.ask(self.cast.opening or self.cast.goal, message_id=START)
        await self.world.settle()
        return await self.lines()

    async def lines(self) -> list[TalkLine]:
        return self.cast.lines(await self.world.log())


def numbered(name: str) -> list[Saying]:
    return [words(f"{name} {number}.") for number in range(1, 40)]


def ends(text: str = "", *, reached: bool = True) -> Saying:
    found = calls((END, f'{{"reached":{str(reached).lower()},"why":"The price decides."}}'))
    assert isinstance(found.answer, Answered)
    return replace(found, answer=replace(found.answer, text=text))


@in_virtual_time
async def test_the_characters_speak_in_turn_each_with_its_own_model_and_instructions() -> None:
    talk = Talk([*numbered("Pro")[:2], ends("Done.")], numbered("Con"))

    lines = await talk.held()

    assert [(line.speaker, line.text) for line in lines] == [
        ("Pro", OPENING),
        ("Con", "Con 1."),
        ("Pro", "Pro 1."),
        ("Con", "Con 2."),
        ("Pro", "Pro 2."),
        ("Con", "Con 3."),
        ("Pro", "Done."),
    ]
    said = [entry for entry in await talk.world.log() if isinstance(entry, Message)]
    assert {entry.kind for entry in said} == {Kind.SAY}
    assert [entry.done_after_this for entry in said] == [False] * 5 + [True]
    [system, *told] = texts(talk.models["Con"].prompts[1])
    assert "Argue against it." in system
    assert GOAL in system
    assert "Argue for it." not in system
    assert told == [f"Pro: {OPENING}", "Con 1.", "Pro: Pro 1."]
    [offered] = talk.models["Con"].prompts[0].tools
    assert offered["function"]["name"] == END


@in_virtual_time
async def test_without_an_opening_the_first_character_is_asked_to_begin() -> None:
    talk = Talk([words("Hello."), ends("Bye.")], numbered("Con"), opening=None)
    lines = await talk.held()
    assert [line.text for line in lines] == ["Hello.", "Con 1.", "Bye."]
    assert len(texts(talk.models["Pro"].prompts[0])) == 2


@pytest.mark.parametrize("most", [1, 2, 7, 25])
@in_virtual_time
async def test_a_talk_has_no_more_texts_than_it_may(most: int) -> None:
    talk = Talk(numbered("Pro"), numbered("Con"), most=most)
    lines = await talk.held()
    spoken = [line for line in lines if line.speaker]
    assert len(spoken) == most
    assert sum(len(model.prompts) for model in talk.models.values()) == most - 1


@in_virtual_time
async def test_a_text_that_is_said_three_times_ends_the_talk() -> None:
    talk = Talk(numbered("Pro"), [words("No, never."), words("no,  NEVER."), words("No, never.")])
    lines = await talk.held()
    assert [line.text for line in lines][-1] == "No, never."
    assert len(lines) == 6
    assert is_repeating(lines)


@in_virtual_time
async def test_last_words_are_said_and_without_any_the_reason_is() -> None:
    talk = Talk([ends(reached=False)], numbered("Con"))
    assert (await talk.held())[-1].text == "The price decides."


@in_virtual_time
@pytest.mark.parametrize("arguments", ['{"reached":true}', '{"reached":true,"why":" "}'])
async def test_a_talk_may_end_without_a_reason(arguments: str) -> None:
    talk = Talk([calls((END, arguments))], numbered("Con"))
    assert [(line.speaker, line.text) for line in (await talk.held())[1:]] == [
        ("Con", "Con 1."),
        ("Pro", ENDED),
    ]


@in_virtual_time
async def test_a_broken_call_of_the_end_ends_nothing() -> None:
    broken = calls((END, '{"reached":"perhaps"}'))
    assert isinstance(broken.answer, Answered)
    talk = Talk(
        [replace(broken, answer=replace(broken.answer, text="I think so.")), ends("Bye.")],
        numbered("Con"),
    )
    assert [line.text for line in await talk.held()][2:] == ["I think so.", "Con 2.", "Bye."]


@in_virtual_time
async def test_the_listener_is_heard_and_names_who_speaks_next() -> None:
    con = [words("Con 1.", delay_s=2), *numbered("Con")[1:]]
    talk = Talk([words("Pro 1."), ends("Bye.")], con)
    held = talk.world.spawn(talk.held())
    await talk.world.clock.sleep(1)
    await talk.world.ask("Con, and the insurance?")

    lines = await held

    assert [(line.speaker, line.text) for line in lines][1:4] == [
        (None, "Con, and the insurance?"),
        ("Con", "Con 1."),
        ("Pro", "Pro 1."),
    ]
    told = texts(talk.models["Pro"].prompts[0])
    assert "The listener: Con, and the insurance?" in "\n".join(told)


@pytest.mark.parametrize(
    ("said", "speaker"),
    [
        ("Pro?", "Pro"),
        ("What does pro say, Con?", "Con"),
        ("Product placement", "Con"),
        ("And then?", "Con"),
    ],
)
def test_only_a_whole_name_names_a_character(said: str, speaker: str) -> None:
    cast = Cast.of(profile(), GOAL)
    lines = [TalkLine(speaker="Pro", text="x"), TalkLine(speaker=None, text=said)]
    assert cast.next(lines).name == speaker


@in_virtual_time
async def test_a_text_of_the_listener_at_the_very_end_ends_the_talk_all_the_same() -> None:
    con = [words("Con 1.", delay_s=2)]
    talk = Talk(numbered("Pro"), con, most=2)
    held = talk.world.spawn(talk.held())
    await talk.world.clock.sleep(1)
    await talk.world.ask("Wait!")

    lines = await held

    assert [line.text for line in lines if line.speaker] == [OPENING, "Con 1."]
    assert (await talk.world.said())[-1].text == ENDED
    assert (await talk.world.said())[-1].done_after_this


@in_virtual_time
async def test_of_words_that_have_reached_their_length_the_whole_sentences_are_said() -> None:
    cut = ModelCut("length", text="It is cheap. It is also re", at_limit=True)
    talk = Talk([ends("Bye.")], [Saying(answer=cut)])
    assert [line.text for line in await talk.held()] == [OPENING, "It is cheap.", "Bye."]


@in_virtual_time
async def test_an_answer_that_is_cut_off_counts_with_all_its_tokens() -> None:
    cut = ModelCut("length", text="It is cheap. It", at_limit=True, tokens=5_000)
    talk = Talk([Saying(answer=cut)], [])
    model = talk.world.ports.model
    answer = await model.answer(Prompt(messages=[], tools=[]), limit_s=1)
    assert answer.tokens == 5_000


@pytest.mark.parametrize(
    "fault",
    [ModelUnavailable("gone", fault=FaultClass.NO_ACCESS), ModelUnavailable("gone")],
    ids=["no access", "moment"],
)
@in_virtual_time
async def test_if_a_character_has_no_model_what_was_said_stays(fault: BrainError) -> None:
    talk = Talk([words("Pro 1."), Saying(answer=fault)], numbered("Con"))
    lines = await talk.held()
    assert [line.text for line in lines] == [OPENING, "Con 1.", "Pro 1.", "Con 2."]
    assert (await talk.world.said())[-1].kind is Kind.ERROR


@in_virtual_time
async def test_a_character_that_says_nothing_twice_has_no_model() -> None:
    talk = Talk([words("")], numbered("Con"))
    await talk.held()
    assert len(talk.models["Pro"].prompts) == 2
    assert (await talk.world.said())[-1].kind is Kind.ERROR


def test_of_a_long_talk_the_end_is_kept() -> None:
    lines = [TalkLine(speaker="Pro", text="one"), TalkLine(speaker=None, text="two")]
    assert written(lines, most=100) == "Pro: one\nThe listener: two"
    assert written(lines, most=3) == "two"
