"""No route gives a user access to another user's data.

Anna has data of every kind, and all of it contains a secret word. Ben calls every route with his
own token and with the ids of Anna's data. The list of routes is read from the source tree.
"""

import json
import re
from pathlib import Path

import pytest

from brain.cloud.pusher import channel_names
from brain.documents.rules import version
from tests.walks.anna import (
    COMMON,
    EMAIL_ID,
    SECRET,
    TEXT,
    Anna,
    anna,
    ben,
    town,
)
from tests.walks.conftest import Json, Person, Town, says
from tests.walks.jobs.strangers import JOB_WALKS, Told, Walk, told
from tests.walks.roads import frames_until, lines_until, open_stream, say
from tests.walks.strangers.own_data import OWN_DATA_WALKS, found

pytestmark = pytest.mark.asyncio(loop_scope="module")

__all__ = ["anna", "ben", "town"]  # fixtures

ROOT = Path(__file__).resolve().parents[3]
FAR = 1_000_000  # a place in the log that nobody has
NOTHING = ("no document with this id", "No email account", "null", "[]")  # nothing was found


# ---- what Ben gets from each route


async def session(ben: Person, anna: Anna) -> Told:
    for path in ("/api/session", "/api/startSession"):
        body = {"userId": anna.person.id, "token": ben.token()}
        answer = await ben.post(path, body)
        assert (answer.status_code, answer.json()["userId"]) == (200, ben.id)
        assert answer.json()["features"]["email"] is False
        assert channel_names(anna.person.id)[0] not in answer.text
        yield answer.text


async def voice_to_brain(ben: Person, anna: Anna) -> Told:
    """Let his model try everything with the ids of her data."""
    id = anna.document["id"]
    sharing = {"id": id, "version": version(TEXT, TEXT), "to": ["ben@example.org"]}
    searches = ("searchDocuments", "searchEmail", "recall", "searchHistory")
    tries: dict[str, Json] = {
        "readDocument": {"id": id},
        "updateDocument": {"id": id, "append": "stolen"},
        "deleteDocument": {"id": id},
        "shareDocument": sharing,
        "readEmail": {"id": EMAIL_ID},
        "replyToEmail": {"id": EMAIL_ID, "body": "stolen"},
        "forget": {"id": anna.fact_id},
        "stopTellingMe": {"id": anna.rule_id},
        "cancelReminder": {"id": anna.reminder_id},
        "listRules": {},
        "listReminders": {},
        **{name: {"query": COMMON} for name in searches},
    }
    calls = [{"name": name, "arguments": arguments} for name, arguments in tries.items()]
    await ben.script({"calls": calls}, says("That is all."), says("And again."))
    outcome = await ben.ask("Tell me all", messageId=anna.message_id)
    assert (outcome["state"], outcome["message"]["text"]) == ("done", "That is all.")
    yield json.dumps(outcome)
    [asked, again] = await ben.asked()
    results = [m["content"] for m in again["messages"] if m["role"] == "tool"]
    assert len(results) == len(tries)
    assert [text for text in results if not any(word in text for word in NOTHING)] == []
    yield json.dumps([asked, again])
    stream = {"Accept": "text/event-stream"}
    body = {"text": f"And now? {ben.word}", "messageId": f"{anna.message_id}-2"}
    yield await told(ben, "POST", "/api/voiceToBrain", 200, json=body, headers=stream)


async def brain_to_brain(ben: Person, anna: Anna) -> Told:
    for reason in ("wakeup", "handoff", "event"):
        body = {"userId": anna.person.id, "runId": anna.run_id, "fence": 2, "reason": reason}
        yield await told(ben, "POST", "/api/brainToBrain", 401, json=body)


async def event_to_brain(ben: Person, anna: Anna) -> Told:
    for type in ("email.received", "event", "mailbox.check", "reminder.due"):
        data = {"text": "Hear, hear", "reminderId": anna.reminder_id}
        body = {"type": type, "userId": anna.person.id, "data": data}
        yield await told(ben, "POST", "/api/eventToBrain", 401, json=body)
        forged = {"Upstash-Signature": ben.token()}
        yield await told(ben, "POST", "/api/eventToBrain", 401, json=body, headers=forged)
    basic = {"Authorization": "Basic YmVuOmJlbg=="}
    path = f"/api/eventToBrain?userId={anna.person.id}"
    yield await told(ben, "POST", path, 401, json={}, headers=basic)


async def websocket_to_brain(ben: Person, anna: Anna) -> Told:
    channel, _ = channel_names(anna.person.id)
    body = {"time_ms": 1, "events": [{"name": "channel_occupied", "channel": channel}]}
    yield await told(ben, "POST", "/api/websocketToBrain", 401, json=body)


def orders(anna: Anna) -> list[tuple[Json, int]]:
    """Return the orders about her data, with the expected status of each."""
    question = {"questionId": anna.question["id"]}
    return [
        ({"type": "stop", "runId": anna.run_id}, 200),
        ({"type": "stop"}, 200),
        ({"type": "heard", "seq": anna.last_seq, "how": "played"}, 404),
        ({"type": "approve", **question}, 404),
        ({"type": "reject", **question}, 404),
        ({"type": "edit", **question, "arguments": {"id": "x"}}, 404),
        ({"type": "answer", **question, "text": "yes"}, 404),
    ]


