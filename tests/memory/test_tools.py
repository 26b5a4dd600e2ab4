"""What the model gets from the tools of memory."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from brain.codec import Json
from brain.errors import DatabaseUnreachable, ToolFault
from brain.memory.model import Fact
from brain.memory.rules import MAX_FACT_CHARS
from brain.memory.tools import memory_tools
from brain.run.messages import Kind, LogEntry, Message, Utterance
from brain.tools.invocations import Tool
from brain.tools.schema import complaint
from brain.tools.spec import Effect
from tests.fakes.archive import FakeArchive
from tests.fakes.memory import FakeFacts
from tests.fakes.tool_stage import invocation, named, use

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)
AWAY = "cannot be reached now"


class UnreachableMemory:
    """A memory whose database is away."""

    async def remember(
        self, user_id: str, *, text: str, source: str, foreign: bool, key: str
    ) -> Fact:
        raise DatabaseUnreachable("away")

    async def recall(self, user_id: str, *, query: str, limit: int) -> Sequence[Fact]:
        raise DatabaseUnreachable("away")

    async def facts(self, user_id: str, *, limit: int) -> Sequence[Fact]:
        raise DatabaseUnreachable("away")

    async def fact(self, user_id: str, fact_id: str) -> Fact | None:
        raise DatabaseUnreachable("away")

    async def forget(self, user_id: str, fact_id: str) -> Fact | None:
        raise DatabaseUnreachable("away")


@pytest.fixture
def memory() -> FakeFacts:
    return FakeFacts()


@pytest.fixture
def archive() -> FakeArchive:
    return FakeArchive()


@pytest.fixture
def tools(memory: FakeFacts, archive: FakeArchive) -> Sequence[Tool]:
    return memory_tools(memory, archive)


def said(seq: int, text: str, *, days: int = 0) -> Utterance:
    return Utterance(
        id=f"u{seq}", seq=seq, text=text, message_id=f"m-{seq}", run_id="r",
        created_at=MOMENT + timedelta(days=days),
    )  # fmt: skip


def answered(seq: int, text: str, kind: Kind = Kind.SAY) -> Message:
    return Message(
        id=f"m{seq}", seq=seq, kind=kind, text=text, done_after_this=True, run_id="r",
        answers_seq=1, created_at=MOMENT + timedelta(days=seq),
    )  # fmt: skip


# ---- facts


async def test_a_remembered_fact_is_returned_with_its_id(tools: Sequence[Tool]) -> None:
    given = await use(tools, "remember", {"fact": "Anna likes tea"})
    assert given == {"remembered": {"id": "fact1", "text": "Anna likes tea"}}


async def test_the_same_call_twice_stores_one_fact_and_returns_the_same(
    tools: Sequence[Tool],
) -> None:
    first = await use(tools, "remember", {"fact": "Anna likes tea"})
    assert await use(tools, "remember", {"fact": "Anna likes tea"}) == first
    assert len((await use(tools, "recall", {"query": "tea"}))["facts"]) == 1


async def test_recall_returns_id_text_and_time_of_each_fact(tools: Sequence[Tool]) -> None:
    await use(tools, "remember", {"fact": "Anna likes tea"})
    [fact] = (await use(tools, "recall", {"query": "what does Anna like?"}))["facts"]
    assert fact.pop("at").endswith("Z")
    assert fact == {"id": "fact1", "text": "Anna likes tea"}


async def test_recall_without_a_match_returns_an_empty_list(tools: Sequence[Tool]) -> None:
    assert await use(tools, "recall", {"query": "tea"}) == {"facts": []}


async def test_recall_returns_no_more_than_its_limit(tools: Sequence[Tool]) -> None:
    for number in range(12):
        await use(tools, "remember", {"fact": f"Trip {number} to Rome"}, key=str(number))
    few = await use(tools, "recall", {"query": "rome", "limit": 2})
    usual = await use(tools, "recall", {"query": "rome"})
    assert (len(few["facts"]), len(usual["facts"])) == (2, 10)


async def test_a_fact_of_a_tainted_run_names_its_source(
    tools: Sequence[Tool], memory: FakeFacts
) -> None:
    await use(tools, "remember", {"fact": "The user likes tea"}, key="1")
    await use(tools, "remember", {"fact": "The user likes spam"}, key="2", tainted=True)
    [kept, _] = await memory.facts("anna", limit=2)
    assert (kept.foreign, kept.source) == (True, "conversation")
    foreign, own = (await use(tools, "recall", {"query": "user likes"}))["facts"]
    assert (foreign["text"], foreign["from"]) == ("The user likes spam", "conversation")
    assert "from" not in own


async def test_the_caller_can_name_the_source_of_a_fact(
    memory: FakeFacts, archive: FakeArchive
) -> None:
    tools = memory_tools(
        memory, archive, source=lambda invocation: f"an email to {invocation.user_id}"
    )
    await use(tools, "remember", {"fact": "Anna likes tea"}, tainted=True)
    [fact] = (await use(tools, "recall", {"query": "tea"}))["facts"]
    assert fact["from"] == "an email to anna"


async def test_forgetting_a_fact_again_is_not_an_error(tools: Sequence[Tool]) -> None:
    await use(tools, "remember", {"fact": "Anna likes tea"})
    first = await use(tools, "forget", {"id": "fact1"})
    assert first == {"forgotten": {"id": "fact1", "text": "Anna likes tea"}}
    again = await use(tools, "forget", {"id": "fact1"})
    assert again["forgotten"] is None
    assert "no fact with this id" in again["note"]


async def test_an_invalid_fact_is_refused_with_the_reason(tools: Sequence[Tool]) -> None:
    with pytest.raises(ToolFault, match="some words"):
        await use(tools, "remember", {"fact": " "})


# ---- the log


async def keep(archive: FakeArchive, *entries: LogEntry) -> None:
    await archive.store("anna", entries)


async def test_a_search_says_who_said_what_when(
    tools: Sequence[Tool], archive: FakeArchive
) -> None:
    await keep(archive, said(1, "Call the locksmith"), answered(2, "I cannot call a locksmith."))
    assert await use(tools, "searchHistory", {"query": "locksmith"}) == {
        "entries": [
            {"at": "2026-02-02T12:00+00:00", "who": "you", "text": "I cannot call a locksmith."},
            {"at": "2026-01-31T12:00+00:00", "who": "user", "text": "Call the locksmith"},
        ]
    }


async def test_an_entry_that_others_may_have_written_names_its_source(
    tools: Sequence[Tool], archive: FakeArchive
) -> None:
    told = answered(2, "An email has arrived: buy tea!", Kind.NOTIFICATION)
    await keep(archive, replace(told, foreign=True))
    [entry] = (await use(tools, "searchHistory", {"query": "tea"}))["entries"]
    assert entry["from"] == "a notice of something outside"


async def test_a_search_by_time_only_returns_the_newest_first(
    tools: Sequence[Tool], archive: FakeArchive
) -> None:
    await keep(archive, *(said(day + 1, f"day {day}", days=day) for day in range(20)))
    asked = {"since": "2026-02-01", "before": "2026-02-03T12:00:00Z"}
    within = (await use(tools, "searchHistory", asked))["entries"]
    assert [entry["text"] for entry in within] == ["day 2", "day 1"]
    usual = (await use(tools, "searchHistory", {}))["entries"]
    assert [entry["text"] for entry in usual] == [f"day {day}" for day in range(19, 9, -1)]
    few = (await use(tools, "searchHistory", {"query": "day", "limit": 3}))["entries"]
    assert len(few) == 3


@pytest.mark.parametrize("name", ["since", "before"])
async def test_an_invalid_time_is_refused_with_an_example(tools: Sequence[Tool], name: str) -> None:
    with pytest.raises(ToolFault, match=f"{name} is not a date or time: write it as 2026-01-31"):
        await use(tools, "searchHistory", {name: "last month"})


# ---- all of them


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("remember", {"fact": "f"}, "not certain that this was done"),
        ("forget", {"id": "f"}, "not certain that this was done"),
        ("recall", {"query": "q"}, "Tell the user, or try again later"),
        ("searchHistory", {"query": "q"}, "Tell the user, or try again later"),
    ],
)
async def test_an_unreachable_database_is_reported_with_what_is_known(
    name: str, arguments: Json, text: str
) -> None:
    with pytest.raises(ToolFault, match=f"{AWAY}.*{text}"):
        await use(memory_tools(UnreachableMemory(), FakeArchive(refusing=True)), name, arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("remember", {}),
        ("remember", {"fact": ""}),
        ("remember", {"fact": "x" * (MAX_FACT_CHARS + 1)}),
        ("remember", {"fact": "x", "foreign": False}),
        ("recall", {"query": ""}),
        ("recall", {"query": "q", "limit": 51}),
        ("forget", {}),
        ("forget", {"id": "x" * 65}),
        ("searchHistory", {"limit": 0}),
        ("searchHistory", {"since": 3}),
        ("searchHistory", {"user": "ben"}),
    ],
)
def test_the_schema_refuses_arguments_beyond_the_limits(
    tools: Sequence[Tool], name: str, arguments: Json
) -> None:
    assert complaint(named(tools, name).spec.parameters, arguments)


def test_each_tool_declares_its_effect(tools: Sequence[Tool]) -> None:
    assert {tool.spec.name: tool.spec.effect for tool in tools} == {
        "remember": Effect.REPEATS,
        "recall": Effect.READS,
        "forget": Effect.REPEATS,
        "searchHistory": Effect.READS,
    }


async def test_after_a_crash_a_tool_is_run_again_rather_than_asked(tools: Sequence[Tool]) -> None:
    assert await named(tools, "remember").outcome(invocation("remember", {"fact": "f"})) is None


async def in_los_angeles(user_id: str) -> tzinfo:
    return ZoneInfo("America/Los_Angeles")


async def test_days_of_the_history_are_days_of_the_user(
    memory: FakeFacts, archive: FakeArchive
) -> None:
    late, early = MOMENT.replace(hour=7), MOMENT.replace(hour=9)  # midnight is at eight there
    entries = [
        Utterance(id=text, seq=seq, text=text, message_id=text, run_id="r", created_at=at)
        for seq, (text, at) in enumerate({"before": late, "after": early}.items(), 1)
    ]
    await keep(archive, *entries)
    tools = memory_tools(memory, archive, zone_of=in_los_angeles)
    found = await use(tools, "searchHistory", {"since": "2026-01-31"})
    assert [(one["text"], one["at"]) for one in found["entries"]] == [
        ("after", "2026-01-31T01:00-08:00")
    ]
