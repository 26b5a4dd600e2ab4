"""What the user hears when the model fails: answers that are cut off, faults, failing calls."""

from functools import partial

import pytest
from msgspec.structs import replace

from brain.errors import FaultClass, ModelCut, ModelFault, ModelRefused, ModelUnavailable
from brain.run.journal import Answered
from brain.run.limits import Limits
from brain.run.messages import Kind, Message
from brain.run.model import CUT_PAUSE_S, CUT_TRIES
from brain.run.services import Services
from brain.run.step import CONTINUE, QUIT
from brain.says import de, en
from brain.says.ending import in_words, last_words
from brain.tools.invocations import ToolInvocation, ToolResult
from brain.tools.spec import Effect
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import Saying, calls, words
from tests.fakes.tools import FakeTool, MailTool, NoteTool
from tests.fakes.world import World

NINE = "The flight leaves at nine, from gate seven."
LATER = ("ask again", "in a little while", "cannot think")


def cut(text: str, *, at_limit: bool = True) -> Saying:
    return Saying(answer=ModelCut("cut", text=text, at_limit=at_limit))


async def answered(world: World, text: str = "When is my flight?", **more: str) -> Message:
    outcome = await world.ask(text, **more)  # type: ignore[arg-type]
    assert outcome.message is not None
    return outcome.message


def shown(world: World, number: int) -> str:
    """Return all texts of the request with this number, counted from 0."""
    return "\n".join(str(line["content"]) for line in world.model.prompts[number].messages)


# ---- answers that are cut off


@in_virtual_time
async def test_the_rest_of_an_answer_that_was_cut_off_is_asked_for() -> None:
    world = World([cut("The flight leaves at "), cut("nine, "), words("from gate seven.")])
    assert (await answered(world)).text == NINE
    assert "The flight leaves at" not in shown(world, 0)
    assert "The flight leaves at" in shown(world, 1)
    assert "nine," in shown(world, 2)


@in_virtual_time
async def test_a_model_that_starts_over_is_not_heard_twice() -> None:
    world = World([cut("The flight leaves at "), cut("The flight leaves at nine, "), words(NINE)])
    assert (await answered(world)).text == NINE


@in_virtual_time
async def test_the_rest_may_come_as_the_message_of_a_call() -> None:
    for rest in ("nine, from gate seven.", NINE):
        quit = calls((QUIT, f'{{"message":"{rest}"}}'))
        world = World([cut("The flight leaves at "), quit])
        assert (await answered(world)).text == NINE


@in_virtual_time
async def test_an_answer_that_is_cut_off_each_time_is_said_as_far_as_it_goes() -> None:
    for language, texts in (("en", en), ("de", de)):
        world = World([cut("The flight leaves at ")])
        said = await answered(world, language=language)
        assert (said.kind, said.text) == (Kind.SAY, f"The flight leaves at\n\n{texts.CUT_OFF}")
        assert len(world.model.prompts) == CUT_TRIES


@in_virtual_time
async def test_a_text_is_kept_when_the_model_fails_instead_of_going_on() -> None:
    world = World([cut("The flight leaves at "), Saying(answer=ModelUnavailable("down"))])
    assert (await answered(world)).text == f"The flight leaves at\n\n{en.CUT_OFF}"


@in_virtual_time
async def test_tries_of_an_answer_that_breaks_off_are_few_and_pauses_grow() -> None:
    world = World([cut("It is in ", at_limit=False)])
    began = world.clock.now()
    said = await answered(world)
    assert (said.kind, said.text) == (Kind.ERROR, en.LAST_WORDS["model"])
    assert len(world.model.prompts) == CUT_TRIES
    assert "It is in" not in shown(world, 2)
    assert world.clock.now() - began >= CUT_PAUSE_S * (1 + 2)


@in_virtual_time
async def test_calls_that_are_cut_off_each_time_end_with_their_own_words() -> None:
    said = await answered(World([cut("")]))
    assert said.text == en.LAST_WORDS["cut"]
    assert not any(part in said.text for part in LATER)


@in_virtual_time
async def test_a_message_beyond_our_own_limit_is_not_passed_off_as_whole() -> None:
    limits = Limits(message_chars=1_000)
    long = "word " * 300
    for saying in (words(long), calls((QUIT, f'{{"message":"{long}"}}'))):
        said = await answered(World([saying], limits=limits))
        assert said.text.startswith("word word")
        assert said.text.endswith(f"\n\n{en.CUT_OFF}")
        assert len(said.text) <= 1_000
    crumb = calls((CONTINUE, f'{{"message":"{long}"}}'))
    world = World([crumb, words("Done.")], limits=limits)
    await answered(world)
    first = (await world.said())[0]
    assert (first.kind, first.text[-len(en.CUT_OFF) :]) == (Kind.BREADCRUMB, en.CUT_OFF)


