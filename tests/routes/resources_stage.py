"""Who calls the routes of the user's own things, and what they find there."""

from dataclasses import dataclass
from typing import Any

import httpx

from brain.cloud.postgres.database import Postgres
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
