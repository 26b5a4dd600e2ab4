"""The small stories whose histories are played, and the model's part in them.

The model of a story has no memory: it looks at what it is shown, and after the user's last text
goes through the story's beats one by one. So it says the same whichever invocation asks it.
"""

from collections.abc import Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from brain.codec import Json
from brain.run.limits import Limits
from brain.run.step import CONTINUE, QUIT
from brain.tools.spec import Effect, ToolSpec

LEASE_S = 10.0  # seconds; short, so that a history is
ONCE = "-once"
PARTIAL = "So far"  # what came of an answer that was cut
LIMITS = Limits(lease_s=LEASE_S, look_s=5.0)  # fewer looks, so that a history is short

type Call = tuple[str, str]


class Beat(Struct, frozen=True, kw_only=True):
    """One answer of the model."""

    calls: tuple[Call, ...] = ()
    text: str = ""
    delay_s: float = 0.4
    tokens: int = 10


class FarTool(Struct, frozen=True, kw_only=True):
    """A tool. `knows`: its far side can be asked later; `chars`: how much more it gives."""

    spec: ToolSpec
    seconds: float = 0.3
    knows: bool = False
    chars: int = 0


class Ask(Struct, frozen=True, kw_only=True):
    """A text that a user says at a time of their own. `decides`: it is their yes to a question, as
    soon as there is one, by a button. `reports`: it is said after the question, as soon as these
    reports of the question were made, each with the seconds after it; one without a name is none.
    `turn`: it is a request of this turn of a call, and may be half a sentence. Its caller leaves
    after `leaves_s`, which the host sees or not.
    """

    at: float = 0.0
    text: str = "zebra"
    user: str = "anna"
    message_id: str = ""
    decides: bool = False
    reports: tuple[tuple[str, float], ...] = ()
    turn: int | None = None
    leaves_s: float | None = None
    is_seen: bool = True


class Story(Struct, frozen=True, kw_only=True):
    """What users say, what the model answers, and how long an invocation may last.

    `tries` is how often a caller sends a text that gets no 200; 1 is one who never tries again.
    """

    name: str
    beats: tuple[Beat, ...]
    asks: tuple[Ask, ...] = (Ask(),)
    tools: tuple[FarTool, ...] = ()
    limits: Limits = LIMITS
    patience_s: float = 8.0
    max_duration_s: float = 300.0
    reserve_s: float = 5.0
    tries: int = 8
    stops: tuple[float, ...] = field(default=())
    events: tuple[float, ...] = field(default=())

    def beat(self, messages: Sequence[Json]) -> Beat:
        """What the model says to these messages."""
        passed = 0
        for message in reversed(messages):
            if message["role"] == "user" and not message["content"].startswith("["):
                break  # the user's text; a note after a cut answer is the brain's
            passed += message["role"] == "assistant"
        return self.beats[min(passed, len(self.beats) - 1)]

    def once(self) -> "Story":
        """The same with callers who never try again."""
        return replace(self, name=self.name + ONCE, tries=1)


def named(name: str) -> Story:
    """A story by its name, which ends in "-once" for callers who never try again."""
    story = STORIES[name.removesuffix(ONCE)]
    return story.once() if name.endswith(ONCE) else story


def say(text: str) -> Call:
    return (CONTINUE, f'{{"message":"{text}"}}')


def bye(text: str) -> Call:
    return (QUIT, f'{{"message":"{text}"}}')


def tool(
    name: str, effect: Effect, *, knows: bool = False, chars: int = 0, asks: bool = False
) -> FarTool:
    spec = ToolSpec(
        name=name,
        description=name,
        parameters={"type": "object"},
        effect=effect,
        limit_s=8.0,
        asks=asks,
    )
    return FarTool(spec=spec, knows=knows, chars=chars)


LOOK = tool("look", Effect.READS)
KEEP = tool("keep", Effect.REPEATS)
SEND = tool("send", Effect.ACTS)
SEND_ASKED = tool("send", Effect.ACTS, asks=True)
SEND_KNOWN = tool("send", Effect.ACTS, knows=True)

END = Beat(calls=(bye("The end."),))
LOOKING = Beat(calls=(("look", "{}"), ("look", "{}")))
SENDING = Beat(calls=(("send", "{}"),))
STEP = Beat(calls=(say("A step."),), delay_s=1.0)

