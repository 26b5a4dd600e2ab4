"""From the front end's POST to the answer: functions under the real runtime, real stores, real
SDKs.
"""

import asyncio
import json
import signal

import httpx
import pytest

from local.qstash import Switches
from tests.walks.conftest import LIMIT_S, Person, Town, goes_on, says

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_answer_of_one_loop_is_in_the_http_body_and_no_final_message_on_the_channel(
    person: Person,
) -> None:
    await person.script(says("Hello."))
    outcome = await person.ask("Hi")
    assert outcome["state"] == "done"
    assert outcome["message"]["text"] == "Hello."
    assert outcome["message"]["doneAfterThis"]
    assert outcome["message"]["seq"] == outcome["seq"] + 1
    assert (await person.log())[-1] == outcome["message"]
    assert person.heard() == []


async def test_two_steps_are_on_the_channel_before_the_response_and_the_last_only_in_its_body(
    person: Person,
) -> None:
    await person.script(goes_on("One."), goes_on("Two."), says("Three."))
    outcome = await person.ask("Hi")
    assert [m["text"] for m in person.heard()] == ["One.", "Two."]
    assert outcome["message"]["text"] == "Three."
    assert [m["kind"] for m in await person.log() if m["role"] == "brain"] == [
        "breadcrumb",
        "breadcrumb",
        "say",
    ]


async def test_a_caller_with_half_a_second_of_patience_and_a_model_of_three(person: Person) -> None:
    await person.script(says("Late.", delay_s=3))
    outcome = await person.ask("Hi", patience=0.5)
    assert (outcome["state"], outcome["message"]) == ("running", None)
    assert person.heard() == []
    message = await person.until_heard("Late.")
    assert message["doneAfterThis"]
    assert len(await person.asked()) == 1


async def test_a_second_text_during_a_run_is_handled_by_the_running_brain(person: Person) -> None:
    await person.script(says("One.", delay_s=2), says("Both."))
    first = asyncio.create_task(person.ask("First", patience=0))
    await person.until_asked(1)
    second = await person.ask("Second")
    assert (second["state"], second["message"]) == ("recorded", None)
    assert not first.done()
    outcome = await first
    assert outcome["message"]["text"] == "Both."
    assert outcome["message"]["answersSeq"] == second["seq"]
    terminal = [m for m in await person.log() if m.get("doneAfterThis")]
    assert [m["text"] for m in terminal] == ["Both."]


async def test_a_task_of_twelve_calls_needs_several_invocations_of_six_seconds(
    town: Town, person: Person
) -> None:
    starts = town.stack.functions.starts("brainToBrain")
    steps = [goes_on(f"Step {i}.", delay_s=1) for i in range(1, 12)]
    await person.script(*steps, says("Done.", delay_s=1))
    await person.ask("Go", patience=0.5)
    message = await person.until_heard("Done.")
    log = await person.log()
    assert [entry["seq"] for entry in log] == list(range(1, 14))
    assert message["seq"] == 13
    assert [m["text"] for m in person.heard()] == [m["text"] for m in log[1:]]
    assert len(await person.asked()) == 12
    assert town.stack.functions.starts("brainToBrain") <= max(starts, 1), "a process was killed"


async def test_kill_9_during_a_run_loses_and_duplicates_nothing(town: Town, person: Person) -> None:
    await person.script(goes_on("Thinking."), says("Lost.", delay_s=3), says("Found."))
    outcome = await person.ask("Hi", patience=1)
    assert outcome["state"] == "running"
    await person.until_asked(2)
    town.stack.functions.kill("voiceToBrain", signal.SIGKILL)
    await person.until_heard("Found.")
    log = await person.log()
    assert [m["text"] for m in log[1:]] == ["Thinking.", "Found."]
    assert [entry["seq"] for entry in log] == [1, 2, 3]


async def test_a_caller_whose_function_crashed_asks_again_and_is_answered_once(
    town: Town, person: Person
) -> None:
    await person.script(says("Lost.", delay_s=3), says("Found."))
    first = asyncio.create_task(
        person.post("/api/voiceToBrain", {"text": person.word, "messageId": "message-1"})
    )
    await person.until_asked(1)
    town.stack.functions.kill("voiceToBrain", signal.SIGKILL)
    assert (await first).status_code == 502
    again = await person.ask("", messageId="message-1", patience=0)
    if again["message"] is None:
        await person.until_heard("Found.")
    log = await person.log()
    assert [(m["role"], m["text"]) for m in log][1:] == [("brain", "Found.")]


async def test_the_same_message_id_twice_at_once_and_again_later(person: Person) -> None:
    await person.script(says("Once.", delay_s=1))
    first = asyncio.create_task(person.ask("Hi", messageId="message-1"))
    await person.until_asked(1)
    beside = await person.ask("Hi", messageId="message-1")
    assert (beside["state"], beside["message"]) == ("duplicate", None)
    outcome = await first
    message = await person.answer(outcome)
    stored = {**outcome, "message": message, "state": "done"}
    assert await person.ask("Hi", messageId="message-1") == stored
    assert len(await person.log()) == 2
    assert len(await person.asked()) == 1


