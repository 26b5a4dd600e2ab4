"""What is done to a user's keys: stories in which each script takes each of its ways.

A step names no result of an earlier one, so that a story can go on from any place of it.
"""

from collections.abc import Mapping
from datetime import timedelta

from tests.golden.actors import CALL, Step, Story, ask, commit, decision, draft, hold, said, stop
from tests.golden.actors import summons as call
from tests.golden.forms import (
    Answered,
    Heard,
    How,
    Interrupted,
    Kind,
    Move,
    Reminder,
    Returned,
    Speak,
    Started,
    Summary,
    notice_form,
)
from tests.golden.keeps import DIGEST, START_MS, USER, State
from tests.golden.samples import JOURNAL, NOON, NOTICES, REMINDERS

CONTEXT, TOOLS = JOURNAL["overheard"].remarks, JOURNAL["equipped"].tools  # type: ignore[attr-defined]
STARTED = (Answered(text="", calls=(CALL,), tokens=3), Started(call_id="c1"))
RETURNED = (Returned(call_id="c1", text="Sent.", foreign=True), Interrupted(text="And th"))
SOON = NOON + timedelta(seconds=30)
MAIL, DUE = NOTICES["email"], NOTICES["reminder"]

ADMIT: Story = [
    Step(
        "the first text",
        lambda b: b.store.admit(said("Hi", context=CONTEXT, tools=TOOLS, call_id="call-1")),
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
    Step("the end", lambda b: b.store.commit(hold(3), commit(0, Move.END, "Bye", "Bye!"))),
    Step("a known one, after the end", lambda b: b.store.admit(said("Two", by="h6"))),
    Step("a new run", lambda b: b.strict.admit(said("Five", by="h7", run="r2")), after_s=90),
    Step("a known one, in a later run", lambda b: b.store.admit(said("Two", by="h6"))),
    Step(
        "the end of the run before, again",
        lambda b: b.store.commit(hold(3), commit(0, Move.END, "Bye", "Bye!")),
    ),
]
COMMIT: Story = [
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step(
        "record",
        lambda b: b.store.commit(
            hold(), commit(0, Move.RECORD, entries=STARTED, activity="send", progress=0.25)
        ),
        after_s=2,
    ),
    Step("record again", lambda b: b.store.commit(hold(), commit(0, Move.RECORD, entries=STARTED))),
    Step("a text meanwhile", lambda b: b.store.admit(said("Two", by="h2", context=CONTEXT))),
    Step(
        "go on",
        lambda b: b.store.commit(
            hold(),
            commit(
                1,
                Move.GO_ON,
                entries=RETURNED,
                activity="thinking",
                drafts=(
                    draft("Hm", Kind.BREADCRUMB, speak=Speak.SILENT),
                    draft("Well", foreign=True, call_id="call-1"),
                ),
            ),
        ),
    ),
    Step("go on again", lambda b: b.store.commit(hold(), commit(1, Move.GO_ON, "Hm", "Well"))),
    Step("another step", lambda b: b.store.commit(hold(), commit(7, Move.GO_ON))),
    Step("go on with nothing new", lambda b: b.store.commit(hold(), commit(2, Move.GO_ON))),
    Step("a text before the end", lambda b: b.store.admit(said("Three", by="h2"))),
    Step("finish, not yet", lambda b: b.store.commit(hold(), commit(3, Move.FINISH, "Fine"))),
    Step("hand over", lambda b: b.store.commit(hold(), commit(4, Move.HAND_OVER, "Wait"))),
    Step("hand over again", lambda b: b.store.commit(hold(), commit(4, Move.HAND_OVER, "Wait"))),
    Step("too late", lambda b: b.store.commit(hold(), commit(5, Move.RECORD))),
    Step("the successor", lambda b: b.store.resume(call("handoff", fence=2), holder="h3")),
    Step("an aside", lambda b: b.store.aside(said("What?", by="h4", run="r9"), draft("That."))),
    Step(
        "finish",
        lambda b: b.store.commit(hold(2), commit(5, Move.FINISH, "Done", reason="loops")),
    ),
    Step("finish again", lambda b: b.store.commit(hold(2), commit(5, Move.FINISH, "Done"))),
    Step("after the end", lambda b: b.store.commit(hold(2), commit(6, Move.RECORD))),
]
QUESTIONS: Story = [
    Step("begin", lambda b: b.brief.admit(said("Hi"))),
    Step("none", lambda b: b.store.question(USER, None)),
    Step("a decision on none", lambda b: b.brief.admit(said("Y0", decision=decision("approve")))),
    Step("a text before it", lambda b: b.brief.admit(said("Two", by="h2"))),
    Step("not asked", lambda b: b.store.commit(hold(), ask(0, "q0"))),
    Step("asked", lambda b: b.store.commit(hold(), ask(1, "q1"))),
    Step("asked again", lambda b: b.store.commit(hold(), ask(1, "q1"))),
    Step("the question", lambda b: b.store.question(USER, "q1")),
    Step("the last question", lambda b: b.store.question(USER, None)),
    Step("the status", lambda b: b.store.status(USER)),
    Step("another run", lambda b: b.brief.admit(said("Three", run="r2"))),
    Step("it is not the last word", lambda b: b.store.question(USER, "q1")),
    Step(
        "a spoken yes that does not count",
        lambda b: b.brief.admit(said("Yes", by="h2", decision=decision("approve"), is_spoken=True)),
    ),
    Step("instead of it", lambda b: b.store.commit(hold(2, "r2"), ask(0, "q2", supersedes="q1"))),
    Step("again", lambda b: b.store.commit(hold(2, "r2"), ask(1, "q2", supersedes="q1"))),
    Step(
        "a decision on the first",
        lambda b: b.brief.admit(said("Y1", run="r3", decision=decision("reject"))),
    ),
    Step(
        "a spoken yes",
        lambda b: b.brief.admit(
            said("Y2", run="r3", decision=decision("approve", "q2"), is_spoken=True)
        ),
    ),
    Step(
        "a second decision",
        lambda b: b.brief.admit(said("N2", run="r4", decision=decision("reject", "q2"))),
    ),
    Step(
        "asked of the front end",
        lambda b: b.store.commit(hold(3, "r3"), ask(0, "q3", whom="client")),
    ),
    Step(
        "its answer",
        lambda b: b.brief.admit(
            said("A3", run="r4", decision=decision("answer", "q3", result="Blue"), tools=TOOLS)
        ),
    ),
    Step("asked once more", lambda b: b.store.commit(hold(4, "r4"), ask(0, "q4"))),
    Step(
        "a no with other arguments",
        lambda b: b.brief.admit(said("N4", run="r5", decision=decision("reject", "q4", to="bob"))),
    ),
    Step("a last one", lambda b: b.store.commit(hold(5, "r5"), ask(0, "q5", expires_at=SOON))),
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
    Step("what the run takes up", lambda b: b.store.commit(hold(), commit(0, Move.GO_ON, "Hm"))),
    Step(
        "a silent brain", lambda b: b.store.aside(said("Eh?", run="r6"), draft("Oh.")), after_s=31
    ),
]
LEASE: Story = [
    Step("no run", lambda b: b.store.resume(call("wakeup", wake=1), holder="h2")),
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step("look", lambda b: b.store.look(hold())),
    Step("the wake-up", lambda b: b.store.resume(call("wakeup", wake=1), holder="h2"), after_s=5),
    Step("the wake-up again", lambda b: b.store.resume(call("wakeup", wake=1), holder="h2")),
    Step("renew", lambda b: b.store.renew(hold()), after_s=20),
    Step("a dead brain", lambda b: b.store.resume(call("wakeup", wake=2), holder="h3"), after_s=31),
    Step("its call again", lambda b: b.store.resume(call("wakeup", wake=2), holder="h3")),
    Step("renew too late", lambda b: b.store.renew(hold())),
    Step("look too late", lambda b: b.store.look(hold())),
    Step("release too late", lambda b: b.store.release(hold())),
    Step("release", lambda b: b.store.release(hold(2))),
    Step("an event", lambda b: b.store.resume(call("event"), holder="h4")),
    Step("hand over", lambda b: b.store.commit(hold(3), commit(0, Move.HAND_OVER))),
    Step("the wrong fence", lambda b: b.store.resume(call("handoff", fence=3), holder="h5")),
    Step("the successor", lambda b: b.store.resume(call("handoff", fence=4), holder="h5")),
    Step("a notice", lambda b: b.board.hold(USER, MAIL)),
    Step("the end", lambda b: b.store.commit(hold(4), commit(1, Move.END, "Bye"))),
    Step("settled", lambda b: b.store.resume(call("wakeup", wake=3), holder="h6")),
]
STOP: Story = [
    Step("no run", lambda b: b.store.stop(stop())),
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step("another run", lambda b: b.store.stop(stop("r7"))),
    Step("stop", lambda b: b.store.stop(stop("r1"))),
    Step("stop again", lambda b: b.store.stop(stop("r1"))),
    Step("the status", lambda b: b.store.status(USER)),
    Step("its brain looks", lambda b: b.store.look(hold())),
    Step("its brain renews", lambda b: b.store.renew(hold())),
    Step("its brain commits", lambda b: b.store.commit(hold(), commit(0, Move.GO_ON, "Late"))),
    Step("the next run", lambda b: b.store.admit(said("Two", run="r2"))),
    Step("stop again, in the next run", lambda b: b.store.stop(stop("r1"))),
    Step(
        "an act", lambda b: b.store.commit(hold(3, "r2"), commit(0, Move.RECORD, entries=STARTED))
    ),
    Step("a text meanwhile", lambda b: b.store.admit(said("Three", by="h2", context=CONTEXT))),
]
UNSURE: Story = [
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step("an act", lambda b: b.store.commit(hold(), commit(0, Move.RECORD, entries=STARTED))),
    Step("a text meanwhile", lambda b: b.store.admit(said("Two", by="h2", context=CONTEXT))),
    Step("stop", lambda b: b.store.stop(stop())),
    Step("stop again", lambda b: b.store.stop(stop())),
]
READING: Story = [
    Step("nobody", lambda b: b.store.read(USER, since=0, limit=10)),
    Step("no status", lambda b: b.store.status(USER)),
    Step("a page asks", lambda b: b.store.status(USER, is_here=True)),
    Step("a page listens", lambda b: b.store.here(USER), after_s=5),
    Step("a page comes back", lambda b: b.store.here(USER), after_s=200),
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step("say", lambda b: b.store.commit(hold(), commit(0, Move.GO_ON, "A", "B", progress=0.5))),
    Step("an aside", lambda b: b.store.aside(said("What?", by="h2", run="r9"), draft("That."))),
    Step("all", lambda b: b.store.read(USER, since=0, limit=10)),
    Step("a part", lambda b: b.store.read(USER, since=1, limit=2)),
    Step("the status", lambda b: b.store.status(USER)),
    Step("trim", lambda b: b.store.trim(USER, below=3)),
    Step("what is left", lambda b: b.store.read(USER, since=0, limit=10)),
    Step("cut off", lambda b: b.store.heard(USER, Heard(seq=3, how=How.CUT_OFF, chars=12))),
    Step("heard less", lambda b: b.store.heard(USER, Heard(seq=3, how=How.UNSPOKEN))),
    Step("heard all", lambda b: b.store.heard(USER, Heard(seq=3, how=How.PLAYED))),
    Step("not spoken", lambda b: b.store.heard(USER, Heard(seq=5, how=How.UNSPOKEN))),
    Step("no message", lambda b: b.store.heard(USER, Heard(seq=4, how=How.PLAYED))),
    Step("the end", lambda b: b.strict.commit(hold(), commit(1, Move.END, "C", "D"))),
    Step("one mark too many", lambda b: b.strict.heard(USER, Heard(seq=7, how=How.PLAYED))),
    Step("the next run", lambda b: b.strict.admit(said("Two", run="r2"))),
]
PRESENCE: Story = [
    Step(
        "vacated first", lambda b: b.store.note_presence(DIGEST, is_occupied=False, at_ms=START_MS)
    ),
    Step(
        "occupied", lambda b: b.store.note_presence(DIGEST, is_occupied=True, at_ms=START_MS + 900)
    ),
    Step("late", lambda b: b.store.note_presence(DIGEST, is_occupied=False, at_ms=START_MS + 100)),
    Step("held", lambda b: b.board.hold(USER, MAIL), after_s=2),
    Step("the status", lambda b: b.store.status(USER)),
    Step("held later", lambda b: b.board.held(USER), after_s=20),
    Step(
        "vacated",
        lambda b: b.store.note_presence(DIGEST, is_occupied=False, at_ms=START_MS + 30_000),
    ),
    Step("held then", lambda b: b.board.held(USER), after_s=60),
]
BOARD: Story = [
    Step("nothing", lambda b: b.board.held(USER)),
    Step("hold", lambda b: b.board.hold(USER, MAIL)),
    Step("hold again", lambda b: b.board.hold(USER, MAIL)),
    Step("hold another", lambda b: b.board.hold(USER, DUE)),
    Step("a page comes", lambda b: b.store.status(USER, is_here=True), after_s=3),
    Step("held", lambda b: b.board.held(USER)),
    Step(
        "say",
        lambda b: b.board.say(
            USER,
            draft("Mail.", Kind.NOTIFICATION, speak=Speak.WHEN_IDLE, foreign=True, answers_seq=0),
            forms=[notice_form(MAIL)],
            noted=[MAIL],
        ),
    ),
    Step(
        "say again",
        lambda b: b.board.say(
            USER,
            draft("Mail.", Kind.NOTIFICATION, answers_seq=0),
            forms=[notice_form(MAIL)],
            noted=[MAIL],
        ),
    ),
    Step(
        "said by another",
        lambda b: b.board.say(USER, draft("No."), forms=[notice_form(MAIL)], noted=[MAIL]),
    ),
    Step("unheard", lambda b: b.board.held(USER)),
    Step("heard", lambda b: b.store.heard(USER, Heard(seq=1, how=How.CUT_OFF, chars=3))),
    Step("heard by then", lambda b: b.board.held(USER)),
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step("busy", lambda b: b.board.say(USER, draft("Due."), forms=[notice_form(DUE)])),
    Step("not ours", lambda b: b.board.say(USER, draft("Due."), forms=[], hold=hold(7))),
    Step("held in a run", lambda b: b.board.held(USER)),
    Step(
        "ours",
        lambda b: b.board.say(
            USER, draft("Due."), forms=[notice_form(DUE)], noted=[DUE, MAIL], hold=hold()
        ),
    ),
    Step("spoken since", lambda b: b.store.commit(hold(), commit(0, Move.END, "Bye"))),
    Step("hold a third", lambda b: b.board.hold(USER, NOTICES["document"])),
    Step("drop", lambda b: b.board.say(USER, None, forms=[notice_form(NOTICES["document"])])),
    Step("hold a fourth", lambda b: b.board.hold(USER, NOTICES["event"])),
    Step("the last one", lambda b: b.board.held(USER)),
]
MEMORY: Story = [
    Step("nothing", lambda b: b.block.summary(USER)),
    Step("a block", lambda b: b.block.keep_block(USER, "Facts: Grüße")),
    Step(
        "a summary",
        lambda b: b.block.keep_summary(USER, Summary(text="So", upto_seq=5), instead_of=Summary()),
    ),
    Step("another block", lambda b: b.block.keep_block(USER, "Facts, and so")),
    Step("a run", lambda b: b.store.admit(said("Hi"))),
    Step(
        "a shorter one",
        lambda b: b.block.keep_summary(USER, Summary(text="No", upto_seq=3), instead_of=Summary()),
    ),
    Step(
        "in its place",
        lambda b: b.block.keep_summary(
            USER,
            Summary(text="Anew", upto_seq=3),
            instead_of=Summary(text="So", upto_seq=5),
        ),
    ),
    Step("a last block", lambda b: b.block.keep_block(USER, "")),
    Step("stale", lambda b: b.block.drop_block(USER)),
    Step("the summary", lambda b: b.block.summary(USER)),
]
REMINDERS_STORY: Story = [
    Step("none", lambda b: b.reminders.all(USER)),
    Step("add", lambda b: b.reminders.add(USER, REMINDERS["foreign"])),
    Step("add again", lambda b: b.reminders.add(USER, Reminder(id="r-2", text="Other", at=NOON))),
    Step("add an earlier one", lambda b: b.reminders.add(USER, REMINDERS["plain"])),
    Step("find", lambda b: b.reminders.find(USER, "r-1")),
    Step("find none", lambda b: b.reminders.find(USER, "r-3")),
    Step("all", lambda b: b.reminders.all(USER)),
    Step("take", lambda b: b.reminders.take(USER, "r-1")),
    Step("take again", lambda b: b.reminders.take(USER, "r-1")),
    Step("take none", lambda b: b.reminders.take(USER, "r-3")),
    Step("take the last", lambda b: b.reminders.take(USER, "r-2")),
]
OLD_TEXT = '{"v":1,"id":"u1","text":"Hi","messageId":"m-Hi","createdAt":"2026-01-31T12:00:00.123Z"}'
OLDER_STATE: State = {
    "run": {
        "hash": {
            **dict.fromkeys(("loops", "tokens", "handoffs", "attempts", "step"), "0"),
            **dict.fromkeys(("seq", "consumed", "first", "fence", "wake"), "1"),
            **{"state": "running", "id": "r1", "holder": "h1", "activity": "thinking"},
            **{"reply": "", "past": " 0 0 ", "progress": "", "reason": ""},
            **{"started": str(START_MS), "last": str(START_MS), "lease": str(START_MS + 30_000)},
            "channel": f"{START_MS} 1",
        },
        "ttl": "400 d",
    },
    "log": {"stream": [[1, "u", OLD_TEXT, "r", "r1"]], "ttl": "400 d"},
    "journal": {"list": [f"u1 {OLD_TEXT}"], "ttl": "48 h"},
    "id:m-Hi": {"string": "1 r1 h1", "ttl": "24 h"},
    "here": {"string": str(START_MS), "ttl": "7 d"},
}
OLDER: Story = [
    Step("fields that came later are not there", lambda b: b.keep.put_back(OLDER_STATE)),
    Step("the status", lambda b: b.store.status(USER)),
    Step("the log", lambda b: b.store.read(USER, since=0, limit=10)),
    Step("held", lambda b: b.board.held(USER)),
    Step("no question", lambda b: b.store.question(USER, None)),
    Step("its text again", lambda b: b.store.admit(said("Hi"))),
    Step("a page comes", lambda b: b.store.here(USER)),
    Step("a text", lambda b: b.store.admit(said("Two", by="h2"))),
    Step("a mail", lambda b: b.board.hold(USER, MAIL)),
    Step("go on", lambda b: b.store.commit(hold(), commit(0, Move.GO_ON, "Hm"))),
    Step("heard", lambda b: b.store.heard(USER, Heard(seq=3, how=How.PLAYED))),
    Step("the channel", lambda b: b.store.note_presence(DIGEST, is_occupied=False, at_ms=START_MS)),
    Step("a dead brain", lambda b: b.store.resume(call("wakeup", wake=1), holder="h3"), after_s=31),
    Step("stop", lambda b: b.store.stop(stop())),
]
STORIES: Mapping[str, Story] = {
    "older": OLDER,
    "admit": ADMIT,
    "commit": COMMIT,
    "questions": QUESTIONS,
    "aside": ASIDE,
    "lease": LEASE,
    "stop": STOP,
    "unsure": UNSURE,
    "reading": READING,
    "presence": PRESENCE,
    "board": BOARD,
    "memory": MEMORY,
    "reminders": REMINDERS_STORY,
}
