"""The rules for requests in vercel.json, in the platform's order of precedence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from local.gateway.patterns import Pattern, filled

# The platform reads these, and we do not. It is better not to start than to route differently.
UNKNOWN_HERE = ("redirects", "routes", "cleanUrls", "trailingSlash", "middleware")
CONDITIONS = ("has", "missing", "statusCode")


class UnsupportedRule(Exception):
    """vercel.json uses something that the local gateway does not support."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The destination of a request; `query` is what the rule adds to the request's own query."""

    path: str
    query: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewrite:
    source: Pattern
    destination: str

    def target(self, path: str) -> Target | None:
        """Return the new target; None if the rule does not apply to this path."""
        parameters = self.source.match(path)
        if parameters is None:
            return None
        place, _, query = self.destination.partition("?")
        pairs = [(name, filled(text, parameters)) for name, text in parse_qsl(query)]
        # As on the platform: if the destination uses none of them, the function gets them in its
        # query.
        if not any(f":{name}" in self.destination for name in parameters):
            pairs += [(name, text) for name, text in parameters.items() if not name.isdigit()]
        return Target(path=filled(place, parameters), query=urlencode(pairs))


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderRule:
    source: Pattern
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """`max_durations` maps patterns of function files to seconds, specific before general."""

    rewrites: tuple[Rewrite, ...] = ()
    headers: tuple[HeaderRule, ...] = ()
    max_durations: Mapping[str, float]

    def rewritten(self, path: str) -> Target | None:
        """Return the target of the first rule that matches; None if none does."""
        targets = (rule.target(path) for rule in self.rewrites)
        return next((target for target in targets if target), None)

    def headers_for(self, path: str) -> Iterator[tuple[bytes, bytes]]:
        for rule in self.headers:
            parameters = rule.source.match(path)
            if parameters is not None:
                for name, value in rule.headers:
                    yield name.lower().encode(), filled(value, parameters).encode()


def read_rules(file: Path) -> Rules:
    """Read the rules of a vercel.json. Raises UnsupportedRule."""
    content = json.loads(file.read_text())
    unknown = [key for key in UNKNOWN_HERE if key in content]
    unknown += [key for rule in _rules_in(content) for key in CONDITIONS if key in rule]
    if unknown:
        raise UnsupportedRule(
            f"{file.name} has {', '.join(unknown)}, which local runs do not support"
        )
    return Rules(
        rewrites=tuple(
            Rewrite(source=Pattern.of(rule["source"]), destination=rule["destination"])
            for rule in content.get("rewrites", [])
        ),
        headers=tuple(
            HeaderRule(
                source=Pattern.of(rule["source"]),
                headers=tuple((pair["key"], pair["value"]) for pair in rule["headers"]),
            )
            for rule in content.get("headers", [])
        ),
        max_durations={
            pattern: float(settings["maxDuration"])
            for pattern, settings in content.get("functions", {}).items()
            if "maxDuration" in settings
        },
    )


def _rules_in(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*content.get("rewrites", []), *content.get("headers", [])]
