"""What Ben gets from the routes for everything that there is of a user."""

from io import BytesIO
from zipfile import ZipFile

from tests.notices.push.receiving import Browser
from tests.walks.anna import COMMON, ENDPOINT, SECRET, Anna
from tests.walks.conftest import Person
from tests.walks.jobs.strangers import Told, Walk, told


async def erase(ben: Person, anna: Anna) -> Told:
    for scope in ("all", "conversation"):
        for confirm, status in ((anna.person.id, 422), (ben.id, 200)):
            body = {"scope": scope, "confirm": confirm, "userId": anna.person.id}
            yield await told(ben, "POST", "/api/erase", status, json=body)
    entries = {"scope": "messages", "fromSeq": 1, "untilSeq": anna.last_seq}
    yield await told(ben, "POST", "/api/erase", 200, json=entries)


async def export(ben: Person, anna: Anna) -> Told:
    answer = await ben.get(f"/api/export?userId={anna.person.id}")
    assert answer.status_code == 200
    with ZipFile(BytesIO(answer.content)) as file:
        for name in file.namelist():
            yield name + file.read(name).decode()


async def receipt(ben: Person, anna: Anna) -> Told:
    yield await told(ben, "GET", f"/api/receipt?runId={anna.run_id}", 404)


async def usage(ben: Person, anna: Anna) -> Told:
    yield await told(ben, "GET", f"/api/usage?userId={anna.person.id}", 200)
    yield await told(ben, "GET", "/api/usage?by=user", 403)


async def found(ben: Person, anna: Anna) -> Told:
    """Ben searches the talk."""
    query = f"query={COMMON}&userId={anna.person.id}"
    yield await told(ben, "GET", f"/api/messages?{query}", 200)


async def push(ben: Person, anna: Anna) -> Told:
    yield await told(ben, "GET", "/api/push", 200)
    yield await told(ben, "DELETE", f"/api/push?endpoint={ENDPOINT}", 404)
    own = Browser().subscription(ENDPOINT.replace(SECRET, "of-ben"))
    yield await told(ben, "PUT", "/api/push", 200, json={**own, "userId": anna.person.id})
    assert (await ben.get("/api/push")).json()["subscriptions"] == 1


OWN_DATA_WALKS: dict[str, Walk] = {
    "/api/erase": erase,
    "/api/export": export,
    "/api/push": push,
    "/api/receipt": receipt,
    "/api/usage": usage,
}