ONE = Story(name="one", beats=(END,))
PLAIN = Story(name="plain", beats=(Beat(text="Plainly."),))
CRUMBS = Story(
    name="crumbs",
    beats=(
        Beat(calls=(say("One."),)),
        Beat(calls=(say("Two."), say("Three."))),
        END,
    ),
)
WORDLESS = Story(name="wordless", beats=(Beat(calls=(say("All."),)), Beat(calls=((QUIT, "{}"),))))
TOOLS = Story(
    name="tools",
    beats=(LOOKING, Beat(calls=(("keep", "{}"), ("look", "{}"))), END),
    tools=(LOOK, KEEP),
)
QUICK = Story(  # results that wait for the next commit, and a text that comes meanwhile
    name="quick",
    beats=(LOOKING, LOOKING, END),
    tools=(replace(LOOK, seconds=0.1),),
    asks=(Ask(), Ask(at=0.7, text="walrus")),
)
BESIDE = Story(
    name="beside",
    beats=(Beat(calls=(say("Now."), ("look", "{}"), ("keep", "{}"), bye("Kept."))),),
    tools=(LOOK, KEEP),
)
HANDOVER = Story(
    name="handover",
    beats=(STEP, STEP, STEP, STEP, STEP, END),
    max_duration_s=4.0,
    reserve_s=1.5,
)
HASTY = replace(HANDOVER, name="hasty", patience_s=0.5)
BRISK = Story(
    name="brisk",
    beats=(Beat(calls=(say("A step."),)), Beat(calls=(say("Two."),)), END),
    max_duration_s=2.0,
    reserve_s=1.3,
)
CUT = Story(
    name="cut",
    beats=(Beat(calls=(say("A step."),), delay_s=0.3), Beat(text="Long.", delay_s=4.0), END),
    max_duration_s=4.0,
    reserve_s=1.5,
)
IMPATIENT = Story(name="impatient", beats=(LOOKING, END), tools=(LOOK,), patience_s=0.5)
# Longer than a lease after the notice that the model takes its time, which renews it as well.
LONG = Story(name="long", beats=(Beat(calls=(say("Hm."),), delay_s=22.0), END), patience_s=2.0)
ACT = Story(name="act", beats=(SENDING, END), tools=(SEND,))
ACT_KNOWN = Story(name="act-known", beats=(SENDING, END), tools=(SEND_KNOWN,))
ACTS = Story(
    name="acts",
    beats=(Beat(calls=(("look", "{}"), ("send", "{}"), ("send", "{}"), bye("Sent."))),),
    tools=(LOOK, SEND),
)
ASKED = Story(
    name="asked",
    beats=(Beat(calls=(("look", "{}"), ("send", "{}"), bye("Sent."))), END),
    tools=(LOOK, SEND_ASKED),
    asks=(Ask(), Ask(at=1.5, text="heron", decides=True)),
)
ASKED_TWICE = replace(
    ASKED,
    name="asked-twice",
    asks=(
        *ASKED.asks,
        Ask(at=1.9, text="otter"),
        Ask(at=2.5, text="heron", message_id="again", decides=True),
    ),
)


def spoken(name: str, *reports: tuple[str, float]) -> Story:
    """The same with a yes that is spoken after these reports of the question."""
    return replace(ASKED, name=name, asks=(Ask(), Ask(at=1.5, text="Go ahead", reports=reports)))


SPOKEN = spoken("spoken", ("played", 2.0))
SPOKEN_HASTY = spoken("spoken-hasty", ("played", 0.3))
SPOKEN_LATE = spoken("spoken-late", ("shown", 200.0))
SPOKEN_UNASKED = spoken("spoken-unasked", ("", 5.0))
SPOKEN_UNHEARD = spoken("spoken-unheard", ("played", 2.0), ("unspoken", 2.0))
TWO = Story(
    name="two", beats=(LOOKING, END), tools=(LOOK,), asks=(Ask(), Ask(at=0.6, text="walrus"))
)
NEXT = Story(name="next", beats=(END,), asks=(Ask(), Ask(at=1.0, text="walrus")))
LATE_TWO = Story(
    name="late-two",
    beats=(END,),
    asks=(Ask(), Ask(at=0.405, text="walrus"), Ask(at=12.0, text="heron")),
)
SAME = Story(
    name="same", beats=(LOOKING, END), tools=(LOOK,),
    asks=(Ask(message_id="same"), Ask(at=0.001, message_id="same"), Ask(at=1.0, message_id="same")),
)  # fmt: skip
STOPPED = Story(name="stopped", beats=(STEP, STEP, STEP, STEP, END), stops=(1.7,))
NOTIFIED = Story(name="notified", beats=(STEP, STEP, END), events=(0.2, 1.9, 1.9, 9.0))
STEADY = Story(name="steady", beats=(*[STEP] * 13, END))
RATED = Story(
    name="rated",
    beats=(END,),
    asks=(Ask(), Ask(at=2.0, text="walrus")),
    limits=replace(LIMITS, texts_per_minute=1),
)

