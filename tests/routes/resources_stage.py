"""Who calls the routes of the user's own things, and what they find there."""

from dataclasses import dataclass
from typing import Any

import httpx

from brain.cloud.postgres.database import Postgres
from brain.documents.edit_tool import edit_document_tool
from brain.documents.editing import Author, EditedDocument
from brain.documents.edits import PostgresEdits
from brain.tools.invocations import ToolInvocation
from brain.tools.spec import ToolCall
from tests.routes.stage import Json, token

OWNER = "mail-owner"
ACCOUNT = {
    "BRAIN_IMAP_URL": "imap://me:secret@127.0.0.1:1/",
    "BRAIN_SMTP_URL": "smtp://me:secret@127.0.0.1:1/",
    "BRAIN_EMAIL_FROM": "me@brain.example",
    "BRAIN_EMAIL_USER": OWNER,
}
SETTINGS: Json = {
    "trusted": ["anna@example.org", "@firm.example"],
    "quiet": {"from": "22:00", "until": "07:30"},
    "zone": "Europe/Berlin",
    "emails": "rules",
    "language": "de-AT",
    "unaskedTokens": 50_000,
}
KEPT: Json = {  # as the route returns them
    **SETTINGS,
    "persona": {"name": None, "instructions": ""},
    "inUse": {
        "zone": "Europe/Berlin",
        "zoneFrom": "user",
        "language": "de-AT",
        "languageFrom": "user",
    },
}


@dataclass(frozen=True, kw_only=True)
class Home:
    """A deployment with a database and an email account."""

    url: str
    http: httpx.AsyncClient
    database: Postgres


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody with a token."""

    id: str
    http: httpx.AsyncClient

    async def call(self, method: str, thing: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token(self.id)}", **options.pop("headers", {})}
        return await self.http.request(method, f"/api/{thing}", headers=headers, **options)

    async def got(self, thing: str, **query: object) -> Json:
        answer = await self.call("GET", thing, params=query)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        read: Json = answer.json()
        return read

    async def kept(self, title: str, body: str, **more: object) -> Json:
        answer = await self.call("POST", "documents", json={"title": title, "body": body, **more})
        assert answer.status_code == 201, answer.text
        read: Json = answer.json()
        return read


def titles(body: Json) -> list[str]:
    return [document["title"] for document in body["documents"]]


async def patched(caller: Caller, id: str, *, status: int = 200, **change: object) -> Json:
    answer = await caller.call("PATCH", "documents", params={"id": id}, json=change)
    assert answer.status_code == status, answer.text
    read: Json = answer.json()
    return read


async def decided(caller: Caller, id: str, do: str, **which: object) -> Json:
    answer = await caller.call("POST", "edits", json={"document": id, "do": do, **which})
    assert answer.status_code == 200, answer.text
    read: Json = answer.json()
    return read


async def body_of(caller: Caller, id: str) -> str:
    return str((await caller.got("documents", id=id))["body"])


class Mind:
    """A mind that changes a document, and what the user's pages are told."""

    def __init__(self, home: Home, caller: Caller, id: str, label: str = "Helper 1") -> None:
        self.told: list[EditedDocument] = []
        author = Author(label=label, mind_id=f"mind:job:{label}")
        self._tool = edit_document_tool(PostgresEdits(home.database), id, author, self._tell)
        self._id, self._caller, self._calls = id, caller, 0

    async def _tell(self, user_id: str, edited: EditedDocument) -> None:
        assert user_id == self._caller.id
        self.told.append(edited)

    async def edits(
        self,
        place: dict[str, str] | None = None,
        *,
        key: str = "",
        tainted: bool = False,
        **arguments: str,
    ) -> str:
        self._calls += 1
        call = ToolCall(id=f"call-{self._calls}", name="editDocument", arguments="{}")
        invocation = ToolInvocation(
            user_id=self._caller.id,
            call=call,
            arguments={"id": self._id, **(place or {}), **arguments},
            idempotency_key=key or f"{self._caller.id}:{id(self)}:{self._calls}",
            tainted=tainted,
        )
        return (await self._tool.run(invocation)).text
