"""Tools for the model to find and read web pages."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Struct

from brain.codec import Json
from brain.errors import PageUnreadable, ToolFault
from brain.texts.plain import plain_line
from brain.tools.arguments import About, Arguments, read_arguments
from brain.tools.decoding import decode
from brain.tools.invocations import Tool, ToolInvocation
from brain.tools.spec import ToolCall
from brain.tools.typed import tool
from brain.web import mistrust
from brain.web.addresses import MAX_CHARS, WebAddress, parse
from brain.web.ports import SearchFailed, SearchResult, Web, WebPage, WebSearch

SLICE_CHARS = 8_000  # per call: about 2,000 tokens, far below the limit of a tool result
MAX_OFFSET = 2_000_000  # characters; a page has at most 2 MB
READ_S = 15.0  # seconds for one page
SEARCH_S = 18.0  # seconds for one search: two tries of eight, and a pause
MAX_QUERY_CHARS = 400  # what Brave accepts
MAX_RESULTS = 10

UNREADABLE = "The page cannot be read: {}."
NOT_SEARCHED = "The search engine found nothing that can be shown: {}."
NO_QUERY = "The query is empty. Write what to search for."
EMPTY = "it contains no text; it may need a browser that runs its scripts"


class ReadWebPage(Arguments):
    """Read a public web page; a long one in slices: nextOffset says where to continue. After an
    email or a page, you can open only addresses that the user named or that you have read.
    """

    url: Annotated[str, About("as https://example.org/page", 4, MAX_CHARS)]
    offset: Annotated[int, About("start", 0, MAX_OFFSET)] = 0


class SearchWeb(Arguments):
    """Search the public web. Read a result with readWebPage before you rely on it. Put nothing
    private into the query.
    """

    query: Annotated[str, About(least=1, most=MAX_QUERY_CHARS)]
    limit: Annotated[int, About(least=1, most=MAX_RESULTS)] = 5


def web_tools(web: Web, search: WebSearch | None = None) -> tuple[Tool, ...]:
    """Return the web tools; the one that searches only with a search engine."""
    read = tool(ReadWebPage, _Work(web).read, limit_s=READ_S, foreign=True)
    if search is None:
        return (read,)
    find = tool(SearchWeb, _Searching(search).find, limit_s=SEARCH_S, foreign=True)
    return (find, read)


class _Searching(Struct, frozen=True):
    """The implementation of the search."""

    search: WebSearch

    async def find(self, asked: SearchWeb, invocation: ToolInvocation) -> Json:
        """Return what the engine finds."""
        query = plain_line(asked.query)
        if not query:
            raise ToolFault(NO_QUERY)
        try:
            found = await self.search.search(query, asked.limit)
        except SearchFailed as error:
            raise ToolFault(NOT_SEARCHED.format(error)) from error
        return {"results": [_result(result) for result in found]}


class _Work(Struct, frozen=True):
    """The implementation of the reading."""

    web: Web

    async def read(self, asked: ReadWebPage, invocation: ToolInvocation) -> Json:
        """Read a slice of a page. The page is fetched for each slice, because no page is stored."""
        try:
            address = parse(asked.url)
            _check(invocation, address)
            page = await self.web.read(address.text)
        except PageUnreadable as error:
            raise ToolFault(UNREADABLE.format(error)) from error
        return _shown(page, asked.offset)


def _check(invocation: ToolInvocation, address: WebAddress) -> None:
    """Refuse an address that could leak data. Raises ToolFault.

    This happens before the DNS lookup, because the lookup alone can leak data.
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
    """Return the addresses that earlier calls requested."""
    found: list[WebAddress] = []
    for call in calls:
        try:
            found.append(parse(read_arguments(ReadWebPage, decode(call.arguments)).url))
        except (AttributeError, KeyError, TypeError, ValueError, PageUnreadable):
            continue  # such a call was refused, so nothing was requested
    return found


def _shown(page: WebPage, start: int) -> Json:
    """Return a slice of the page that begins at `start`. Raises ToolFault if it has no text."""
    if not page.text:
        raise ToolFault(UNREADABLE.format(EMPTY))
    piece = page.text[start : start + SLICE_CHARS]
    left = max(0, len(page.text) - start - len(piece))
    shown: Json = {"url": page.url, "title": page.title, "body": piece, "charactersLeft": left}
    return {**shown, "nextOffset": start + len(piece)} if left else shown


def _result(found: SearchResult) -> Json:
    shown: Json = {"title": found.title, "url": found.url, "snippet": found.snippet}
    return {**shown, "age": found.age} if found.age else shown