async def control(ben: Person, anna: Anna) -> Told:
    for order, status in orders(anna):
        answer = await told(ben, "POST", "/api/control", status, json=order)
        assert order["type"] != "stop" or '"idle"' in answer
        yield answer


async def pusher_auth(ben: Person, anna: Anna) -> Told:
    for name in channel_names(anna.person.id):
        body = {"socket_id": "12.34", "channel_name": name}
        yield await told(ben, "POST", "/api/pusherAuth", 403, data=body)
        yield await told(ben, "POST", "/api/pusherAuth", 403, json=body)


async def messages(ben: Person, anna: Anna) -> Told:
    for query in ("", f"?sinceSeq={anna.last_seq - 1}", f"?userId={anna.person.id}"):
        answer = await ben.get(f"/api/messages{query}")
        assert (answer.json()["messages"], answer.json()["lastSeq"]) == ([], 0)
        yield answer.text
    async for text in found(ben, anna):
        yield text


async def status(ben: Person, anna: Anna) -> Told:
    answer = await ben.get(f"/api/status?userId={anna.person.id}")
    found = answer.json()
    assert (found["state"], found["question"], found["lastSeq"]) == ("idle", None, 0)
    yield answer.text


async def health(ben: Person, anna: Anna) -> Told:
    yield await told(ben, "GET", "/api/health", 200)


async def openapi(ben: Person, anna: Anna) -> Told:
    yield await told(ben, "GET", "/api/openapi.json", 200)


async def stream(ben: Person, anna: Anna) -> Told:
    """Stream from her place on; his own text is the first to arrive."""
    async with open_stream(ben, since=anna.last_seq) as lines:
        await ben.script(says("It is you."))
        await ben.ask("Who is there?")
        yield await lines_until(lines, "It is you.")


async def live(ben: Person, anna: Anna) -> Told:
    async with ben.connecting("/api/live") as socket:
        yield await frames_until(socket, lambda frame: frame["type"] == "ready")
        await say(socket, {"type": "resume", "sinceSeq": anna.last_seq})
        yield await frames_until(socket, lambda frame: frame["type"] == "reset")
        for order, status in orders(anna):
            await say(socket, order)
            answer = await frames_until(socket, lambda frame: "of" in frame)
            assert (f'"status":{status}' in answer) == (status != 200), answer
            yield answer
        await ben.script(says("It is you."))
        text = f"Who is there? {ben.word}"
        await say(socket, {"type": "say", "text": text, "messageId": anna.message_id})
        yield await frames_until(socket, lambda frame: frame["type"] == "reply")


async def documents(ben: Person, anna: Anna) -> Told:
    path = "/api/documents"
    for query in ("", f"?query={COMMON}", f"?userId={anna.person.id}"):
        assert (await ben.get(f"{path}{query}")).json()["documents"] == []
    for method in ("GET", "DELETE"):
        yield await told(ben, method, f"{path}?id={anna.document['id']}", 404)
    body = {"title": "Mine", "body": "mine", "key": "annas-key"}
    made = await ben.post(path, body)
    assert made.json()["id"] != anna.document["id"]
    yield made.text


async def emails(ben: Person, anna: Anna) -> Told:
    for query in ("", f"?query={COMMON}", f"?id={EMAIL_ID}", f"?userId={anna.person.id}"):
        yield await told(ben, "GET", f"/api/emails{query}", 404)


async def facts(ben: Person, anna: Anna) -> Told:
    assert (await ben.get("/api/facts")).json()["facts"] == []
    yield await told(ben, "DELETE", f"/api/facts?id={anna.fact_id}", 404)


async def preferences(ben: Person, anna: Anna) -> Told:
    yield await told(ben, "GET", "/api/preferences", 200)
    body = {"zone": "UTC", "userId": anna.person.id}
    yield await told(ben, "PUT", "/api/preferences", 200, json=body)


async def rules(ben: Person, anna: Anna) -> Told:
    assert (await ben.get("/api/rules")).json()["rules"] == []
    yield await told(ben, "DELETE", f"/api/rules?id={anna.rule_id}", 404)
    edit = {"id": anna.rule_id, "about": "anything", "judge": True}
    yield await told(ben, "PUT", "/api/rules", 404, json=edit)


async def reminders(ben: Person, anna: Anna) -> Told:
    assert (await ben.get("/api/reminders")).json()["reminders"] == []
    yield await told(ben, "DELETE", f"/api/reminders?id={anna.reminder_id}", 404)


async def voice_session(ben: Person, anna: Anna) -> Told:
    body = {"voiceSessionId": "vs_annas-session"}
    for path in ("/api/voiceSession", "/api/audio"):
        yield await told(ben, "DELETE", path, 404, json=body)
        begun = await told(ben, "POST", path, 201, json={"vendor": "gemini-live"})
        own = re.search(r'"voiceSessionId":"([^"]+)"', begun)
        assert own is not None
        yield begun
        yield await told(ben, "DELETE", path, 200, json={"voiceSessionId": own[1]})


