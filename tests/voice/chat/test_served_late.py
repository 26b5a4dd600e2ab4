"""Answers that outlive the patience of their caller, and callers that go away."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.local.serving import served
from tests.routes.stage import Deployment, Json, User
from tests.voice.chat.stage import Platform, assistant, says, steps, tool

pytestmark = pytest.mark.asyncio(loop_scope="package")


@dataclass
class ControlServer:
    """The platform's server that takes late answers. `statuses` are its next answers."""

    url: str = ""
    taken: list[Json] = field(default_factory=list)
    tries: int = 0
    statuses: list[int] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: Request) -> Response:
        self.tries += 1
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 302:
            return RedirectResponse(f"{self.url}/elsewhere", 302)
        if status == 200:
            self.taken.append(await request.json())
            self.came.set()
        return Response(status_code=status)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{rest:path}", self.take, methods=["GET", "POST"])])

    def call(self, path: str = "/0f3c/control") -> Json:
        return {"call": {"id": "0f3c", "monitor": {"controlUrl": f"{self.url}{path}"}}}


@pytest.fixture
def platform(deployment: Deployment, user: User) -> Platform:
    return Platform(deployment=deployment, user=user, http=deployment.http, call=None)


@pytest_asyncio.fixture(loop_scope="package")
async def control() -> AsyncIterator[ControlServer]:
    server = ControlServer()
    async with served(server.app) as url:
        server.url = url
        yield server


@pytest_asyncio.fixture(loop_scope="package")
async def vapi(
    deployment: Deployment, user: User, control: ControlServer
) -> AsyncIterator[Platform]:
    """A platform whose control addresses are allowed. Its responses end when the brain has ended,
    and with it the late answer.
    """
    async with deployment.changed(BRAIN_CONTROL_HOSTS=control.url) as http:
        yield Platform(deployment=deployment, user=user, http=http, call=None)


async def test_a_late_answer_goes_to_the_control_address(
    vapi: Platform, control: ControlServer
) -> None:
    answer = says("The **second** is longer.")
    stream = await vapi.ask_too_early("Compare", answer=answer, **control.call())
    assert control.taken == [
        {"type": "say", "content": "The second is longer.", "endCallAfterSpoken": False}
    ]
    assert (await vapi.log())[-1]["heard"] == {"how": "played"}
    await vapi.script("Thanks", says("You are welcome."))
    told: list[Json | str] = [
        "Compare",
        assistant(f"{stream.text} The second is longer."),
        "Thanks",
    ]
    assert (await vapi.ask(*told, **control.call())).contents == ["You are welcome. "]


LONG = f"The **second** is longer. {'It has a new table. ' * 20}".strip()
NAME = "The second is longer."


async def test_a_long_late_answer_is_named_and_offered_at_the_control_address(
    vapi: Platform, control: ControlServer
) -> None:
    await vapi.ask_too_early("Compare", answer=says(LONG), **control.call())
    assert [one["content"] for one in control.taken] == [f"{NAME} There is more. Shall I go on?"]
    assert (await vapi.log())[-1]["heard"] == {"how": "cutOff", "chars": len(NAME)}


async def test_a_long_late_answer_is_named_and_offered_with_the_next_request(
    platform: Platform,
) -> None:
    platform.call = "c-1"
    first = await platform.ask_too_early("Compare", answer=says(LONG))
    await platform.user.until_heard(LONG)
    await platform.script("What day is it?", says("Ten."))
    told: list[Json | str] = ["Compare", assistant(first.text), "What day is it?"]
    second = await platform.ask(*told)
    offer = ["There is more. ", "Shall I go on? "]
    assert second.contents == ["Ten. ", f"{NAME} ", *offer]
    await platform.script("Yes", says("Here it is."))
    await platform.ask(*told, assistant(second.text), "Yes")
    marks = {entry["text"]: entry.get("heard") for entry in await platform.log()}
    assert marks[LONG] == {"how": "cutOff", "chars": len(NAME)}
    assert marks["Ten."] == {"how": "played"}


