"""What happens in a history of jobs before anything goes wrong, and what its model answers."""

from msgspec import Struct

from brain.codec import Json, dumps
from brain.jobs.model import JobKind, NewJob, NewMind
from brain.run.journal import Answered
from brain.run.ports import Prompt
from brain.tools.spec import ToolCall
from tests.chaos.jobs.rehearsed import ACT, scenario_of

USER = "anna"
GOAL = "Should I buy the van?"
READ = "searchWeb"
TOKENS = 1_000  # of one answer


class Start(Struct, frozen=True, kw_only=True):
    """A job that a user starts. `key` is also in its title and in its briefs."""

    key: str
    at: float = 0.0
    minds: int = 2
    kind: JobKind = "helpers"
    budget: int = 60_000
    joins_each: bool = False

    def new_job(self) -> NewJob:
        return NewJob(
            kind=self.kind,
            title=f"Job {self.key}",
            request={},
            minds=tuple(self._mind(number) for number in range(self.minds)),
            budget=self.budget,
            key=f"{self.key}-{self.key}",
            join_mode="each" if self.joins_each else "report",
        )

    def _mind(self, number: int) -> NewMind:
        label = f"{self.key}{number}"
        if self.kind == "rehearsal":
            scenario = scenario_of(label)
            return NewMind(
                number=number, label=label, profile={}, scenario=scenario, seed=number + 1
            )
        if self.kind != "talk":
            return NewMind(number=number, label=label, profile={}, brief=f"Task {label}.")
        agents: list[Json] = [{"name": "Pro"}, {"name": "Con"}]
        profile: Json = {"agents": agents, "opening": f"Task {label}.", "maxMessages": 5}
        return NewMind(number=number, label=label, profile=profile, goal=GOAL)


class Doing(Struct, frozen=True, kw_only=True):
    """What the user does with the job `key`. A pause is resumed after `seconds`."""

    at: float
    what: str  # stop, say, pause
    key: str = "a"
    number: int | None = None
    seconds: float = 100.0


class JobStory(Struct, frozen=True, kw_only=True):
    """A story. `foreign` are the labels of minds whose tool gives text by others.

    `steps` are what a helper does, one per model call. `reports`: the reporter files a report.
    """

    name: str
    starts: tuple[Start, ...] = (Start(key="a"),)
    doings: tuple[Doing, ...] = ()
    steps: tuple[str, ...] = ("read", "finish")
    foreign: frozenset[str] = frozenset()
    reports: bool = True
    daily: int = 2_000_000
    delay_s: float = 1.0
    tool_s: float = 0.5
    max_duration_s: float = 300.0
    reserve_s: float = 5.0
    tries: int = 12
    pause_s: float = 1.0  # seconds until a page tries again what has failed; twice as long then