@in_virtual_time
async def test_thoughts_in_a_message_are_not_said() -> None:
    crumb = (CONTINUE, '{"message":"<think>SECRET</think>One moment."}')
    quit = (QUIT, '{"message":"<think>SECRET</think>It is in the drawer."}')
    world = World([calls(crumb), calls(quit)])
    await answered(world)
    assert [m.text for m in await world.said()] == ["One moment.", "It is in the drawer."]


# ---- faults


class DoneTool(NoteTool):
    """A tool that says in the user's language what it has done."""

    async def run(self, invocation: ToolInvocation) -> ToolResult:  # type: ignore[override]
        await super().run(invocation)
        done = invocation.texts.DONE["sent"].format(to=invocation.arguments["text"])
        return ToolResult(text="{}", done=done)


def failing(fault: FaultClass) -> ModelFault:
    if fault in (FaultClass.MOMENT, FaultClass.BUSY):
        error: ModelFault = ModelUnavailable("no answer")
        error.fault = fault
        return error
    return ModelRefused("no", fault=fault)


@pytest.mark.parametrize("fault", FaultClass)
@in_virtual_time
async def test_each_class_of_fault_has_its_words(fault: FaultClass) -> None:
    for language in ("en", "de"):
        said = await answered(World([Saying(answer=failing(fault))]), language=language)
        assert said.kind is Kind.ERROR
        helps = fault in (FaultClass.MOMENT, FaultClass.BUSY)
        assert any(part in said.text for part in (*LATER, "gleich noch einmal")) == helps


def test_the_words_name_what_has_to_be_changed() -> None:
    assert "tools" in en.LAST_WORDS["no tools"]
    assert "too long" in en.LAST_WORDS["too long"]
    assert "refused" in en.LAST_WORDS["filtered"]
    assert "cut off" in en.CUT_OFF
    for key in ("no tools", "no access", "request"):
        assert "Whoever runs this assistant" in en.LAST_WORDS[key]


@pytest.mark.parametrize(
    ("refusal", "word"),
    [("modelKey", "API key"), ("modelQuota", "credit"), ("modelName", "gpt-9-mars")],
)
@pytest.mark.parametrize("language", ["en", "de"])
@in_virtual_time
async def test_only_who_runs_the_deployment_is_told_what_is_wrong_with_it(
    refusal: str, word: str, language: str
) -> None:
    for user in ("owner", "olga", "guest"):
        fault = failing(FaultClass.NO_ACCESS)
        fault.refusal, fault.model = refusal, "gpt-9-mars"
        world = World([Saying(answer=fault)])
        run = partial(Services, operators=frozenset({"owner", "olga"}))
        world.ports = replace(world.ports, parts={"Services": run})
        said = (await world.ask("Hello", user=user, language=language)).message
        assert said is not None
        texts = de if language == "de" else en
        if user == "guest":
            assert said.text == texts.NOT_SET_UP
        else:
            assert said.text == texts.LAST_WORDS[refusal].replace("MODEL", "gpt-9-mars")
            assert word in said.text or language == "de"
        assert not any(part in said.text for part in (*LATER[1:], "gleich noch einmal"))
        status = await world.ports.store.status(user)
        assert (status.reason, len(world.model.prompts)) == (refusal, 1)


@pytest.mark.parametrize("fault", FaultClass)
@in_virtual_time
async def test_what_was_done_is_said_when_the_model_then_fails(fault: FaultClass) -> None:
    act = calls(("note", '{"text":"anna@example.org"}'))
    for effect in (Effect.ACTS, Effect.REPEATS):
        world = World([act, Saying(answer=failing(fault))], tools=[DoneTool(effect)])
        said = await answered(world)
        assert said.text == f"That is done: sent to anna@example.org. {en.UNSAID}"
        assert not any(part in said.text for part in LATER)
        assert "Sent to anna@example.org." in shown(world, 1)
    world = World([act, Saying(answer=failing(fault))], tools=[DoneTool(Effect.ACTS)])
    said = await answered(world, language="de")
    assert said.text == f"Das ist erledigt: gesendet an anna@example.org. {de.UNSAID}"


@in_virtual_time
async def test_an_act_of_unknown_outcome_is_named_and_not_asked_for_again() -> None:
    act = calls(("note", '{"text":"x"}'))
    tool = NoteTool(Effect.ACTS, breaks=True)
    said = await answered(World([act, Saying(answer=ModelUnavailable("down"))], tools=[tool]))
    assert said.text == en.UNSURE


def test_limits_are_told_after_what_was_done() -> None:
    text = last_words(en, "loops", done=("The document “A” is saved.",))
    assert text == f"That is done: the document “A” is saved. {en.LAST_WORDS['loops']}"
    assert last_words(en, "loops") == en.LAST_WORDS["loops"]


def test_the_same_act_is_named_once_and_only_the_last_ones() -> None:
    text = last_words(en, "model", done=["A."] * 3 + [f"{number}." for number in range(9)])
    assert text == f"That is done: 4. 5. 6. 7. 8. {en.UNSAID}"


