"""Path patterns of vercel.json (`/a/:name`, `/a/:rest*`, `/(.*)`) and their replacements."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A parameter with the slash before it, its own expression and its modifier; or a bare group.
TOKEN = re.compile(r"(/?):(\w+)(\([^()]*\))?([*+?]?)|(\([^()]*\))")
REFERENCE = re.compile(r":(\w+)[*+?]?|\$(\d+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """The source of a rule; it must match the whole path."""

    source: str
    expression: re.Pattern[str]

    @classmethod
    def of(cls, source: str) -> Pattern:
        parts, end = [], 0
        for token in TOKEN.finditer(source):
            parts += [re.escape(source[end : token.start()]), _expression(token)]
            end = token.end()
        parts.append(re.escape(source[end:]))
        return cls(source=source, expression=re.compile("".join(parts)))

    def match(self, path: str) -> dict[str, str] | None:
        """Return the parameters by name, bare groups also by number; None if the path does not
        match.
        """
        found = self.expression.fullmatch(path)
        if found is None:
            return None
        numbered = {str(number): text or "" for number, text in enumerate(found.groups(), 1)}
        return numbered | {name: text or "" for name, text in found.groupdict().items()}


def _expression(token: re.Match[str]) -> str:
    slash, name, own, modifier, bare = token.groups()
    if bare:
        return str(bare)
    one = own[1:-1] if own else "[^/]+"
    match modifier:
        case "*" | "+":
            many = f"{slash}(?P<{name}>{one}(?:/{one})*)"
            return f"(?:{many})?" if modifier == "*" else many
        case "?":
            return f"(?:{slash}(?P<{name}>{one}))?"
        case _:
            return f"{slash}(?P<{name}>{one})"


def filled(template: str, parameters: dict[str, str]) -> str:
    """Replace every `:name` and `$1` in the template; those without a parameter stay."""

    def value(reference: re.Match[str]) -> str:
        return parameters.get(reference[1] or reference[2], reference[0])

    return REFERENCE.sub(value, template)
