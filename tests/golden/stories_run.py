"""Stories of a run: how it begins, goes on, asks, changes hands and ends.

A step names no result of an earlier one, so that a story can go on from any place of it.
"""

from collections.abc import Awaitable
from datetime import timedelta

from tests.golden.actors import (
    CALL,
    Step,
    Story,
    ask,
    commit,
    decision,
    draft,
    said,
    stop,
    token,
    wake_call,
)
from tests.golden.forms import (
    Answered,
    CommitKind,
    Heard,
    How,
    Interrupted,
    Kind,
    Returned,
    Speak,
    Started,
)
from tests.golden.keeps import USER
from tests.golden.samples import JOURNAL, NOON, NOTICES

CONTEXT, TOOLS = JOURNAL["overheard"].remarks, JOURNAL["equipped"].tools  # type: ignore[attr-defined]
STARTED = (Answered(text="", calls=(CALL,), tokens=3), Started(tool_call_id="c1"))
RETURNED = (Returned(tool_call_id="c1", text="Sent.", foreign=True), Interrupted(text="And th"))
SOON = NOON + timedelta(seconds=30)
MAIL = NOTICES["email"]

ADMIT: Story = [
    Step(
        "the first text",
        lambda b: b.store.admit(said("Hi", context=CONTEXT, tools=TOOLS, agent_call_id="call-1")),
    ),
    Step("the same, sent again", lambda b: b.store.admit(said("Hi"))),
    Step(
        "a second text, to another",
        lambda b: b.store.admit(said("Two", by="h2", context=CONTEXT, tools=TOOLS)),
        after_s=1,
    ),
    Step("the same, sent again by its caller", lambda b: b.store.admit(said("Two", by="h2"))),
    Step("the same, told to a third", lambda b: b.store.admit(said("Two", by="h3"))),
    Step("one too many", lambda b: b.strict.admit(said("Three", by="h2")), after_s=1),
    Step("a known one, after the lease", lambda b: b.store.admit(said("Hi", by="h4")), after_s=31),
    Step("a new one, after the lease", lambda b: b.store.admit(said("Four", by="h5")), after_s=31),
    Step("the end", lambda b: b.store.commit(token(3), commit(0, CommitKind.END, "Bye", "Bye!"))),
    Step("a known one, after the end", lambda b: b.store.admit(said("Two", by="h6"))),
    Step("a new run", lambda b: b.strict.admit(said("Five", by="h7", run="r2")), after_s=90),
    Step("a known one, in a later run", lambda b: b.store.admit(said("Two", by="h6"))),
    Step(
        "the end of the run before, again",
        lambda b: b.store.commit(token(3), commit(0, CommitKind.END, "Bye", "Bye!")),
    ),
]
COMMIT: Story = [
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step(
        "record",
        lambda b: b.store.commit(
            token(), commit(0, CommitKind.RECORD, entries=STARTED, activity="send", progress=0.25)
        ),
        after_s=2,
    ),
    Step(
        "record again",
        lambda b: b.store.commit(token(), commit(0, CommitKind.RECORD, entries=STARTED)),
    ),
    Step("a text meanwhile", lambda b: b.store.admit(said("Two", by="h2", context=CONTEXT))),
    Step(
        "go on",
        lambda b: b.store.commit(
            token(),
            commit(
                1,
                CommitKind.GO_ON,
                entries=RETURNED,
                activity="thinking",
                drafts=(
                    draft("Hm", Kind.BREADCRUMB, speak=Speak.SILENT),
                    draft("Well", foreign=True, agent_call_id="call-1"),
                ),
            ),
        ),
    ),
    Step(
        "go on again", lambda b: b.store.commit(token(), commit(1, CommitKind.GO_ON, "Hm", "Well"))
    ),
    Step("another step", lambda b: b.store.commit(token(), commit(7, CommitKind.GO_ON))),
    Step("go on with nothing new", lambda b: b.store.commit(token(), commit(2, CommitKind.GO_ON))),
    Step("a text before the end", lambda b: b.store.admit(said("Three", by="h2"))),
    Step(
        "finish, not yet", lambda b: b.store.commit(token(), commit(3, CommitKind.FINISH, "Fine"))
    ),
    Step("hand over", lambda b: b.store.commit(token(), commit(4, CommitKind.HAND_OVER, "Wait"))),
    Step(
        "hand over again",
        lambda b: b.store.commit(token(), commit(4, CommitKind.HAND_OVER, "Wait")),
    ),
    Step("too late", lambda b: b.store.commit(token(), commit(5, CommitKind.RECORD))),
    Step("the successor", lambda b: b.store.resume(wake_call("handoff", fence=2), holder="h3")),
    Step("an aside", lambda b: b.store.aside(said("What?", by="h4", run="r9"), draft("That."))),
    Step(
        "finish",
        lambda b: b.store.commit(token(2), commit(5, CommitKind.FINISH, "Done", reason="loops")),
    ),
    Step("finish again", lambda b: b.store.commit(token(2), commit(5, CommitKind.FINISH, "Done"))),
    Step("after the end", lambda b: b.store.commit(token(2), commit(6, CommitKind.RECORD))),
]
QUESTIONS: Story = [
    Step("begin", lambda b: b.brief.admit(said("Hi"))),
    Step("none", lambda b: b.store.question(USER, None)),
    Step("a decision on none", lambda b: b.brief.admit(said("Y0", decision=decision("approve")))),
    Step("a text before it", lambda b: b.brief.admit(said("Two", by="h2"))),
    Step("not asked", lambda b: b.store.commit(token(), ask(0, "q0"))),
    Step("asked", lambda b: b.store.commit(token(), ask(1, "q1"))),
    Step("asked again", lambda b: b.store.commit(token(), ask(1, "q1"))),
    Step("the question", lambda b: b.store.question(USER, "q1")),
    Step("the last question", lambda b: b.store.question(USER, None)),
    Step("the status", lambda b: b.store.status(USER)),
    Step("another run", lambda b: b.brief.admit(said("Three", run="r2"))),
    Step("it is not the last word", lambda b: b.store.question(USER, "q1")),
    Step(
        "a spoken yes that does not count",
        lambda b: b.brief.admit(said("Yes", by="h2", decision=decision("approve"), is_spoken=True)),
    ),
    Step("instead of it", lambda b: b.store.commit(token(2, "r2"), ask(0, "q2", supersedes="q1"))),
    Step("again", lambda b: b.store.commit(token(2, "r2"), ask(1, "q2", supersedes="q1"))),
    Step(
        "a decision on the first",
        lambda b: b.brief.admit(said("Y1", run="r3", decision=decision("reject"))),
    ),
    Step("it was read out", lambda b: b.store.heard(USER, Heard(seq=8, how=How.PLAYED))),
    Step(
        "a spoken yes",
        lambda b: b.brief.admit(
            said("Y2", run="r3", decision=decision("approve", "q2"), is_spoken=True)
        ),
        after_s=3,
    ),
    Step(
        "a second decision",
        lambda b: b.brief.admit(said("N2", run="r4", decision=decision("reject", "q2"))),
    ),
    Step(
        "asked of the front end",
        lambda b: b.store.commit(token(3, "r3"), ask(0, "q3", whom="client")),
    ),
    Step(
        "its answer",
        lambda b: b.brief.admit(
            said("A3", run="r4", decision=decision("answer", "q3", result="Blue"), tools=TOOLS)
        ),
    ),
    Step("asked once more", lambda b: b.store.commit(token(4, "r4"), ask(0, "q4"))),
    Step(
        "a no with other arguments",
        lambda b: b.brief.admit(said("N4", run="r5", decision=decision("reject", "q4", to="bob"))),
    ),
    Step("a last one", lambda b: b.store.commit(token(5, "r5"), ask(0, "q5", expires_at=SOON))),
    Step(
        "too late",
        lambda b: b.brief.admit(said("Y5", run="r6", decision=decision("approve", "q5"))),
        after_s=60,
    ),
    Step("the one that expired", lambda b: b.store.question(USER, None)),
]
ASIDE: Story = [
    Step("no run", lambda b: b.store.aside(said("What?", run="r9"), draft("That."))),
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step("answered", lambda b: b.store.aside(said("What?", by="h2", run="r9"), draft("That."))),
    Step("again", lambda b: b.store.aside(said("What?", by="h2", run="r9"), draft("That."))),
    Step("as a text", lambda b: b.store.admit(said("What?", by="h2", run="r8"))),
    Step("limited", lambda b: b.strict.aside(said("Why?", by="h2", run="r7"), draft("So."))),
    Step(
        "what the run takes up",
        lambda b: b.store.commit(token(), commit(0, CommitKind.GO_ON, "Hm")),
    ),
    Step(
        "a silent brain", lambda b: b.store.aside(said("Eh?", run="r6"), draft("Oh.")), after_s=31
    ),
]
LEASE: Story = [
    Step("no run", lambda b: b.store.resume(wake_call("wakeup", wake=1), holder="h2")),
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step("look", lambda b: unseen(b.store.look(token()))),
    Step(
        "the wake-up", lambda b: b.store.resume(wake_call("wakeup", wake=1), holder="h2"), after_s=5
    ),
    Step("the wake-up again", lambda b: b.store.resume(wake_call("wakeup", wake=1), holder="h2")),
    Step("renew", lambda b: b.store.renew(token()), after_s=20),
    Step(
        "a dead brain",
        lambda b: b.store.resume(wake_call("wakeup", wake=2), holder="h3"),
        after_s=31,
    ),
    Step("its call again", lambda b: b.store.resume(wake_call("wakeup", wake=2), holder="h3")),
    Step("renew too late", lambda b: b.store.renew(token())),
    Step("look too late", lambda b: unseen(b.store.look(token()))),
    Step("release too late", lambda b: b.store.release(token())),
    Step("release", lambda b: b.store.release(token(2))),
    Step("an event", lambda b: b.store.resume(wake_call("event"), holder="h4")),
    Step("hand over", lambda b: b.store.commit(token(3), commit(0, CommitKind.HAND_OVER))),
    Step("the wrong fence", lambda b: b.store.resume(wake_call("handoff", fence=3), holder="h5")),
    Step("the successor", lambda b: b.store.resume(wake_call("handoff", fence=4), holder="h5")),
    Step("a notice", lambda b: b.board.keep(USER, MAIL)),
    Step("the end", lambda b: b.store.commit(token(4), commit(1, CommitKind.END, "Bye"))),
    Step("settled", lambda b: b.store.resume(wake_call("wakeup", wake=3), holder="h6")),
]
STOP: Story = [
    Step("no run", lambda b: b.store.stop(stop())),
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step("another run", lambda b: b.store.stop(stop("r7"))),
    Step("stop", lambda b: b.store.stop(stop("r1"))),
    Step("stop again", lambda b: b.store.stop(stop("r1"))),
    Step("the status", lambda b: b.store.status(USER)),
    Step("its brain looks", lambda b: unseen(b.store.look(token()))),
    Step("its brain renews", lambda b: b.store.renew(token())),
    Step(
        "its brain commits", lambda b: b.store.commit(token(), commit(0, CommitKind.GO_ON, "Late"))
    ),
    Step("the next run", lambda b: b.store.admit(said("Two", run="r2"))),
    Step("stop again, in the next run", lambda b: b.store.stop(stop("r1"))),
    Step(
        "an act",
        lambda b: b.store.commit(token(3, "r2"), commit(0, CommitKind.RECORD, entries=STARTED)),
    ),
    Step("a text meanwhile", lambda b: b.store.admit(said("Three", by="h2", context=CONTEXT))),
]
UNSURE: Story = [
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step(
        "an act", lambda b: b.store.commit(token(), commit(0, CommitKind.RECORD, entries=STARTED))
    ),
    Step("a text meanwhile", lambda b: b.store.admit(said("Two", by="h2", context=CONTEXT))),
    Step("stop", lambda b: b.store.stop(stop())),
    Step("stop again", lambda b: b.store.stop(stop())),
]


async def unseen(looking: Awaitable[object]) -> None:
    """Look after the lease; what else is seen is not stored."""
    await looking