async def _claim(platform: Platform, text: str) -> str:
    """What becomes of a page's wish to say a message."""
    [seq] = [entry["seq"] for entry in await platform.log() if entry["text"] == text]
    order = {"type": "claim", "seq": seq, "device": "page-of-user"}
    headers = platform.user.headers
    response = await platform.deployment.http.post("/api/control", json=order, headers=headers)
    return str(response.json()["state"])


async def test_a_late_answer_that_a_page_says_is_not_said_by_the_call(platform: Platform) -> None:
    platform.call = "c-1"
    first = await platform.ask_too_early("Compare", answer=says("The second."))
    await platform.user.until_heard("The second.")
    assert await _claim(platform, "The second.") == "yours"
    await platform.script("What day is it?", says("Ten."))
    told: list[Json | str] = ["Compare", assistant(first.text), "What day is it?"]
    assert (await platform.ask(*told)).contents == ["Ten. "]


async def test_a_late_answer_that_the_call_says_is_said_by_no_page(platform: Platform) -> None:
    platform.call = "c-1"
    first = await platform.ask_too_early("Compare", answer=says("The second."))
    await platform.user.until_heard("The second.")
    await platform.script("What day is it?", says("Ten."))
    told: list[Json | str] = ["Compare", assistant(first.text), "What day is it?"]
    contents = ["Ten. ", "The second. "]
    assert (await platform.ask(*told)).contents == contents
    assert await _claim(platform, "The second.") == "held"
    assert await _claim(platform, "Ten.") == "over"  # the call says it itself
    assert (await platform.ask(*told)).contents == contents


async def test_what_the_call_has_said_before_it_was_put_off_no_page_says(
    platform: Platform,
) -> None:
    gate = secrets.token_hex(6)
    late = says("The second.", gates={gate: 0})
    await platform.script("Compare", steps("I am looking."), late)
    stream = await platform.ask("Compare", metadata={"patience": 0.5})
    told = [entry["text"] for entry in await platform.log() if entry["role"] == "brain"]
    assert "".join(f"{text} " for text in told) == stream.text
    assert {await _claim(platform, text) for text in told} == {"over"}
    await platform.deployment.model.post(f"/_local/gates/{gate}")
    await platform.user.until_heard("The second.")
    assert await _claim(platform, "The second.") == "yours"


async def test_an_answer_in_time_goes_nowhere_else(vapi: Platform, control: ControlServer) -> None:
    await vapi.script("Quick", says("Yes."))
    assert (await vapi.ask("Quick", **control.call())).contents == ["Yes. "]
    assert control.tries == 0


async def test_a_control_address_is_tried_three_times(
    vapi: Platform, control: ControlServer
) -> None:
    control.statuses = [503, 429, 200]
    await vapi.ask_too_early("Often", answer=says("Here it is."), **control.call())
    assert (control.tries, len(control.taken)) == (3, 1)


@pytest.mark.parametrize("statuses", [[503, 503, 503], [404], [302]])
async def test_an_answer_that_was_not_taken_comes_with_the_next_request(
    vapi: Platform, control: ControlServer, statuses: list[int]
) -> None:
    control.statuses = [*statuses]
    stream = await vapi.ask_too_early("Refused", answer=says("Here it is."), **control.call())
    assert (control.tries, control.taken) == (len(statuses), [])
    assert "heard" not in (await vapi.log())[-1]
    await vapi.script("Next", says("Ten."))
    told: list[Json | str] = ["Refused", assistant(stream.text), "Next"]
    assert (await vapi.ask(*told, **control.call())).contents == ["Ten. ", "Here it is. "]


async def test_no_address_is_called_that_is_not_listed(
    platform: Platform, control: ControlServer
) -> None:
    async with platform.deployment.changed() as http:
        platform.http = http
        await platform.ask_too_early("Ssrf", answer=says("Here it is."), **control.call())
    assert control.tries == 0
    last = (await platform.log())[-1]
    assert (last["text"], "heard" in last) == ("Here it is.", False)