KEEPING = Beat(calls=(("keep", "{}"),))
FIRST = Ask(text="half one", turn=0, leaves_s=0.35)
SECOND = Ask(at=0.36, text="half two", turn=0)
HALVES = Story(name="halves", beats=(LOOKING, END), tools=(LOOK,), asks=(FIRST, SECOND))
HALF_ANSWERED = Story(name="half-answered", beats=(END,), asks=(FIRST, replace(SECOND, at=0.9)))
HALF_KEPT = Story(name="half-kept", beats=(KEEPING, END), tools=(KEEP,), asks=(FIRST, SECOND))
HALF_SENT = Story(
    name="half-sent",
    beats=(Beat(calls=(say("Now."), ("look", "{}"), ("send", "{}"), bye("Sent."))),),
    tools=(LOOK, SEND),
    asks=(FIRST, replace(SECOND, at=0.95)),
)
HALF_LEFT = replace(HALF_KEPT, name="half-left", asks=(FIRST,))
HALF_TYPED = replace(HALF_KEPT, name="half-typed", asks=(FIRST, Ask(at=0.2, text="typed"), SECOND))
HALF_JOINED = Story(
    name="half-joined",
    beats=(LOOKING, LOOKING, END),
    tools=(LOOK,),
    asks=(Ask(text="typed"), replace(FIRST, at=0.2), replace(SECOND, at=1.1)),
)
HALF_GONE = replace(  # whoever asks first goes as well
    HALF_JOINED,
    name="half-gone",
    beats=(LOOKING, LOOKING, KEEPING, END),
    tools=(LOOK, KEEP),
    limits=replace(LIMITS, abandoned_s=3.0),
    asks=(
        Ask(text="typed", leaves_s=0.1),
        replace(FIRST, at=0.2),
        replace(SECOND, at=1.1, leaves_s=0.1),
    ),
)
HALF_ASKED_AGAIN = replace(
    HALF_KEPT,
    name="half-asked-again",
    asks=(
        Ask(text="half one", turn=0, message_id="half"),
        Ask(at=0.6, text="half one", turn=0, message_id="half"),
    ),
)
HALF_INBOX = replace(
    HALVES,
    name="half-inbox",
    asks=(Ask(text="typed"), replace(FIRST, at=0.1), replace(SECOND, at=0.3)),
)
HALF_BACK = replace(
    HALVES,
    name="half-back",
    asks=(
        Ask(text="half one", turn=0, message_id="half", leaves_s=0.2),
        Ask(at=0.21, text="half two", turn=0, leaves_s=0.2),
        Ask(at=0.42, text="half one", turn=0, message_id="half"),
    ),
)
HALF_RATED = replace(HALVES, name="half-rated", limits=replace(LIMITS, texts_per_minute=1), tries=1)
HALF_LATE = replace(HALF_KEPT, name="half-late", asks=(FIRST, replace(SECOND, at=2.5)))
HALF_LATE = replace(HALF_LATE, asks=(replace(FIRST, leaves_s=None), HALF_LATE.asks[1]))
HALF_HEARD = Story(
    name="half-heard",
    beats=(Beat(calls=(("look", "{}"), ("send", "{}"), bye("Sent."))), END),
    tools=(LOOK, SEND_ASKED),
    asks=(
        Ask(text="half one", turn=0),
        Ask(at=1.5, text="half two", turn=0, reports=(("played", 2.0),)),
    ),
)
HALF_BESIDE = Story(
    name="half-beside",
    beats=(KEEPING, KEEPING, END),
    tools=(KEEP,),
    asks=(Ask(text="typed"), replace(FIRST, at=0.1, leaves_s=0.8), replace(SECOND, at=1.0)),
)

STORIES = {
    story.name: story
    for story in (
        *(HALVES, HALF_ANSWERED, HALF_KEPT, HALF_SENT, HALF_LEFT, HALF_TYPED, HALF_JOINED),
        *(HALF_ASKED_AGAIN, HALF_INBOX, HALF_BACK, HALF_RATED, HALF_LATE, HALF_HEARD, HALF_BESIDE),
        HALF_GONE,
        *(ONE, PLAIN, CRUMBS, WORDLESS, TOOLS, BESIDE, HANDOVER, HASTY, BRISK, CUT, IMPATIENT),
        *(LONG, ACT, ACT_KNOWN, ACTS, ASKED, ASKED_TWICE, TWO, NEXT, LATE_TWO, SAME),
        *(STOPPED, NOTIFIED, STEADY, RATED),
        *(SPOKEN, SPOKEN_HASTY, SPOKEN_LATE, SPOKEN_UNASKED, SPOKEN_UNHEARD),
        QUICK,
    )
}