async def audio_upload(ben: Person, anna: Anna) -> Told:
    headers = {"Content-Type": "audio/wav"}
    path = "/api/audioUpload?only=text"
    yield await told(ben, "POST", path, 200, content=b"no sound", headers=headers)  # scripted


async def audio_stream(ben: Person, anna: Anna) -> Told:
    yield await told(ben, "POST", "/api/audioStream", 404, json={"seq": FAR})
    yield await told(ben, "GET", f"/api/audioStream?seq={FAR}", 404)
    yield await told(ben, "GET", f"/api/audioStream?seq={FAR}&ticket=annas", 404)


async def questions(ben: Person, anna: Anna) -> Told:
    answer = await ben.get(f"/api/questions?id={anna.question['id']}")
    assert answer.json() == {"question": None}
    yield answer.text


async def chat(ben: Person, anna: Anna) -> Told:
    """Ben names Anna's call, her text and her question."""
    call = {"x-call-id": "annas-call", "idempotency-key": anna.message_id}
    result = {"role": "tool", "tool_call_id": f"call_{anna.question['id']}", "content": "yes"}
    for parent in ("/v1", "/api/v1"):
        path = f"{parent}/chat/completions"
        body = {"messages": [{"role": "assistant", "content": COMMON}, result]}
        yield await told(ben, "POST", path, 400, json=body, headers=call)
        await ben.script(says("Nothing."))
        text = {"role": "user", "content": f"What did Anna say? {ben.word}"}
        yield await told(ben, "POST", path, 200, json={"messages": [text]}, headers=call)


async def chat_models(ben: Person, anna: Anna) -> Told:
    for parent in ("/v1", "/api/v1"):
        yield await told(ben, "GET", f"{parent}/models", 200)


WALKS: dict[str, Walk] = {
    "/api/brainToBrain": brain_to_brain,
    "/api/control": control,
    "/api/documents": documents,
    "/api/emails": emails,
    "/api/eventToBrain": event_to_brain,
    "/api/facts": facts,
    "/api/health": health,
    "/api/live": live,
    "/api/messages": messages,
    "/api/openapi.json": openapi,
    "/api/preferences": preferences,
    "/api/pusherAuth": pusher_auth,
    "/api/questions": questions,
    "/api/reminders": reminders,
    "/api/rules": rules,
    "/api/session": session,
    "/api/startSession": session,
    "/api/status": status,
    "/api/stream": stream,
    "/api/audio": voice_session,
    "/api/audioStream": audio_stream,
    "/api/audioUpload": audio_upload,
    "/api/voiceSession": voice_session,
    "/api/v1/chat/completions": chat,
    "/api/v1/models": chat_models,
    "/v1/chat/completions": chat,
    "/v1/models": chat_models,
    "/api/voiceToBrain": voice_to_brain,
    "/api/websocketToBrain": websocket_to_brain,
    **JOB_WALKS,
    **OWN_DATA_WALKS,
}


async def test_every_route_of_the_tree_is_called() -> None:
    functions = {f"/api/{file.stem}" for file in (ROOT / "api").glob("[!_]*.py")}
    rewrites = json.loads((ROOT / "vercel.json").read_text())["rewrites"]
    assert set(WALKS) == functions | {rewrite["source"] for rewrite in rewrites}


async def test_anna_has_data_of_every_kind_and_it_contains_the_secret(anna: Anna) -> None:
    seen = await anna.view()
    without = [name for name, thing in seen.items() if SECRET not in json.dumps(thing)]
    assert without == ["status"]
    assert (seen["status"]["state"], seen["status"]["runId"]) == ("running", anna.run_id)
    assert seen["status"]["question"] == seen["questions"]["question"]["id"] == anna.question["id"]


@pytest.mark.parametrize("route", WALKS)
async def test_nothing_of_annas_appears_or_changes_when_ben_calls_the_routes(
    anna: Anna, ben: Person, route: str
) -> None:
    before = await anna.view()
    appeared = [text async for text in WALKS[route](ben, anna) if SECRET in text]
    assert appeared == []
    assert await anna.view() == before


async def test_a_listener_does_not_receive_what_another_user_is_told(
    town: Town, ben: Person
) -> None:
    carla = town.person()
    async with open_stream(ben, since=0) as lines, ben.connecting("/api/live") as socket:
        await say(socket, {"type": "resume", "sinceSeq": 0})
        await frames_until(socket, lambda frame: frame["type"] == "ready")
        await carla.script(says(TEXT))
        assert (await carla.ask("What is it?", patience=0))["message"]["text"] == TEXT
        await ben.script(says("It is you."))
        await ben.ask("Who is there?")
        streamed = await lines_until(lines, "It is you.")
        framed = await frames_until(
            socket, lambda frame: frame.get("message", {}).get("text") == "It is you."
        )
    assert SECRET not in streamed + framed
    assert json.dumps(ben.heard()) == "[]"