async def test_a_queue_that_delivers_twice_changes_nothing(town: Town, person: Person) -> None:
    town.stack.services.engine.switches = Switches(double=True)
    try:
        steps = [goes_on(f"Step {i}.", delay_s=1) for i in range(1, 7)]
        await person.script(*steps, says("Done."))
        await person.ask("Go", patience=0.5)
        await person.until_heard("Done.")
    finally:
        town.stack.services.engine.switches = Switches()
    assert [m["text"] for m in person.heard()] == [f"Step {i}." for i in range(1, 7)] + ["Done."]
    assert len(await person.asked()) == 7


async def test_a_forged_signature_is_refused(town: Town, person: Person) -> None:
    body = {"userId": person.id, "runId": "run-1", "fence": 1, "reason": "handoff"}
    for signature in ("", "not.a.token"):
        answer = await town.http.post(
            "/api/brainToBrain", json=body, headers={"Upstash-Signature": signature}
        )
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


async def test_another_users_channel_is_refused_and_the_own_channel_is_signed(town: Town) -> None:
    anna, bert = town.person(), town.person()
    session = (await bert.post("/api/session", {"token": bert.token()})).json()
    for channel in (session["channel"], session["presenceChannel"]):
        body = {"socket_id": "1.1", "channel_name": channel}
        assert (await anna.post("/api/pusherAuth", body)).status_code == 403
        assert "auth" in (await bert.post("/api/pusherAuth", body)).json()


async def test_messages_and_status_are_not_sent_again_to_a_client_that_has_them(
    person: Person,
) -> None:
    await person.script(says("Hello."))
    await person.ask("Hi")
    for path in ("/api/messages?sinceSeq=1&limit=1", "/api/status"):
        first = await person.get(path)
        assert first.status_code == 200
        again = await person.get(path, **{"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == "no-store"


async def test_the_stream_reports_the_run_and_ends_with_its_outcome(
    town: Town, person: Person
) -> None:
    await person.script(goes_on("Looking."), {"text": "Plain."})
    headers = {"Authorization": f"Bearer {person.token()}", "Accept": "text/event-stream"}
    events: list[tuple[str, dict[str, object]]] = []
    body = {"text": person.word}
    async with town.http.stream("POST", "/api/voiceToBrain", json=body, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        name = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: "):
                events.append((name, json.loads(line.removeprefix("data: "))))
    names = [name for name, _ in events]
    assert names[-1] == "done"
    assert "content" in names
    done = events[-1][1]
    assert done["state"] == "done"
    log = await person.log()
    assert log[-1] == done["message"]
    # The text itself, the step in between and the answer, each as in the log.
    assert [data for name, data in events if name == "message"] == log


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": b"{"}, 400),
        ({"json": {}}, 422),
        ({"json": {"text": " "}}, 422),
        ({"json": {"text": "x" * 8001}}, 422),
        ({"json": {"text": "Hi", "messageId": "short"}}, 422),
        ({"content": b"x" * 300_000}, 413),
        ({"content": b"Hi", "headers": {"Content-Type": "text/plain"}}, 415),
    ],
)
async def test_bad_input_gets_a_clear_error_and_leaves_no_trace(
    town: Town, person: Person, sent: dict[str, object], status: int
) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {person.token()}"}
    request = httpx.Request(
        "POST",
        f"{town.stack.url}/api/voiceToBrain",
        **{**sent, "headers": {**headers, **sent.get("headers", {})}},  # type: ignore[arg-type, dict-item]
    )
    answer = await town.http.send(request)
    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert await person.log() == []


async def test_requests_without_a_token_are_refused(town: Town) -> None:
    for method, path in (
        ("POST", "/api/voiceToBrain"),
        ("GET", "/api/messages"),
        ("GET", "/api/status"),
        ("POST", "/api/pusherAuth"),
    ):
        answer = await town.http.request(method, path)
        assert answer.status_code == 401
        assert answer.headers["cache-control"] == "no-store"


async def test_other_methods_are_refused_with_the_allowed_one(town: Town) -> None:
    answer = await town.http.get("/api/voiceToBrain")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_health_reports_to_anyone_what_is_configured(town: Town) -> None:
    found = (await town.http.get("/api/health")).json()
    assert found["ok"]
    assert set(found["checks"]) >= {"redis", "queue", "channel", "database", "model"}


async def test_while_the_store_is_down_nothing_is_accepted_and_the_caller_is_told_when_to_retry(
    town: Town, person: Person
) -> None:
    await town.stack.services.store.stop()
    try:
        answer = await person.post("/api/voiceToBrain", {"text": "Hi"}, timeout=LIMIT_S)
    finally:
        await town.stack.services.store.start()
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert await person.log() == []
