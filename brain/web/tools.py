"""The tool by which the model reads a page of the web."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from brain.codec import Json
from brain.errors import PageUnreadable, ToolFault
from brain.tools.arguments import About, Arguments, read_arguments
from brain.tools.invocations import Tool, ToolInvocation
from brain.tools.spec import ToolCall
from brain.tools.typed import tool
from brain.web import mistrust
from brain.web.addresses import MAX_CHARS, WebAddress, parse
from brain.web.ports import Web, WebPage

SLICE_CHARS = 8_000  # of one reading: about 2,000 tokens, and far below what a tool result may have
MAX_OFFSET = 2_000_000  # a page has no more characters than bytes
READ_S = 15.0  # seconds for one page

UNREADABLE = "The page cannot be read: {}."
EMPTY = "there is no text in it; it may show something to a browser that runs its scripts"


class ReadWebPage(Arguments):
    """Read a page of the public web by its address: its text, without pictures. Nothing is logged
    in to, filled in or clicked. A long page comes in slices: charactersLeft says how much follows,
    nextOffset where to read on. Once you have read an email or a page, you can open only addresses
    that the user has said, or that stand in what you have read.
    """

    url: Annotated[str, About("the whole address, as https://example.org/page", 4, MAX_CHARS)]
    offset: Annotated[int, About("the character to begin at; 0 if left out", 0, MAX_OFFSET)] = 0


def web_tools(web: Web) -> tuple[Tool, ...]:
    """All tools of the web."""
    return (tool(ReadWebPage, _Work(web).read, limit_s=READ_S, foreign=True),)


@dataclass(frozen=True, slots=True)
class _Work:
    """What the tools do."""

    web: Web

    async def read(self, asked: ReadWebPage, invocation: ToolInvocation) -> Json:
        """A page is fetched again for each of its slices: nothing that a user reads is kept."""
        try:
            address = parse(asked.url)
            _check(invocation, address)
            page = await self.web.read(address.text)
        except PageUnreadable as error:
            raise ToolFault(UNREADABLE.format(error)) from error
        return _shown(page, asked.offset)


def _check(invocation: ToolInvocation, address: WebAddress) -> None:
    """Check an address before any of it leaves: looking up a name already tells somebody. Raises
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


def _addresses(calls: Iterable[ToolCall]) -> list[WebAddress]:
    """The addresses that calls have asked for."""
    found: list[WebAddress] = []
    for call in calls:
        try:
            found.append(parse(read_arguments(ReadWebPage, json.loads(call.arguments)).url))
        except (AttributeError, KeyError, TypeError, ValueError, PageUnreadable):
            continue  # it was refused for that
    return found


def _shown(page: WebPage, start: int) -> Json:
    """Raises ToolFault."""
    if not page.text:
        raise ToolFault(UNREADABLE.format(EMPTY))
    piece = page.text[start : start + SLICE_CHARS]
    left = max(0, len(page.text) - start - len(piece))
    shown: Json = {"url": page.url, "title": page.title, "body": piece, "charactersLeft": left}
    return {**shown, "nextOffset": start + len(piece)} if left else shown
