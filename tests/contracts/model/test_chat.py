"""The chat model on the vendor's SDK, against the scripted model: what is sent, what
is tried again, who is asked next.
"""

import asyncio
import logging

import pytest

from brain.cloud.model.chat import ChatSettings
from brain.cloud.model.patience import TRIES
from brain.errors import FaultClass, ModelCut, ModelRefused, ModelUnavailable
from brain.run.ports import Model, Prompt
from tests.contracts.model.chat_stage import (
    KEY,
    PROMPT,
    SYSTEM,
    TOOL,
    Directed,
    asking,
    model,
    server,
    told,
)

CALL = {"name": "find", "arguments": {"query": "bulbs and everything else that is in the garden"}}

__all__ = ["model", "server"]  # fixtures


async def test_a_text_arrives_complete_and_in_pieces(server: Directed, model: Model) -> None:
    await server.direct({"text": "The bulbs go in before the first frost."})
    heard, listen = told()
    answer = await model.answer(PROMPT, limit_s=20, on_delta=listen)
    assert answer.text == "The bulbs go in before the first frost."
    assert answer.calls == ()
    assert answer.tokens > 2
    assert len(heard) > 1
    assert "".join(text for kind, text in heard if kind == "content") == answer.text


async def test_tool_calls_are_assembled_and_announced_by_name(
    server: Directed, model: Model
) -> None:
    await server.direct({"text": "I look.", "calls": [CALL, {"name": "say", "arguments": "{bad"}]})
    heard, listen = told()
    answer = await model.answer(PROMPT, limit_s=20, on_delta=listen)
    assert [(call.name, call.arguments) for call in answer.calls] == [
        ("find", '{"query": "bulbs and everything else that is in the garden"}'),
        ("say", "{bad"),
    ]
    assert len({call.id for call in answer.calls}) == 2
    assert [text for kind, text in heard if kind == "action"] == ["find", "say"]