# ---- calls that fail again and again

BAD = ("note", "{")
UNKNOWN = ("nothing", "{}")


@pytest.mark.parametrize(
    ("rounds", "word"),
    [
        ([[BAD]], "“note”"),
        ([[BAD], [("note", "[1")], [("note", '{"text":')]], "“note”"),  # unreadable each time
        ([[("note", '{"text": "a"}')], [("note", '{"text":"a"}')]], "“note”"),  # fails when it runs
        ([[UNKNOWN], [("other", '{"a":1}')]], "it"),
        ([[BAD, ("read", "{}")]], "“note”"),
        ([[BAD, (QUIT, '{"message":"Done."}')]], "“note”"),
        ([[(QUIT, "{}")]], "it"),
    ],
)
@in_virtual_time
async def test_the_same_failing_call_is_made_three_times(
    rounds: list[list[tuple[str, str]]], word: str
) -> None:
    tools: list[FakeTool] = [NoteTool(Effect.REPEATS, fails=True), MailTool("Post.", foreign=False)]
    world = World([calls(*rounds[i % len(rounds)]) for i in range(9)], tools=tools)
    said = await answered(world)
    assert said.kind is Kind.ERROR
    assert said.text.startswith("That did not work.")
    assert word in said.text
    assert len(world.model.prompts) == 3
    assert (await world.ports.store.status("anna")).reason == "stuck"


@in_virtual_time
async def test_speaking_in_between_does_not_begin_the_count_again() -> None:
    speak = (CONTINUE, '{"message":"Once more."}')
    world = World([calls(BAD), calls(speak), calls(BAD), calls(speak), calls(BAD)])
    assert (await answered(world)).text.startswith("That did not work.")
    assert len(world.model.prompts) == 5


@in_virtual_time
async def test_another_call_or_another_argument_begins_the_count_again() -> None:
    tools: list[FakeTool] = [NoteTool(Effect.REPEATS, fails=True), MailTool("Post.", foreign=False)]
    notes = [calls(("note", f'{{"text":"{i}"}}')) for i in range(4)]
    mixed = [calls(BAD), calls(BAD), calls(("read", "{}")), calls(BAD), calls(BAD)]
    world = World([*notes, *mixed, words("Sorry.")], tools=tools)
    assert (await answered(world)).text == "Sorry."


@in_virtual_time
async def test_what_was_done_is_said_before_a_call_that_fails_again_and_again() -> None:
    act = ("note", '{"text":"anna@example.org"}')
    world = World([calls(act), calls(UNKNOWN)], tools=[DoneTool(Effect.ACTS)])
    said = (await answered(world)).text
    assert said.startswith("That is done: sent to anna@example.org. That did not work.")


def test_a_tool_is_named_in_words() -> None:
    assert in_words("readDocument") == "read document"
    assert in_words("turn_on-light2") == "turn on light2"


# ---- a model that takes its time


@in_virtual_time
async def test_the_user_is_told_once_that_the_model_takes_its_time() -> None:
    speak = (CONTINUE, '{"message":"Step."}')
    world = World([calls(speak, delay_s=9), calls(speak, delay_s=9), words("Done.", delay_s=9)])
    assert (await answered(world)).text == "Done."
    assert [m.text for m in await world.said()] == [en.SLOW, "Step.", "Step.", "Done."]


@in_virtual_time
async def test_the_user_is_told_once_in_all_invocations_of_a_run() -> None:
    speak = (CONTINUE, '{"message":"Step."}')
    world = World(
        [*[calls(speak, delay_s=9)] * 3, words("Done.", delay_s=9)],
        max_duration_s=20,
        reserve_s=5,
    )
    world.spawn(world.ask("Hi", language="de"))
    await world.until_said("Done.")
    said = [m.text for m in await world.said()]
    assert said.count(de.SLOW) == 1
    assert said[0] == de.SLOW


@in_virtual_time
async def test_a_wait_with_results_to_record_commits_one_step_at_a_time() -> None:
    note = calls(("note", '{"text":"x"}'))
    world = World([note, words("Noted.", delay_s=20)], tools=[NoteTool(Effect.REPEATS)])
    assert (await answered(world)).text == "Noted."
    assert [m.text for m in await world.said()] == [en.SLOW, "Noted."]


class EarlyModel:
    """A model that shows a sign of its answer at once, and takes its time for the rest."""

    async def answer(self, prompt, *, limit_s, on_delta=None):  # type: ignore[no-untyped-def]
        import asyncio

        from brain.run.ports import Delta

        if on_delta is not None:
            on_delta(Delta(kind="thought", text="Hm."))
        await asyncio.sleep(30)
        return Answered(text="Done.", calls=())


@in_virtual_time
async def test_a_sign_of_an_answer_is_enough() -> None:
    world = World()
    world.ports = replace(world.ports, model=EarlyModel())
    assert (await answered(world)).text == "Done."
    assert [m.text for m in await world.said()] == ["Done."]
