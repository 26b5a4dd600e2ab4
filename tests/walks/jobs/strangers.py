"""What a stranger gets from the routes for jobs and edits; see tests/walks/strangers."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from tests.walks.anna import Anna
from tests.walks.conftest import Person

FAMILIES = ("battles", "scale", "jobs")
NOBODYS = "0" * 26

type Told = AsyncIterator[str]
type Walk = Callable[[Person, Anna], Told]


async def told(ben: Person, method: str, path: str, status: int, **options: Any) -> str:
    """Return the whole answer, with headers. For him an empty list would be as good as a 404."""
    answer = await ben.call(method, path, **options)
    assert answer.status_code == status, f"{method} {path}: {answer.text}"
    return f"{answer.headers!r} {answer.text}"


async def jobs(ben: Person, anna: Anna) -> Told:
    """Ben's helpers must not write in Anna's document."""
    task = {"title": "Look", "brief": "Look at it."}
    body = {"tasks": [task], "document": anna.document["id"]}
    yield await told(ben, "POST", "/api/jobs", 404, json=body)
    yield await told(ben, "GET", f"/api/jobs?userId={anna.person.id}", 200)
    yield await told(ben, "DELETE", f"/api/jobs?id={NOBODYS}", 404)


async def talks(ben: Person, anna: Anna) -> Told:
    agents = [{"profile": anna.person.id}, {"name": "Con"}]
    body = {"agents": agents, "goal": "Say what you know."}
    yield await told(ben, "POST", "/api/battles/start", 404, json=body)


async def rehearsals(ben: Person, anna: Anna) -> Told:
    body = {"scenarios": [anna.person.id]}
    yield await told(ben, "POST", "/api/scale/start", 404, json=body)


async def agents(ben: Person, anna: Anna) -> Told:
    path = "/api/agents?id=main"
    yield await told(ben, "GET", path, 404)
    yield await told(ben, "PUT", path, 200, json={"instructions": anna.person.id})
    yield await told(ben, "DELETE", path, 200)


async def scenarios(ben: Person, anna: Anna) -> Told:
    """A draft is made of the caller's own log, whatever its number."""
    yield await told(ben, "GET", f"/api/scenarios?userId={anna.person.id}", 200)
    yield await told(ben, "POST", "/api/scenarios", 404, json={"fromSeq": 1})
    for method in ("PUT", "DELETE"):
        body = {"name": "x", "opening": "y"} if method == "PUT" else {}
        path = f"/api/scenarios?id={anna.person.id}"
        yield await told(ben, method, path, 404, json=body)


async def edits(ben: Person, anna: Anna) -> Told:
    """Ben reads and takes back no change of Anna's document, and makes none."""
    id = anna.document["id"]
    yield await told(ben, "GET", f"/api/edits?document={id}", 404)
    body = {"document": id, "do": "undo", "author": "user"}
    yield await told(ben, "POST", "/api/edits", 404, json=body)
    change = {"find": "", "replace": "stolen"}
    yield await told(ben, "PATCH", f"/api/documents?id={id}", 404, json=change)


def assisting(path: str) -> Walk:
    """Return the walk of the help with instructions: it knows nothing but the request."""

    async def walk(ben: Person, anna: Anna) -> Told:
        body = {"instructions": anna.person.id, "ask": anna.document["id"]}
        yield await told(ben, "POST", path, 200, json=body)

    return walk


def of_nobody(method: str, path: str, **options: Any) -> Walk:
    """Return the walk of a route below a job or a conversation that Ben does not have."""

    async def walk(ben: Person, anna: Anna) -> Told:
        for id in (NOBODYS, f"mind:{NOBODYS}:0", anna.person.id):
            yield await told(ben, method, path.replace(":id", id), 404, **options)

    return walk


JOB_WALKS: dict[str, Walk] = {
    "/api/jobs": jobs,
    "/api/battles/start": talks,
    "/api/scale/start": rehearsals,
    "/api/agents": agents,
    "/api/scenarios": scenarios,
    "/api/edits": edits,
    "/api/assist": assisting("/api/assist"),
    "/api/promptbro/assist": assisting("/api/promptbro/assist"),
    "/api/jobs/:id/steps": of_nobody("GET", "/api/jobs/:id/steps?run=0"),
    "/api/jobs/:id/labels": of_nobody(
        "POST", "/api/jobs/:id/labels", json={"run": 0, "item": "x", "verdict": "yes"}
    ),
    **{
        f"/api/{family}/:id/{verb}": of_nobody(method, f"/api/{family}/:id/{verb}")
        for family in FAMILIES
        for method, verb in (
            ("GET", "status"),
            ("GET", "report"),
            ("GET", "messages"),
            ("POST", "stop"),
            ("POST", "pause"),
            ("POST", "resume"),
        )
    },
}