async def test_the_prompt_is_sent_unchanged_and_usage_is_requested(server: Directed) -> None:
    await server.direct({"text": "one"})
    async with asking(server.url, model="nice-model") as model:
        await model.answer(PROMPT, limit_s=20)
    [call] = await server.asked()
    assert call["messages"] == PROMPT.messages
    assert call["fields"] == {
        "model": "nice-model",
        "tools": [TOOL],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


async def test_without_tools_the_field_is_left_out(server: Directed, model: Model) -> None:
    await server.direct({"text": "one"})
    await model.answer(Prompt(messages=PROMPT.messages, tools=[]), limit_s=20)
    [call] = await server.asked()
    assert "tools" not in call["fields"]


async def test_a_configured_reasoning_effort_is_sent(server: Directed) -> None:
    await server.direct({"text": "one"})
    async with asking(server.url, reasoning_effort="low") as model:
        await model.answer(PROMPT, limit_s=20)
    [call] = await server.asked()
    assert call["fields"]["reasoning_effort"] == "low"


@pytest.mark.parametrize(
    ("settings", "effort"),
    [
        (ChatSettings(provider="openai", api_key=KEY, model="m"), "none"),
        (ChatSettings(provider="openrouter", api_key=KEY, model="m"), None),
        (ChatSettings(provider="openai", api_key=KEY, model="m", base_url="http://a/v1"), None),
    ],
)
def test_only_openai_gets_reasoning_effort_none_by_default(
    settings: ChatSettings, effort: str | None
) -> None:
    assert settings.effort == effort
    assert KEY not in repr(settings)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
async def test_a_transient_error_is_retried(server: Directed, model: Model, status: int) -> None:
    await server.direct({"status": status}, {"text": "one"})
    assert (await model.answer(PROMPT, limit_s=20)).text == "one"
    assert len(await server.asked()) == 2


async def test_an_error_instead_of_an_answer_is_retried(server: Directed, model: Model) -> None:
    await server.direct({"error_body": True}, {"text": "one"})
    assert (await model.answer(PROMPT, limit_s=20)).text == "one"


async def test_an_empty_answer_is_retried(server: Directed, model: Model) -> None:
    await server.direct({"text": ""}, {"text": "one"})
    assert (await model.answer(PROMPT, limit_s=20)).text == "one"


async def test_a_model_that_never_answers_fails_after_its_retries(
    server: Directed, model: Model
) -> None:
    await server.direct({"status": 500, "repeat": 9})
    with pytest.raises(ModelUnavailable, match="500"):
        await model.answer(PROMPT, limit_s=20)
    assert len(await server.asked()) == TRIES


async def test_repeated_empty_answers_are_an_error(server: Directed, model: Model) -> None:
    await server.direct({"text": "", "repeat": 9})
    with pytest.raises(ModelUnavailable, match="empty answer"):
        await model.answer(PROMPT, limit_s=20)


async def test_the_next_model_is_asked_when_one_is_down(server: Directed) -> None:
    await server.direct({"status": 500, "repeat": TRIES}, {"text": "from the other"})
    async with asking(server.url, fallback_models=("other",)) as model:
        answer = await model.answer(PROMPT, limit_s=20)
    assert answer.text == "from the other"
    asked = [call["fields"]["model"] for call in await server.asked()]
    assert asked == ["m"] * TRIES + ["other"]


@pytest.mark.parametrize("status", [401, 402, 403, 404])
async def test_the_next_model_is_asked_at_once_if_one_does_not_exist(
    server: Directed, status: int
) -> None:
    await server.direct({"status": status}, {"text": "from the other"})
    async with asking(server.url, fallback_models=("other",)) as model:
        assert (await model.answer(PROMPT, limit_s=20)).text == "from the other"
    assert len(await server.asked()) == 2


@pytest.mark.parametrize("status", [400, 401, 404, 413, 422])
async def test_a_request_that_every_model_rejects_is_refused(
    server: Directed, model: Model, status: int
) -> None:
    await server.direct({"status": status, "repeat": 9})
    with pytest.raises(ModelRefused, match=str(status)):
        await model.answer(PROMPT, limit_s=20)
    assert len(await server.asked()) == 1


async def test_an_invalid_request_is_sent_to_each_model_once(server: Directed) -> None:
    await server.direct({"status": 400, "repeat": 9})
    async with asking(server.url, fallback_models=("other",)) as model:
        with pytest.raises(ModelRefused) as caught:
            await model.answer(PROMPT, limit_s=20)
    assert caught.value.fault is FaultClass.REQUEST
    assert [call["fields"]["model"] for call in await server.asked()] == ["m", "other"]


async def test_with_one_overloaded_model_the_error_is_retryable(server: Directed) -> None:
    await server.direct({"status": 500, "repeat": TRIES}, {"status": 404})
    async with asking(server.url, fallback_models=("unknown",)) as model:
        with pytest.raises(ModelUnavailable):
            await model.answer(PROMPT, limit_s=20)


async def test_the_providers_retry_after_is_respected(server: Directed, model: Model) -> None:
    await server.direct({"status": 429, "headers": {"retry-after-ms": "700"}}, {"text": "one"})
    await model.answer(PROMPT, limit_s=20)
    first, second = await server.asked()
    assert second["at"] - first["at"] >= 0.69


async def test_a_wait_beyond_the_limit_leads_to_the_next_model_at_once(
    server: Directed,
) -> None:
    await server.direct({"status": 429, "headers": {"retry-after": "60"}}, {"text": "one"})
    async with asking(server.url, fallback_models=("other",)) as model:
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"
    assert [call["fields"]["model"] for call in await server.asked()] == ["m", "other"]


async def test_a_connection_lost_before_the_first_token_is_retried(
    server: Directed, model: Model
) -> None:
    await server.direct({"text": "lost", "cut_after": 0}, {"text": "one"})
    heard, listen = told()
    assert (await model.answer(PROMPT, limit_s=20, on_delta=listen)).text == "one"
    assert heard == [("content", "one")]


async def test_two_callers_at_once_get_their_own_answers(server: Directed, model: Model) -> None:
    for word in ("magpie", "heron"):
        reply = {"text": f"the {word}", "first_token_delay_s": 0.2}
        script = {"match": word, "answers": [reply]}
        (await server.control.post("/_local/script", json=script)).raise_for_status()
    prompts = [
        Prompt(messages=[SYSTEM, {"role": "user", "content": word}], tools=[])
        for word in ("heron", "magpie")
    ]
    answers = await asyncio.gather(*(model.answer(p, limit_s=20) for p in prompts))
    assert [answer.text for answer in answers] == ["the heron", "the magpie"]


async def test_errors_and_logs_contain_neither_key_nor_user_text(
    server: Directed, model: Model, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="brain")
    await server.direct({"status": 503}, {"text": "said by the model", "finish_reason": "length"})
    with pytest.raises(ModelCut) as caught:
        await model.answer(PROMPT, limit_s=20)
    seen = caplog.text + repr(caught.value) + repr(caught.value.__cause__)
    assert "model=m" in caplog.text
    assert "status=503" in caplog.text
    for secret in (KEY, "user's words", "said by the model"):
        assert secret not in seen


async def test_without_time_left_no_model_is_asked(server: Directed) -> None:
    async with asking(server.url) as model:
        with pytest.raises(ModelUnavailable, match="no time was left"):
            await model.answer(PROMPT, limit_s=0)
    assert await server.asked() == []
