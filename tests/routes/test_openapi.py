"""The OpenAPI document describes exactly the routes of a deployment."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from local.openapi.__main__ import files
from local.openapi.document import document
from tests.golden.text import load
from tests.routes.conforming import DOCUMENT, problems
from tests.routes.stage import Deployment

ROOT = Path(__file__).resolve().parents[2]


def routes() -> dict[str, ASGIApp]:
    """Return each path of the deployment with its function."""
    rewrites = json.loads((ROOT / "vercel.json").read_text())["rewrites"]
    names = {f"/api/{file.stem}": file.stem for file in (ROOT / "api").glob("*.py")}
    led = {rule["source"]: rule["destination"].rpartition("/")[2] for rule in rewrites}
    return {
        path: importlib.import_module(f"api.{name}").app for path, name in {**names, **led}.items()
    }


async def methods(path: str, app: ASGIApp) -> set[str]:
    """Return the methods of a path, from the Allow header of a 405 response."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://b") as http:
        refused = await http.request("TRACE", path)
    assert refused.status_code == 405
    return set(refused.headers["allow"].lower().split(", "))


def events_of(path: str, method: str) -> dict[str | None, Any]:
    """Return the events of a stream by name."""
    answer = DOCUMENT["paths"][path][method]["responses"]["200"]
    events: dict[str | None, Any] = answer["content"]["text/event-stream"]["x-events"]
    return events


@pytest.mark.asyncio(loop_scope="package")
async def test_every_route_is_described_and_no_other() -> None:
    running = {
        re.sub(r":(\w+)", r"{\1}", path): await methods(path, app) for path, app in routes().items()
    }
    assert {path: set(operations) for path, operations in DOCUMENT["paths"].items()} == running


def test_the_generated_files_are_up_to_date() -> None:
    stale = [str(file) for file, content in files().items() if file.read_text() != content]
    assert stale == [], "run `make docs`"
    assert (ROOT / "docs" / "openapi.json").read_text() == json.dumps(
        document(), ensure_ascii=False, indent=1
    ) + "\n"


@pytest.mark.asyncio(loop_scope="package")
async def test_the_description_is_served(deployment: Deployment) -> None:
    answer = await deployment.http.get("/api/openapi.json")
    assert answer.json() == DOCUMENT
    tag = {"If-None-Match": answer.headers["etag"]}
    assert (await deployment.http.get("/api/openapi.json", headers=tag)).status_code == 304


@pytest.mark.parametrize("name", load("frames"))
def test_each_event_of_a_stream_has_the_data_that_is_described(name: str) -> None:
    lines = dict(line.split(": ", 1) for line in load("frames")[name].split("\n") if line)
    event = lines.get("event")
    described = (events_of("/api/voiceToBrain", "post"), events_of("/api/stream", "get"))
    schemas = {known[event]["$ref"].rpartition("/")[2] for known in described if event in known}
    assert schemas or name == "beat"
    for schema in schemas:
        assert problems(schema, json.loads(lines["data"])) == []


def test_every_reference_is_valid_and_every_part_is_used() -> None:
    text = json.dumps(DOCUMENT)
    found = {
        (kind, name) for kind in ("schemas", "responses") for name in DOCUMENT["components"][kind]
    }
    used = {tuple(part.split('"')[0].split("/")) for part in text.split('"#/components/')[1:]}
    assert used == found


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Status", {"state": "running"}),
        ("Problem", {"title": "No."}),
        ("Deleted", {"deleted": 7}),
        ("Entry", {"role": "brain"}),
    ],
)
def test_a_deviation_from_the_description_is_found(name: str, wrong: Any) -> None:
    assert problems(name, wrong)
