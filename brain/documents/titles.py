"""The title of an imported file: of its front matter, else its first heading, else its name.

This module is imported only by the import: its libraries take time to load.
"""

import re
import tomllib
from collections.abc import Callable
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from brain.codec import clean

BEGINNING_CHARS = 20_000  # of a text, in which its title is looked for

# Front matter: a block between two lines of marks at the very beginning.
_YAML = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?\n)?\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)

_TITLE = re.compile(r"^title:[ \t]+(\S.*)$", re.MULTILINE)

_blocks = MarkdownIt("commonmark")


def title_in(text: str) -> str:
    """Return the title that a Markdown text gives itself; empty if it gives none."""
    beginning = text[:BEGINNING_CHARS]
    values, rest = _front_matter(beginning)
    title = values.get("title")
    return _line(title) if isinstance(title, str) and _line(title) else _first_heading(rest)


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the values of the front matter, and the text after it."""
    for pattern, read in ((_YAML, _yaml), (_TOML, _toml)):
        if (found := pattern.match(text)) and (values := read(found[1] or "")) is not None:
            return values, text[found.end() :]
    return {}, text


def _yaml(block: str) -> dict[str, Any] | None:
    values = _mapping(lambda: yaml.load(block, Loader=yaml.BaseLoader))
    if values is None and (line := _TITLE.search(block)):  # such as a title with a colon
        return {"title": line[1].strip("\"'")}
    return values


def _toml(block: str) -> dict[str, Any] | None:
    return _mapping(lambda: tomllib.loads(block))


def _mapping(read: Callable[[], object]) -> dict[str, Any] | None:
    """Return what was read, or None if it is no front matter."""
    try:
        values = read()
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _first_heading(text: str) -> str:
    tokens = _blocks.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and (title := _line(_words(tokens[place + 1]))):
            return title
    return ""


def _words(inline: Token) -> str:
    """Return the text of a heading without its marks."""
    parts = (
        " " if part.type in ("softbreak", "hardbreak") else part.content
        for part in inline.children or ()
        if part.type != "html_inline"
    )
    return "".join(parts)


def _line(text: str) -> str:
    return " ".join(clean(text).split())
