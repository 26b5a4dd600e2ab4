"""The tool by which the model reads a page of the web."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from brain.run.codec import dumps
from brain.run.errors import PageUnreadable, ToolFault
from brain.run.invocations import Tool, ToolInvocation
from brain.run.journal import ToolCall
from brain.run.tools import Effect, Json, ToolSpec
from brain.web import mistrust
from brain.web.addresses import MAX_CHARS, Address, parse
from brain.web.ports import Page, Web

SLICE_CHARS = 8_000  # of one reading: about 2,000 tokens, and far below what a tool result may have
MAX_OFFSET = 2_000_000  # a page has no more characters than bytes

UNREADABLE = "The page cannot be read: {}."
EMPTY = "there is no text in it; it may show something to a browser that runs its scripts"

READ = ToolSpec(
    name="readWebPage",
    description=(
        "Read a page of the public web by its address: its text, without pictures. Nothing is "
        "logged in to, filled in or clicked. A long page comes in slices: charactersLeft says how "
        "much follows, nextOffset where to go on reading. Once you have read an email or a page, "
        "you can open only addresses that the user has said, or that stand in what you have read."
    ),
    parameters={
        "type": "object",
        "properties": {
            "url": {
                "type": "string",
                "minLength": 4,
                "maxLength": MAX_CHARS,
                "description": "the whole address, as https://example.org/page",
            },
            "offset": {
                "type": "integer",
                "minimum": 0,
                "maximum": MAX_OFFSET,
                "description": "the character to begin at; 0 if left out",
            },
        },
        "required": ["url"],
        "additionalProperties": False,
    },
    effect=Effect.READS,
    limit_s=15.0,
    foreign=True,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageTool:
    """Reads pages. A page is fetched anew for each of its slices: nothing of one user's is kept."""

    web: Web
    spec: ToolSpec = READ

    async def run(self, invocation: ToolInvocation) -> str:
        """Compact JSON."""
        try:
            address = parse(invocation.arguments["url"])
            _check(invocation, address)
            page = await self.web.read(address.text)
        except PageUnreadable as error:
            raise ToolFault(UNREADABLE.format(error)) from error
        return dumps(_shown(page, invocation.arguments.get("offset", 0)))

    async def outcome(self, invocation: ToolInvocation) -> str | None:
        """None: running it again is the way to ask."""
        return None


def web_tools(web: Web) -> tuple[Tool, ...]:
    """All of them."""
    return (PageTool(web=web),)


def _check(invocation: ToolInvocation, address: Address) -> None:
    """Before anything of the address leaves: a name that is looked up is told already. Raises
    ToolFault.
    """
    if not invocation.tainted:
        return
    objection = mistrust.objection(
        address,
        user_words=invocation.user_words,
        foreign_texts=invocation.foreign_texts,
        asked=_addresses(invocation.earlier_calls),
    )
    if objection:
        raise ToolFault(objection)


def _addresses(calls: Iterable[ToolCall]) -> list[Address]:
    """Those that calls have asked for, as far as they were any."""
    found: list[Address] = []
    for call in calls:
        try:
            found.append(parse(json.loads(call.arguments)["url"]))
        except (AttributeError, KeyError, TypeError, ValueError, PageUnreadable):
            continue  # it was refused for that
    return found


def _shown(page: Page, start: int) -> Json:
    """Raises ToolFault."""
    if not page.text:
        raise ToolFault(UNREADABLE.format(EMPTY))
    piece = page.text[start : start + SLICE_CHARS]
    left = max(0, len(page.text) - start - len(piece))
    shown: Json = {"url": page.url, "title": page.title, "body": piece, "charactersLeft": left}
    return {**shown, "nextOffset": start + len(piece)} if left else shown
