"""POST /api/voiceToBrain, over HTTP, with the local services."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from brain.http.edge import MAX_BODY_BYTES
from brain.routes import calls
from brain.run.limits import Limits
from local.faults import Fault
from tests.routes.stage import Deployment, Json, User, token

pytestmark = pytest.mark.asyncio(loop_scope="package")

CONTINUE, QUIT = "sayToUserAndContinue", "sayToUserAndQuit"
PATH = "/api/voiceToBrain"
STORE_REFUSES = Fault(kind="status", status=400, text='{"error":"ERR no"}', times=None)


def said(name: str, message: str, **reply: Any) -> Json:
    return {"calls": [{"name": name, "arguments": {"message": message}}], **reply}


async def test_the_answer_is_in_the_response_and_in_the_log(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Who wrote?", said(QUIT, "Anna did."))
    answer = await user.ask("Who wrote?", callId="call-7")
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    message = body["message"]
    assert (answer.status_code, body["state"], body["seq"]) == (200, "done", 1)
    assert message == {
        "id": message["id"],
        "seq": 2,
        "role": "brain",
        "kind": "say",
        "text": "Anna did.",
        "doneAfterThis": True,
        "runId": body["runId"],
        "answersSeq": 1,
        "callId": "call-7",
        "speak": "now",
        "expiresAt": None,
        "supersedes": None,
        "createdAt": message["createdAt"],
    }
    assert (await user.log())[1] == message
    assert user.heard() == []


async def test_the_log_contains_the_text_unchanged(deployment: Deployment, user: User) -> None:
    await deployment.direct("Grüße", said(QUIT, "Hello."))
    body = (await user.ask("Grüße\0 👋", messageId="message-1")).json()
    [utterance, _] = await user.log()
    assert utterance == {
        "id": utterance["id"],
        "seq": 1,
        "role": "user",
        "text": "Grüße 👋",
        "messageId": "message-1",
        "callId": None,
        "runId": body["runId"],
        "createdAt": utterance["createdAt"],
    }


async def test_breadcrumbs_are_on_the_channel_before_the_response(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct(
        "Steps", said(CONTINUE, "One."), said(CONTINUE, "Two."), said(QUIT, "End.")
    )
    body = (await user.ask("Steps")).json()
    assert [message["text"] for message in user.heard()] == ["One.", "Two."]
    assert body["message"]["text"] == "End."


async def test_a_repeated_message_id_gives_the_same_outcome(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Once", said(QUIT, "Only once."))
    first = await user.ask("Once", messageId="message-1")
    again = await user.ask("Once", messageId="message-1")
    assert again.json() == first.json()
    assert len(await deployment.asked("Once")) == 1


async def test_after_the_patience_the_response_is_null_and_the_answer_uses_the_channel(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Slow", said(QUIT, "At last.", delay_s=1.5))
    answer = await user.ask("Slow", messageId="message-1", patience=0.1)
    body = answer.json()
    assert (body["message"], body["state"], body["seq"]) == (None, "running", 1)

    second = (await user.ask("And this?", messageId="message-2")).json()
    assert (second["message"], second["state"], second["seq"]) == (None, "recorded", 2)
    assert second["runId"] == body["runId"]
    twice = (await user.ask("Slow", messageId="message-1")).json()
    assert (twice["message"], twice["state"], twice["seq"]) == (None, "duplicate", 1)

    heard = await user.until_heard("At last.")
    assert heard["doneAfterThis"] is False  # another text arrived in the meantime
    assert len(await deployment.asked("Slow")) == 1


async def test_the_function_continues_after_its_response_until_the_brain_has_ended(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Later", said(QUIT, "After all.", delay_s=0.5))
    async with deployment.changed(BRAIN_HTTP_PATIENCE_S="0.1") as http:
        answer = await http.post(PATH, json={"text": "Later"}, headers=user.headers)
    assert answer.json()["state"] == "running"
    assert [message["text"] for message in user.heard()] == ["After all."]


async def test_without_a_patience_the_response_waits_for_the_answer(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Wait", said(QUIT, "Done.", delay_s=0.3))
    async with deployment.changed(BRAIN_HTTP_PATIENCE_S="0.1") as http:
        answer = await http.post(PATH, json={"text": "Wait", "patience": 0}, headers=user.headers)
    assert answer.json()["message"]["text"] == "Done."


async def test_the_recent_context_is_shown_to_the_model(deployment: Deployment, user: User) -> None:
    await deployment.direct("And him?", said(QUIT, "He too."))
    context = [{"role": "user", "text": "Did Anna write?"}]
    await user.ask("And him?", recentContext=context)
    [asked] = await deployment.asked("And him?")
    assert "Did Anna write?" in str(asked["messages"])


async def test_with_a_database_the_model_has_document_tools(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Have I notes?", said(QUIT, "You have.", repeat=2))
    async with deployment.changed(DATABASE_URL="postgresql://nowhere.example/brain") as http:
        await http.post(PATH, json={"text": "Have I notes?"}, headers=user.headers)
    await user.ask("Have I notes?")
    told = [
        {tool["function"]["name"] for tool in asked["fields"]["tools"]}
        for asked in await deployment.asked("Have I notes?")
    ]
    documents = {"searchDocuments", "readDocument", "createDocument", "updateDocument"}
    assert [documents <= tools for tools in told] == [True, False]


# ---- errors


async def refused(user: User, **options: Any) -> httpx.Response:
    answer = await user.deployment.http.post(PATH, **{"headers": user.headers} | options)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["status"] == answer.status_code
    assert await user.log() == []
    return answer


@pytest.mark.parametrize("header", [None, "Bearer x", f"Basic {token('anna')}"])
async def test_a_text_without_a_token_is_401(user: User, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = await refused(user, json={"text": "Hi"}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_another_method_is_405(user: User) -> None:
    answer = await user.get(PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_body_that_is_not_json_is_400(user: User) -> None:
    headers = {**user.headers, "content-type": "application/json"}
    assert (await refused(user, content=b"{", headers=headers)).status_code == 400


async def test_a_body_that_is_too_long_is_413(user: User) -> None:
    answer = await refused(user, json={"text": "x" * MAX_BODY_BYTES})
    assert answer.status_code == 413


async def test_a_body_of_another_type_is_415(user: User) -> None:
    assert (await refused(user, data={"text": "Hi"})).status_code == 415


async def test_an_invalid_body_is_422_and_names_the_field(user: User) -> None:
    answer = await refused(user, json={"text": "Hi", "messageId": "short"})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["messageId"]


async def test_a_user_over_the_rate_limit_is_429_with_retry_after(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Many", said(QUIT, "Done.", delay_s=3))
    assert (await user.ask("Many", patience=0.01)).json()["state"] == "running"
    allowed = Limits().texts_per_minute
    texts = [await user.ask("More") for _ in range(allowed - 1)]
    assert {answer.json()["state"] for answer in texts} == {"recorded"}
    answer = await user.ask("One too many")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert len([entry for entry in await user.log() if entry["role"] == "user"]) == allowed


async def test_an_unreachable_store_is_503_and_nothing_is_stored(
    deployment: Deployment, user: User
) -> None:
    deployment.faults.add(STORE_REFUSES)
    try:
        answer = await user.ask("Hi")
    finally:
        deployment.faults.clear()
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert await user.log() == []


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("BRAIN_JWT_SECRET", 500),
        ("UPSTASH_REDIS_REST_URL", 500),
        ("QSTASH_TOKEN", 503),  # what was said would be lost if this invocation ended
        ("OPENAI_API_KEY", 500),
    ],
)
async def test_a_missing_setting_is_named(
    deployment: Deployment, user: User, name: str, status: int
) -> None:
    async with deployment.changed(**{name: ""}) as http:
        answer = await http.post(PATH, json={"text": "Hi"}, headers=user.headers)
    assert answer.status_code == status
    assert name in answer.json()["detail"]


async def test_without_the_channel_the_answer_comes_by_http(
    deployment: Deployment, user: User
) -> None:
    async with deployment.changed(PUSHER_KEY="") as http:
        answer = await http.post(PATH, json={"text": "Hi"}, headers=user.headers)
    assert answer.status_code == 200
    assert answer.json()["message"]["text"]


async def test_a_function_that_is_cancelled_while_its_caller_waits_cancels_its_brain(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Ended", said(QUIT, "Never said.", delay_s=20))
    async with deployment.changed() as http:
        call = asyncio.ensure_future(http.post(PATH, json={"text": "Ended"}, headers=user.headers))
        while not await deployment.asked("Ended"):
            await asyncio.wait({call}, timeout=0.05)
        brains = [task for task in asyncio.all_tasks() if _is_brain(task)]
        call.cancel()
        async with asyncio.timeout(10):  # seconds; half of the model's time
            await asyncio.gather(call, *brains, return_exceptions=True)
    assert call.cancelled()
    assert [entry["text"] for entry in await user.log()] == ["Ended"]


def _is_brain(task: asyncio.Task[Any]) -> bool:
    return getattr(task.get_coro(), "__qualname__", "") == str(calls._run.__qualname__)


# ---- as a stream


async def streamed(user: User, text: str, **fields: Any) -> list[tuple[str, Json]]:
    headers = {**user.headers, "Accept": "text/event-stream"}
    answer = await user.deployment.http.post(PATH, json={"text": text, **fields}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in answer.text.strip().split("\n\n"):
        name, *_, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_a_stream_sends_the_run_as_it_happens_and_ends_with_the_outcome(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Tell", said(CONTINUE, "One."), {"text": "The end of it."})
    events = await streamed(user, "Tell", messageId="message-1")
    names = [name for name, _ in events]
    told = [data for name, data in events if name == "message"]
    assert told == await user.log()
    assert [data["text"] for data in told] == ["Tell", "One.", "The end of it."]
    assert names[0] == "message"
    words = dict.fromkeys((1, 2), "")
    for name, data in events:
        if name == "content":
            words[data["loop"]] += data["text"]
    assert words == {1: "One.", 2: "The end of it."}
    assert names[-1] == "done"
    assert names.count("done") == 1
    again = (await user.ask("Tell", messageId="message-1")).json()
    assert events[-1][1] == again


async def test_a_stream_of_a_text_for_another_brain_says_that_it_is_recorded(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Busy", said(QUIT, "Done.", delay_s=1))
    await user.ask("Busy", patience=0.05)
    [(_, own), (name, data)] = await streamed(user, "More")
    assert (own["text"], own["seq"]) == ("More", 2)
    assert (name, data["state"]) == ("done", "recorded")


async def test_a_stream_ends_with_null_after_the_patience(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Slowly", said(QUIT, "Late.", delay_s=0.8))
    events = await streamed(user, "Slowly", patience=0.1)
    assert events[-1] == ("done", {**events[-1][1], "state": "running", "message": None})
    await user.until_heard("Late.")


async def test_a_stream_with_an_unreachable_store_ends_with_an_error(
    deployment: Deployment, user: User
) -> None:
    deployment.faults.add(STORE_REFUSES)
    try:
        [(name, problem)] = await streamed(user, "Hi")
    finally:
        deployment.faults.clear()
    assert (name, problem["status"]) == ("error", 503)
