"""Stories of what is beside a run: readers, listeners, notices, memory, reminders."""

from tests.golden.actors import Step, Story, ask, commit, draft, said, stop, token, wake_call
from tests.golden.forms import (
    CommitKind,
    Heard,
    How,
    Kind,
    Reminder,
    Speak,
    Summary,
    notice_form,
)
from tests.golden.keeps import DIGEST, START_MS, USER, State
from tests.golden.samples import NOON, NOTICES, REMINDERS

MAIL, DUE = NOTICES["email"], NOTICES["reminder"]

READING: Story = [
    Step("nobody", lambda b: b.store.read(USER, since=0, limit=10)),
    Step("no status", lambda b: b.store.status(USER)),
    Step("a page asks", lambda b: b.store.status(USER, is_here=True)),
    Step("a page listens", lambda b: b.store.here(USER), after_s=5),
    Step("a page comes back", lambda b: b.store.here(USER), after_s=200),
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step(
        "say",
        lambda b: b.store.commit(token(), commit(0, CommitKind.GO_ON, "A", "B", progress=0.5)),
    ),
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
    Step("the end", lambda b: b.strict.commit(token(), commit(1, CommitKind.END, "C", "D"))),
    Step("one mark too many", lambda b: b.strict.heard(USER, Heard(seq=7, how=How.PLAYED))),
    Step("the next run", lambda b: b.strict.admit(said("Two", run="r2"))),
]
LANGUAGE: Story = [
    Step("a session before any text", lambda b: b.store.status(USER, language="de")),
    Step("a session that says none", lambda b: b.store.status(USER)),
    Step("a notice", lambda b: b.board.keep(USER, MAIL)),
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step("a text of another device", lambda b: b.store.admit(said("A", by="h2", language="fr"))),
    Step("the same, sent again", lambda b: b.store.admit(said("A", by="h2", language="it"))),
    Step("one too many", lambda b: b.strict.admit(said("B", by="h2", language="it"))),
    Step(
        "an aside",
        lambda b: b.store.aside(said("What?", by="h3", run="r9", language="nl"), draft("That.")),
    ),
    Step("a wake-up", lambda b: b.store.resume(wake_call("wakeup", wake=1), holder="h4"), 31),
    Step("not asked", lambda b: b.store.commit(token(2), ask(0, "q1"))),
    Step("asked", lambda b: b.store.commit(token(2), ask(1, "q1"))),
    Step("the question", lambda b: b.store.question(USER, "q1")),
    Step("another run", lambda b: b.store.admit(said("C", run="r2", language="de-AT"))),
    Step("the status", lambda b: b.store.status(USER)),
]
PRESENCE: Story = [
    Step(
        "vacated first", lambda b: b.store.note_presence(DIGEST, is_occupied=False, at_ms=START_MS)
    ),
    Step(
        "occupied", lambda b: b.store.note_presence(DIGEST, is_occupied=True, at_ms=START_MS + 900)
    ),
    Step("late", lambda b: b.store.note_presence(DIGEST, is_occupied=False, at_ms=START_MS + 100)),
    Step("held", lambda b: b.board.keep(USER, MAIL), after_s=2),
    Step("the status", lambda b: b.store.status(USER)),
    Step("held later", lambda b: b.board.pending(USER), after_s=20),
    Step(
        "vacated",
        lambda b: b.store.note_presence(DIGEST, is_occupied=False, at_ms=START_MS + 30_000),
    ),
    Step("held then", lambda b: b.board.pending(USER), after_s=60),
]
BOARD: Story = [
    Step("nothing", lambda b: b.board.pending(USER)),
    Step("hold", lambda b: b.board.keep(USER, MAIL)),
    Step("hold again", lambda b: b.board.keep(USER, MAIL)),
    Step("hold another", lambda b: b.board.keep(USER, DUE)),
    Step("a page comes", lambda b: b.store.status(USER, is_here=True), after_s=3),
    Step("held", lambda b: b.board.pending(USER)),
    Step(
        "say",
        lambda b: b.board.announce(
            USER,
            draft("Mail.", Kind.NOTIFICATION, speak=Speak.WHEN_IDLE, foreign=True, answers_seq=0),
            forms=[notice_form(MAIL)],
            noted=[MAIL],
        ),
    ),
    Step(
        "say again",
        lambda b: b.board.announce(
            USER,
            draft("Mail.", Kind.NOTIFICATION, answers_seq=0),
            forms=[notice_form(MAIL)],
            noted=[MAIL],
        ),
    ),
    Step(
        "said by another",
        lambda b: b.board.announce(USER, draft("No."), forms=[notice_form(MAIL)], noted=[MAIL]),
    ),
    Step("unheard", lambda b: b.board.pending(USER)),
    Step("heard", lambda b: b.store.heard(USER, Heard(seq=1, how=How.CUT_OFF, chars=3))),
    Step("heard by then", lambda b: b.board.pending(USER)),
    Step("begin", lambda b: b.store.admit(said("Hi"))),
    Step("busy", lambda b: b.board.announce(USER, draft("Due."), forms=[notice_form(DUE)])),
    Step("not ours", lambda b: b.board.announce(USER, draft("Due."), forms=[], token=token(7))),
    Step("held in a run", lambda b: b.board.pending(USER)),
    Step(
        "ours",
        lambda b: b.board.announce(
            USER, draft("Due."), forms=[notice_form(DUE)], noted=[DUE, MAIL], token=token()
        ),
    ),
    Step("spoken since", lambda b: b.store.commit(token(), commit(0, CommitKind.END, "Bye"))),
    Step("hold a third", lambda b: b.board.keep(USER, NOTICES["document"])),
    Step("drop", lambda b: b.board.announce(USER, None, forms=[notice_form(NOTICES["document"])])),
    Step("hold a fourth", lambda b: b.board.keep(USER, NOTICES["event"])),
    Step("the last one", lambda b: b.board.pending(USER)),
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
    Step("held", lambda b: b.board.pending(USER)),
    Step("no question", lambda b: b.store.question(USER, None)),
    Step("its text again", lambda b: b.store.admit(said("Hi"))),
    Step("a page comes", lambda b: b.store.here(USER)),
    Step("a text", lambda b: b.store.admit(said("Two", by="h2"))),
    Step("a mail", lambda b: b.board.keep(USER, MAIL)),
    Step("go on", lambda b: b.store.commit(token(), commit(0, CommitKind.GO_ON, "Hm"))),
    Step("heard", lambda b: b.store.heard(USER, Heard(seq=3, how=How.PLAYED))),
    Step("the channel", lambda b: b.store.note_presence(DIGEST, is_occupied=False, at_ms=START_MS)),
    Step(
        "a dead brain",
        lambda b: b.store.resume(wake_call("wakeup", wake=1), holder="h3"),
        after_s=31,
    ),
    Step("stop", lambda b: b.store.stop(stop())),
]
