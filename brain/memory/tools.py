"""The tools that remember and forget facts, and search facts and the log."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Annotated

from msgspec import Struct

from brain.codec import Json, iso
from brain.errors import ToolFault
from brain.memory.model import Fact, Found
from brain.memory.ports import Archive, Facts
from brain.memory.rules import MAX_FACT_CHARS, foreign_source
from brain.run.messages import Utterance
from brain.texts.moments import ZoneOf, local, moment, none_set, zone_named
from brain.texts.plain import plain_text
from brain.tools.arguments import About, Arguments
from brain.tools.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect
from brain.tools.typed import tool

FACTS = 10  # returned by recall by default; about 300 tokens
ENTRIES = 10  # returned by searchHistory by default; about 1,000 tokens
MOST = 50
MAX_QUERY_CHARS = 1_000
MAX_ID_CHARS = 64
MAX_TIME_CHARS = 40

AWAY = "The memory cannot be reached now. Tell the user, or try again later."
NOT_CERTAIN = "The memory cannot be reached now. It is not certain that this was done."
NOT_KEPT: Json = {
    "forgotten": None,
    "note": "There is no fact with this id. It may already be forgotten.",
}
NO_TIME = "{} is not a date or time: write it as 2026-01-31 or 2026-01-31T18:00."

Limit = Annotated[int, About(f"{FACTS} if left out", 1, MOST)]
Time = Annotated[str, About("from then on, as 2026-01-31 (UTC)", 1, MAX_TIME_CHARS)]


class Remember(Arguments):
    """Remember a fact about the user or their life for good: what they ask for, and what they
    mention and will want you to know. One fact a call, a sentence with names and dates instead of
    'he' and 'tomorrow'. Longer texts are documents.
    """

    fact: Annotated[str, About("in the user's language", 1, MAX_FACT_CHARS, plain="text")]


class Recall(Arguments):
    """Find facts that you are not shown, or the id of one to forget. What has a "from" may be
    others' words: tell it as theirs.
    """

    query: Annotated[str, About(least=1, most=MAX_QUERY_CHARS)]
    limit: Limit = FACTS


class Forget(Arguments):
    """Forget a fact that the user wants gone, or that is wrong."""

    id: Annotated[str, About("from recall or remember", 1, MAX_ID_CHARS)]


class SearchHistory(Arguments):
    """Find what the user and you said earlier. For a time give since and before without a query:
    the newest come first. What has a "from" may be others' words: tell it as theirs.
    """

    query: Annotated[str, About("words that were said", most=MAX_QUERY_CHARS)] = ""
    since: Time | None = None
    before: Annotated[Time | None, About("before this")] = None
    limit: Annotated[Limit, About(f"{ENTRIES} if left out")] = ENTRIES


def from_conversation(invocation: ToolInvocation) -> str:
    """The default source of a fact, in words."""
    return "conversation"


def memory_tools(
    memory: Facts,
    archive: Archive,
    *,
    source: Callable[[ToolInvocation], str] = from_conversation,
    zone_of: ZoneOf = none_set,
) -> tuple[Tool, ...]:
    """Make all tools for memory. `source` names in words where a call's fact comes from."""
    do = _Work(memory, archive, source, zone_of)
    return (
        tool(Remember, do.remember, Effect.REPEATS, away=NOT_CERTAIN),
        tool(Recall, do.recall, away=AWAY),
        tool(SearchHistory, do.search, away=AWAY),
        tool(Forget, do.forget, Effect.REPEATS, guarded=do.shall_forget, away=NOT_CERTAIN),
    )


class _Work(Struct, frozen=True):
    """Carries out the tools' calls.

    Text that others may have written has a `from` and makes the result foreign.
    """

    memory: Facts
    archive: Archive
    source: Callable[[ToolInvocation], str]
    zone_of: ZoneOf

    async def remember(self, new: Remember, invocation: ToolInvocation) -> ToolResult:
        invocation.check_count()
        fact = await self.memory.remember(
            invocation.user_id,
            text=new.fact,
            source=self.source(invocation),
            foreign=invocation.tainted,
            key=invocation.idempotency_key,
        )
        kept = {"id": fact.id, "text": fact.text}
        done = invocation.texts.DONE["remembered"].format(fact=fact.text)
        return ToolResult.of({"remembered": kept}, foreign=fact.foreign, done=done)

    async def recall(self, asked: Recall, invocation: ToolInvocation) -> ToolResult:
        found = await self.memory.recall(invocation.user_id, query=asked.query, limit=asked.limit)
        return _listed("facts", [_fact(fact) for fact in found])

    async def search(self, asked: SearchHistory, invocation: ToolInvocation) -> ToolResult:
        zone = await self.zone_of(invocation.user_id) or zone_named(invocation.zone)
        found = await self.archive.search(
            invocation.user_id,
            query=asked.query,
            since=_moment("since", asked.since, zone),
            before=_moment("before", asked.before, zone),
            limit=asked.limit,
        )
        return _listed("entries", [_entry(one, zone) for one in found])

    async def forget(self, asked: Forget, invocation: ToolInvocation) -> ToolResult:
        # None is not an error: after a crash this call runs again, and the fact is already gone.
        gone = await self.memory.forget(invocation.user_id, asked.id)
        if gone is None:
            return ToolResult.of(NOT_KEPT)
        shown = {"id": gone.id, "text": gone.text}
        done = invocation.texts.DONE["forgotten"].format(fact=gone.text)
        return ToolResult.of({"forgotten": shown}, foreign=gone.foreign, done=done)

    async def shall_forget(self, asked: Forget, invocation: ToolInvocation) -> Proposal | None:
        fact = await self.memory.fact(invocation.user_id, asked.id)
        if fact is None:
            return None
        question = invocation.texts.ask_forget(plain_text(fact.text))
        return Proposal(question=question, foreign=fact.foreign)


def _listed(name: str, found: list[Json]) -> ToolResult:
    return ToolResult.of({name: found}, foreign=any("from" in one for one in found))


def _moment(name: str, text: str | None, zone: tzinfo) -> datetime | None:
    """Parse a date or time; in the user's zone if it names none. Raises ToolFault."""
    if text is None:
        return None
    when = moment(text, zone)
    if when is None:
        raise ToolFault(NO_TIME.format(name))
    return when


def _fact(fact: Fact) -> Json:
    shown = {"id": fact.id, "text": fact.text, "at": iso(fact.at)}
    return {**shown, "from": fact.source} if fact.foreign else shown


def _entry(found: Found, zone: tzinfo) -> Json:
    who = "user" if isinstance(found.entry, Utterance) else "you"
    shown = {"at": local(found.entry.created_at, zone), "who": who, "text": found.snippet}
    source = foreign_source(found.entry)
    return {**shown, "from": source} if source else shown
