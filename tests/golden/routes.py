"""What the routes answer, over HTTP and over a socket, with the local services behind them."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
from websockets.asyncio.client import ClientConnection

from local.engines import postgres
from tests.golden.database import fill
from tests.golden.forms import Postgres
from tests.golden.keeps import USER
from tests.golden.text import Normal
from tests.routes.stage import ACCESS_KEY, Deployment, User, deployed, token

LIMIT_S = 20  # seconds; none of it waits for anything but local services
QUIT, CONTINUE = "sayToUserAndQuit", "sayToUserAndContinue"
DOCUMENT = {"title": "Bins", "body": "On Friday", "typed": True, "key": "key-00001"}
SETTINGS = {
    "trusted": ["anna@example.org"],
    "quiet": {"from": "22:00", "until": "07:30"},
    "zone": "Europe/Berlin",
    "emails": "rules",
}

type Told = dict[str, Any]


def says(name: str, message: str) -> Told:
    """An answer of the model that speaks."""
    return {"calls": [{"name": name, "arguments": {"message": message}}]}


@asynccontextmanager
async def a_deployment(folder: Path) -> AsyncIterator[Deployment]:
    """One with a database in which something stands."""
    async with postgres(folder / "postgres") as engine:
        database = Postgres(engine.url)
        await fill(database)
        async with await psycopg.AsyncConnection.connect(engine.url) as connection:
            # A log without its state in Redis would go on after its archived entries.
            await connection.execute("delete from brain.archive")
        await database.close()
        async with deployed(
            folder / "redis", DATABASE_URL=engine.url, BRAIN_HTTP_PATIENCE_S="20"
        ) as deployment:
            yield deployment


async def answered(deployment: Deployment) -> Told:
    """Each answer by the call that it is of. Times and ids are replaced."""
    headers = {"Authorization": f"Bearer {token(USER)}"}
    user = User(id=USER, deployment=deployment, headers=headers)
    told: Told = {}
    await _talk(user, told)
    document = await _things(user, told)
    await _ask(user, document, told)
    await _streams(user, told)
    await _live(user, told)
    told["session"] = _of(
        await deployment.http.post("/api/session", json={"accessKey": ACCESS_KEY})
    )
    secret = told["session"]["body"]["token"]
    told["session"]["body"]["pusher"]["wsPort"] = "<port>"
    normal = Normal(token=secret, document=document)
    return {name: normal(_wordless(one)) for name, one in told.items()}


def _wordless(value: Any) -> Any:
    """Without what the brain says in words of its own: how it is worded may change."""
    if isinstance(value, list):
        return [_wordless(one) for one in value]
    if not isinstance(value, dict):
        return value
    words = {"text": "<words>"} if value.keys() & {"question", "decision"} else {}
    kept = words if "text" in value else {}
    return {**{name: _wordless(one) for name, one in value.items()}, **kept}


def _of(answer: httpx.Response) -> Told:
    kind = answer.headers["content-type"]
    body = answer.json()
    if "problem" in kind:  # how it is worded may change
        body = {name: value for name, value in body.items() if name not in ("title", "detail")}
        body["errors"] = [fault["field"] for fault in body.get("errors", [])]
    return {"status": answer.status_code, "type": kind, "body": body}


async def _talk(user: User, told: Told) -> None:
    told["status: nothing yet"] = _of(await user.get("/api/status"))
    told["messages: nothing yet"] = _of(await user.get("/api/messages"))
    told["voice: no token"] = _of(await user.deployment.http.post("/api/voiceToBrain", json={}))
    told["voice: no text"] = _of(await user.ask(""))
    await user.deployment.direct("Golden", says(CONTINUE, "Well."), says(QUIT, "Done."))
    told["voice: done"] = _of(await user.ask("Golden", messageId="message-1", callId="call-1"))
    told["voice: again"] = _of(await user.ask("Golden", messageId="message-1"))
    told["messages"] = _of(await user.get("/api/messages"))
    told["messages: a part"] = _of(await user.get("/api/messages?sinceSeq=1&limit=1"))
    told["status: idle"] = _of(await user.get("/api/status"))
    for name, order in {
        "heard": {"type": "heard", "seq": 2, "how": "cutOff", "chars": 3},
        "heard: no message": {"type": "heard", "seq": 99, "how": "played"},
        "stop: no run": {"type": "stop"},
        "approve: no question": {"type": "approve", "questionId": "none"},
        "order: unknown": {"type": "dream"},
    }.items():
        told[f"control: {name}"] = _of(await user.post("/api/control", json=order))


async def _things(user: User, told: Told) -> str:
    made = await user.post("/api/documents", json=DOCUMENT)
    told["documents: kept"] = _of(made)
    id = str(made.json()["id"])
    told["documents: one"] = _of(await user.get(f"/api/documents?id={id}"))
    told["documents: found"] = _of(await user.get("/api/documents?query=bins"))
    told["documents: none"] = _of(await user.get("/api/documents?id=nothing"))
    told["facts"] = _of(await user.get("/api/facts?limit=1"))
    told["rules"] = _of(await user.get("/api/rules"))
    told["preferences"] = _of(await user.get("/api/preferences"))
    kept = await user.deployment.http.put("/api/preferences", headers=user.headers, json=SETTINGS)
    told["preferences: kept"] = _of(kept)
    told["emails"] = _of(await user.get("/api/emails"))
    told["questions: none"] = _of(await user.get("/api/questions"))
    gone = await user.deployment.http.delete("/api/rules?id=nothing", headers=user.headers)
    told["rules: none to delete"] = _of(gone)
    return id


async def _ask(user: User, document: str, told: Told) -> None:
    delete = {"name": "deleteDocument", "arguments": {"id": document}}
    await user.deployment.direct("Away with it", {"calls": [delete]}, says(QUIT, "All right."))
    told["voice: a question"] = _of(await user.ask("Away with it", messageId="message-2"))
    asked = await user.get("/api/questions")
    told["questions"] = _of(asked)
    told["status: a question"] = _of(await user.get("/api/status"))
    order = {"type": "approve", "questionId": asked.json()["question"]["id"]}
    told["control: approve"] = _of(await user.post("/api/control", json=order))
    told["messages: decided"] = _of(await user.get("/api/messages?sinceSeq=4"))
    order["type"] = "reject"
    told["control: decided already"] = _of(await user.post("/api/control", json=order))


async def _streams(user: User, told: Told) -> None:
    headers = {**user.headers, "Accept": "text/event-stream"}
    said = {"text": "Golden", "messageId": "message-3"}
    await user.deployment.direct("Golden", says(CONTINUE, "Well."), says(QUIT, "Done."))
    answer = await user.deployment.http.post("/api/voiceToBrain", json=said, headers=headers)
    told["voice: streamed"] = {"type": answer.headers["content-type"], "text": answer.text}
    async with user.deployment.http.stream("GET", "/api/stream", headers=headers) as stream:
        lines: list[str] = []
        async for line in stream.aiter_lines():
            lines.append(line)
            if line.startswith("id: 4"):
                break
    told["stream"] = lines


async def _live(user: User, told: Told) -> None:
    await user.deployment.direct("Golden", says(QUIT, "Done."))
    async with user.connecting() as socket:
        told["live: ready"] = await _heard(socket, "ready")
        for name, frame, end in (
            ("ping", {"type": "ping"}, "pong"),
            ("stop", {"type": "stop"}, "controlled"),
            ("heard", {"type": "heard", "seq": 99, "how": "played"}, "error"),
            ("say", {"type": "say", "text": "Golden", "messageId": "message-4"}, "reply"),
            ("resume", {"type": "resume", "sinceSeq": 0}, "message"),
            ("resume wrongly", {"type": "resume", "sinceSeq": -1}, "error"),
        ):
            await socket.send(json.dumps(frame))
            told[f"live: {name}"] = await _heard(socket, end)


async def _heard(socket: ClientConnection, type: str) -> Told:
    """The next frame of this type."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            frame: Told = json.loads(await socket.recv())
            if frame["type"] == type:
                return _unworded(frame)


def _unworded(frame: Told) -> Told:
    if frame["type"] != "error":
        return frame
    kept = {name: value for name, value in frame.items() if name not in ("title", "detail")}
    return {**kept, "errors": _fields(frame.get("errors", []))}


def _fields(faults: Sequence[Told]) -> list[str]:
    return [fault["field"] for fault in faults]
