"""Evaluates the CSS of an email or a page as far as it decides what a reader sees. Uses tinycss2.

It knows the `style` attribute and the rules of style sheets whose selectors are simple: an element,
classes, an id, or these together. Rules for small screens and for print are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from brain.texts.looks import NAMES, CssToken, Look, look_of

MAX_SHEET_CHARS = 100_000  # of all style sheets of a page; newsletters have up to 30,000
MAX_STYLE_CHARS = 200_000  # of all different style attributes of a page
MAX_CLASSES = 50  # of an element
_LONG_NUMBER = re.compile(r"\d{100,}", re.ASCII)  # Python refuses to convert one of 5,000 digits
_WHOLE_SCREEN = frozenset({"", "all", "screen", "only screen"})

type Declared = tuple[tuple[str, tuple[CssToken, ...], bool], ...]  # name, value, is important


class _Rule(Struct, frozen=True, kw_only=True):
    tag: str
    id: str
    classes: frozenset[str]
    declared: Declared
    order: int

    @property
    def weight(self) -> tuple[int, int, int, int]:
        return (bool(self.id), len(self.classes), self.tag != "*", self.order)

    def fits(self, tag: str, id: str, classes: frozenset[str]) -> bool:
        return self.tag in ("*", tag) and self.id in ("", id) and self.classes <= classes


class Styles(Struct):
    """The style sheets of a page."""

    _rules: dict[str, list[_Rule]] = field(default_factory=lambda: defaultdict(list))
    _looks: dict[tuple[str, tuple[int, ...], Look], Look] = field(default_factory=dict)
    _inlines: dict[str, Declared] = field(default_factory=dict)
    _count: int = 0
    _sheet_room: int = MAX_SHEET_CHARS
    _style_room: int = MAX_STYLE_CHARS

    def add(self, sheet: str, media: str) -> None:
        """Add a style sheet for these media. What does not fit into MAX_SHEET_CHARS is left out."""
        from tinycss2 import parse_stylesheet

        sheet = _LONG_NUMBER.sub("1", sheet[: self._sheet_room])
        self._sheet_room -= len(sheet)
        if _is_for_all(media):
            self._take(parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))

    @property
    def has_rules(self) -> bool:
        """Whether elements without a style attribute may look different."""
        return self._count > 0

    def look(self, tag: str, attributes: Mapping[str, str | None], parent: Look) -> Look:
        """Return how an element looks inside its parent. One with a style attribute beyond
        MAX_STYLE_CHARS counts as hidden, because nobody knows what it says.
        """
        style = attributes.get("style") or ""
        rules = self._fitting(tag, attributes) if self._count else []
        if not style and not rules:
            return parent
        key = (style, tuple(rule.order for rule in rules), parent)
        found = self._looks.get(key)
        if found is None:
            declared = self._inline(style)
            look = look_of(_cascade([*(rule.declared for rule in rules), declared]), parent)
            found = look if self._style_room >= 0 else replace(look, is_gone=True)
            self._looks[key] = found
        return found

    def _inline(self, style: str) -> Declared:
        """Return what a style attribute declares."""
        found = self._inlines.get(style)
        if found is None:
            self._style_room -= len(style)
            may_hide = "\\" in style or any(name in style.lower() for name in NAMES)
            is_read = may_hide and self._style_room >= 0
            found = _declared_in(_LONG_NUMBER.sub("1", style)) if is_read else ()
            self._inlines[style] = found
        return found

    def _fitting(self, tag: str, attributes: Mapping[str, str | None]) -> list[_Rule]:
        id = (attributes.get("id") or "").strip().lower()
        classes = frozenset((attributes.get("class") or "").lower().split()[:MAX_CLASSES])
        keys = [f"#{id}", *(f".{name}" for name in classes), tag, "*"]
        found = [
            rule
            for key in keys
            if key in self._rules
            for rule in self._rules[key]
            if rule.fits(tag, id, classes)
        ]
        return sorted(found, key=lambda rule: rule.weight)

    def _take(self, nodes: Sequence[CssToken]) -> None:
        from tinycss2 import parse_rule_list, serialize

        waiting = list(reversed(nodes))
        while waiting:
            node = waiting.pop()
            if node.type == "at-rule" and node.lower_at_keyword == "media" and node.content:
                if _is_for_all(serialize(node.prelude)):
                    inner = parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                    waiting += reversed(inner)
            elif node.type == "qualified-rule":
                self._add_rule(node)

    def _add_rule(self, node: CssToken) -> None:
        declared = _declared_in(node.content)
        if not declared:
            return
        for selector in _selectors(node.prelude):
            tag, id, classes = selector
            self._count += 1
            rule = _Rule(tag=tag, id=id, classes=classes, declared=declared, order=self._count)
            key = f"#{id}" if id else f".{min(classes)}" if classes else tag
            self._rules[key].append(rule)


def _declared_in(css: Any) -> Declared:
    """Return the declarations that can hide something."""
    from tinycss2 import parse_blocks_contents

    return tuple(
        (
            node.lower_name,
            tuple(token for token in node.value if token.type not in ("whitespace", "comment")),
            node.important,
        )
        for node in parse_blocks_contents(css, skip_comments=True, skip_whitespace=True)
        if node.type == "declaration" and node.lower_name in NAMES
    )


def _selectors(prelude: Sequence[CssToken]) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield the simple ones: element, id, classes."""
    parts: list[list[CssToken]] = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    for part in parts:
        while part and part[0].type == "whitespace":
            part.pop(0)
        while part and part[-1].type == "whitespace":
            part.pop()
        if found := _compound(part):
            yield found


def _compound(tokens: Sequence[CssToken]) -> tuple[str, str, frozenset[str]] | None:
    tag, id, classes, place = "*", "", set[str](), 0
    while place < len(tokens):
        token = tokens[place]
        if place == 0 and (token.type == "ident" or token == "*"):
            tag = token.lower_value if token.type == "ident" else "*"
        elif token.type == "hash":
            id = token.value.lower()
        elif token == "." and place + 1 < len(tokens) and tokens[place + 1].type == "ident":
            place += 1
            classes.add(tokens[place].lower_value)
        else:
            return None
        place += 1
    return (tag, id, frozenset(classes)) if tokens else None


def _is_for_all(media: str) -> bool:
    return any(" ".join(each.lower().split()) in _WHOLE_SCREEN for each in media.split(","))


def _cascade(sources: Sequence[Declared]) -> dict[str, tuple[CssToken, ...]]:
    """Return the value of each property that counts. Later sources weigh more."""
    values: dict[str, tuple[CssToken, ...]] = {}
    for is_important in (False, True):
        for declared in sources:
            for name, value, important in declared:
                if important is is_important:
                    values.pop(name, None)
                    values[name] = value  # the last one counts: `font` after `font-size`
    return values