async def test_a_step_is_enough_so_no_sentence_is_added(platform: Platform) -> None:
    gate = platform.word
    await platform.script("Step", steps("I am looking."), says("Done.", gates={gate: 0}))
    stream = await platform.ask("Step", metadata={"patience": "2.5"})
    await platform.deployment.model.post(f"/_local/gates/{gate}")
    assert (stream.contents, stream.finish) == (["I am looking. "], "stop")


async def test_elevenlabs_hears_that_more_is_to_come(platform: Platform) -> None:
    await platform.script("Drawl", steps("I am looking."), says("It is done."))
    stream = await platform.ask("Drawl", elevenlabs_extra_body={"conversation_id": "e-1"})
    assert stream.contents == ["I am looking... ", "It is done. "]
    assert (await platform.log())[0]["turn"]["call"] == "e-1"


async def test_silence_is_filled_with_comments(platform: Platform) -> None:
    await platform.script("Slowly", says("At last.", delay_s=4.6))
    stream = await platform.ask("Slowly")
    assert stream.beats >= 2
    assert stream.contents[-1] == "At last. "


async def test_a_caller_that_leaves_stops_nothing(platform: Platform) -> None:
    await platform.script("Leave", says("I go on.", delay_s=0.5))
    async with platform.streaming("Leave") as stream:
        await stream.until("assistant")
    message = await platform.user.until_heard("I go on.")
    assert message["doneAfterThis"] is True


async def test_the_same_request_joins_the_run_that_goes_on(platform: Platform) -> None:
    platform.call = "c-1"
    await platform.script("Twice", says("Only once.", delay_s=0.8))
    first, second = await asyncio.gather(platform.ask("Twice"), platform.ask("Twice"))
    assert first.contents == second.contents == ["Only once. "]
    assert first.chunks[0]["id"] == second.chunks[0]["id"]
    assert len(await platform.deployment.asked("Twice")) == 1


async def test_an_answer_in_one_piece(platform: Platform) -> None:
    await platform.script("Whole", steps("Well."), says("It is *ten*."))
    body = (await platform.post("Whole", model="any")).json()
    [choice] = body["choices"]
    assert choice == {
        "index": 0,
        "message": {"role": "assistant", "content": "Well. It is ten."},
        "finish_reason": "stop",
    }
    assert (body["object"], body["model"]) == ("chat.completion", "any")
    usage = body["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0


async def test_usage_comes_last_if_it_was_asked_for(platform: Platform) -> None:
    await platform.script("Usage", steps("One."), says("Two."))
    stream = await platform.ask("Usage", stream_options={"include_usage": True})
    *_, last = stream.chunks
    assert last["choices"] == []
    calls = await platform.deployment.asked("Usage")
    assert len(calls) == 2
    assert last["usage"]["completion_tokens"] > 0
    again = await platform.ask("Usage")
    assert "usage" not in again.chunks[-1]


async def test_a_run_that_fails_says_so(platform: Platform) -> None:
    await platform.script("Fail", {"status": 401, "repeat": 9})
    stream = await platform.ask("Fail")
    assert (stream.finish, (await platform.log())[-1]["kind"]) == ("stop", "error")
    assert stream.text.strip()


async def test_a_question_can_be_answered_by_voice(platform: Platform) -> None:
    platform.call = "c-1"
    call = {"name": "lamp", "arguments": {"page": "https://a.example/b"}}
    await platform.script("Ask", {"calls": [call]}, says("Fine."))
    lamp = tool("lamp", page={"type": "string"})
    system = {"role": "system", "content": "Be kind."}
    first = await platform.ask(system, "Ask", tools=[lamp])
    assert "Shall your app run lamp" in first.text
    await asyncio.sleep(2.1)  # a yes counts two seconds after the question was sent
    told: list[Json | str] = [system, "Ask", assistant(first.text), "Yes, please"]
    second = await platform.ask(*told, tools=[lamp])
    assert second.finish == "tool_calls"
