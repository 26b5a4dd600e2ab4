"""Checks the responses of the routes against the OpenAPI document."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs

from brain.http.names import name_in

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "openapi.json").read_text()
)
JSON_TYPES = ("application/json", "application/problem+json")
UNKNOWN = 405  # no path describes its unsupported methods


async def conforms(response: httpx.Response) -> None:
    """Check a response against the description of its route. An httpx response hook."""
    request = response.request
    path = described_path(request.url.path)
    operations = DOCUMENT["paths"][path]
    if response.status_code == UNKNOWN:
        assert request.method.lower() not in operations
        return
    kind = response.headers.get("content-type", "").partition(";")[0]
    described = answer_of(path, request.method.lower(), response.status_code)
    assert kind in described.get("content", {"": {}}), (response.status_code, kind)
    if kind in JSON_TYPES:
        await response.aread()
        schema = described["content"][kind]["schema"]
        _validator(json.dumps(schema)).validate(json.loads(response.content))


def described_path(path: str) -> str:
    """Return the path of the document that fits a path, such as `/api/jobs/{id}/status`."""
    templates: dict[str, str] = {
        one.replace("{", ":").replace("}", ""): one for one in DOCUMENT["paths"]
    }
    found = name_in(path, [one[1:] for one in templates])
    assert found is not None, f"{path} is not described"
    return templates[f"/{found}"]


def answer_of(path: str, method: str, status: int) -> dict[str, Any]:
    """Return the description of a response."""
    answers: dict[str, Any] = DOCUMENT["paths"][path][method]["responses"]
    assert str(status) in answers, f"{method} {path} is not said to answer {status}"
    answer: dict[str, Any] = answers[str(status)]
    name = answer.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = DOCUMENT["components"]["responses"][name] if name else answer
    return found


def problems(name: str, value: Any) -> list[str]:
    """Return the errors of a value under a named schema."""
    schema = json.dumps({"$ref": f"#/components/schemas/{name}"})
    return [error.message for error in _validator(schema).iter_errors(value)]


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {**json.loads(schema), "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
