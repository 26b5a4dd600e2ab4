"""Compares answers with the OpenAPI document of the deployment itself."""

from __future__ import annotations

import json
import re
from functools import cache

import jsonschema_rs

from brain.check.calls import NO_BODY, HttpAnswer
from brain.codec import Json

JSON_KINDS = ("application/json", "application/problem+json")
NOT_ALLOWED = 405  # no path describes what it does not do
MOST_WORDS = 160  # characters of one deviation


class Described:
    """The OpenAPI document of a deployment."""

    def __init__(self, document: Json) -> None:
        self.paths: dict[str, Json] = document.get("paths") or {}
        self._components: Json = document.get("components") or {}
        self._validator = cache(self._new_validator)

    def deviation(self, answer: HttpAnswer) -> str:
        """Return how an answer differs from its description; empty if it does not, or if the path
        is not described.
        """
        operation = self._operation(answer)
        if operation is None or answer.status == NOT_ALLOWED:
            return ""
        described = self._resolved(operation.get("responses", {}).get(str(answer.status)))
        if described is None:
            return f"{answer.what}, which is not described"
        content = described.get("content") or {}
        if answer.method == "HEAD" or answer.status in NO_BODY:
            return ""
        if answer.kind not in content:
            return f"{answer.what} as {answer.kind or 'nothing'}, which is not described"
        if answer.kind not in JSON_KINDS:
            return ""
        return self._fault(answer, content[answer.kind].get("schema") or {})

    def _fault(self, answer: HttpAnswer, schema: Json) -> str:
        validator = self._validator(json.dumps(schema))
        for error in validator.iter_errors(json.loads(answer.body)):
            where = "/".join(str(step) for step in error.instance_path) or "the body"
            # The value stays out of the report: it may be a text of the user.
            rule = "/".join(str(step) for step in error.schema_path)
            return f"{answer.what}, and {where} breaks {rule}"[:MOST_WORDS]
        return ""

    def _operation(self, answer: HttpAnswer) -> Json | None:
        method = "get" if answer.method == "HEAD" else answer.method.lower()
        found = self.paths.get(answer.path)
        if found is None:
            fitting = (path for path in self.paths if _fits(path, answer.path))
            found = self.paths.get(next(fitting, ""))
        operation: Json | None = (found or {}).get(method)
        return operation

    def _resolved(self, described: Json | None) -> Json | None:
        if described is None or "$ref" not in described:
            return described
        name = described["$ref"].rpartition("/")[2]
        found: Json | None = self._components.get("responses", {}).get(name)
        return found

    def _new_validator(self, schema: str) -> jsonschema_rs.Draft202012Validator:
        whole = {**json.loads(schema), "components": self._components}
        return jsonschema_rs.Draft202012Validator(whole)


def _fits(template: str, path: str) -> bool:
    """Whether a path is one of a template, such as `/api/jobs/{id}/status`."""
    if "{" not in template:
        return False
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None