TWO = JobStory(name="two", foreign=frozenset({"a1"}))
STORIES = (
    TWO,
    JobStory(
        name="one",
        starts=(Start(key="a", minds=1),),
        steps=("read", "note", "progress", "finish"),
        foreign=frozenset({"a0"}),
    ),
    JobStory(name="three", starts=(Start(key="a", minds=3),), steps=("finish",)),
    # The caller tries again only after the first sweep, and while the queue knows its names.
    JobStory(name="hesitant", starts=(Start(key="a", minds=1),), steps=("finish",), pause_s=100.0),
    # Each mind is announced when it ends, and code writes the report.
    JobStory(name="each", starts=(Start(key="a", joins_each=True),), steps=("read", "finish")),
    # The reporter says nothing that could be filed, so code writes the report in the end.
    JobStory(name="mute", starts=(Start(key="a", minds=1),), steps=("finish",), reports=False),
    # Nothing is done before the tokens are used up.
    JobStory(name="dear", starts=(Start(key="a", budget=6_000),), steps=("read",)),
    # Nothing is done before the time is over.
    JobStory(
        name="long",
        starts=(Start(key="a", minds=1, budget=200_000),),
        steps=("read", "note", "read"),
        delay_s=90.0,
    ),
    # Invocations are short, so runs are handed over.
    JobStory(
        name="brisk", steps=("read", "read", "finish"), max_duration_s=8.0, reserve_s=2.0, delay_s=2
    ),
    JobStory(name="stopped", doings=(Doing(at=1.4, what="stop"),), steps=("read", "read", "note")),
    JobStory(
        name="one stopped",
        doings=(Doing(at=1.4, what="stop", number=0),),
        steps=("read", "note", "finish"),
    ),
    JobStory(name="steered", doings=(Doing(at=1.2, what="say", number=1),)),
    JobStory(name="early", doings=(Doing(at=0.04, what="say", number=1),)),
    JobStory(name="talk", starts=(Start(key="a", minds=1, kind="talk"),)),
    JobStory(
        name="paused",
        starts=(Start(key="a", minds=1, kind="talk"),),
        doings=(Doing(at=2.5, what="pause"),),
    ),
    # A rehearsed brain switches the light and says so; then it is thanked.
    JobStory(
        name="rehearsed",
        starts=(Start(key="a", minds=1, kind="rehearsal"),),
        steps=("act", "say"),
    ),
    # Only one of them fits into the day.
    JobStory(
        name="rivals",
        starts=(Start(key="a", minds=1), Start(key="b", minds=1)),
        steps=("finish",),
        daily=100_000,
    ),
    JobStory(
        name="beside",
        starts=(Start(key="a", minds=1), Start(key="b", minds=1, at=1.0)),
        steps=("read", "finish"),
        foreign=frozenset({"b0"}),
    ),
)


def named(name: str) -> JobStory:
    """The story with this name."""
    return next(story for story in STORIES if story.name == name)


def asked_for(prompt: Prompt) -> str:
    """Who is asked: a mind's label such as `a0`, or a job's key for its reporter."""
    texts = [str(line.get("content") or "") for line in prompt.messages]
    tools = [tool["function"]["name"] for tool in prompt.tools]
    mark = "The job: Job " if "fileReport" in tools else "Task "
    found = next(text for text in texts if mark in text)
    return found.split(mark)[1].split("\n")[0].split(".")[0]


def answer_of(story: JobStory, prompt: Prompt, mark: str) -> Answered:
    """What the model answers: it goes by what it is shown and by nothing else."""
    names = [tool["function"]["name"] for tool in prompt.tools]
    if "endTalk" in names:
        return Answered(text=f"Opinion {mark}.", calls=(), tokens=TOKENS)
    if "fileReport" in names:
        given = {"headline": f"Headline {mark}.", "summary": "All."}
        return _called("fileReport", given, mark) if story.reports else _said("No.")
    if "next" in names:
        spoken = sum(line["role"] == "assistant" for line in prompt.messages)
        return _called("next", {"done": True} if spoken > 1 else {"text": f"Thanks {mark}."}, mark)
    if "judge" in names:
        return _called("judge", {"votes": []}, mark)
    done = sum(line["role"] == "tool" for line in prompt.messages)
    step = story.steps[min(done, len(story.steps) - 1)]
    match step:
        case "act":
            return _called(ACT, {"mark": mark}, mark)
        case "say":
            return _called("sayToUserAndQuit", {"message": f"It is on, {mark}."}, mark)
        case "read":
            return _called(READ, {"query": asked_for(prompt)}, mark)
        case "note":
            return _called("noteResult", {"text": f"Half {mark}."}, mark)
        case "progress":
            return _called("noteProgress", {"text": f"{done} of 3 pages"}, mark)
        case _:
            return _called("finish", {"result": f"Result {mark}.", "complete": True}, mark)


def _called(name: str, arguments: Json, mark: str) -> Answered:
    call = ToolCall(id=f"c-{mark}", name=name, arguments=dumps(arguments))
    return Answered(text="", calls=(call,), tokens=TOKENS)


def _said(text: str) -> Answered:
    return Answered(text=text, calls=(), tokens=TOKENS)
