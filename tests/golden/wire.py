"""What goes over the wire, each by the function that makes it today."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tests.golden.forms import (
    BEAT,
    Address,
    Attachment,
    Document,
    Email,
    EmailFound,
    Fact,
    Folder,
    Frame,
    Kind,
    LogReset,
    Outcome,
    Passage,
    Piece,
    Problem,
    Rule,
    RunChange,
    check_event,
    document_to_wire,
    due_event,
    email_to_wire,
    entry_for_channel,
    entry_to_wire,
    fact_to_wire,
    feed_frame_of,
    found_to_wire,
    frame_of,
    outcome_to_wire,
    passage_to_wire,
    piece_to_wire,
    preferences_to_wire,
    question_to_wire,
    reminder_to_wire,
    rule_to_wire,
)
from tests.golden.samples import (
    MESSAGES,
    NOON,
    ODD,
    PREFERENCES,
    REMINDERS,
    TERMINAL,
    UTTERANCES,
)

ANNA = Address(address="anna@example.org", name="Änna")
ME = Address(address="me@brain.example")
EMAIL = Email(
    id="e1",
    folder=Folder.INBOX,
    message_id="<1@example.org>",
    in_reply_to="<0@example.org>",
    references=("<0@example.org>", "<x@example.org>"),
    sender=ANNA,
    to=(ME, ANNA),
    cc=(ANNA,),
    reply_to=(ANNA,),
    subject="Grüße",
    at=NOON,
    text="Lunch?\n> When?",
    attachments=(Attachment(name="a.pdf", content_type="application/pdf", size=1234),),
    unread=True,
)
FOUND = EmailFound(
    id="e1", folder=Folder.SENT, sender=ME, subject="Re", at=NOON, unread=False, snippet="Lunch"
)
DOCUMENT = Document(id="d1", title="Über", body=ODD, updated_at=NOON, foreign=True)
PASSAGE = Passage(
    document_id="d1",
    title="Über",
    version="0123456789abcdef",
    snippet="Grüße",
    score=0.5,
    updated_at=NOON,
    foreign=False,
)
FACT = Fact(id="f1", text=ODD, source="said on Friday", at=NOON, foreign=True)
RULE = Rule(
    id="r1",
    about="mail of Anna's",
    sender="anna@example.org",
    words=("lunch", "dinner"),
    kinds=("email",),
    judge=True,
    urgent=False,
    created_at=NOON,
)
BARE_RULE = replace(RULE, sender=None, words=(), kinds=(), urgent=True)
PIECE = Piece(run_id="r1", loop=2, number=3, kind="content", text=ODD, say=1)
LONG = replace(MESSAGES["say"], text="ü" * 5_200)
OUTCOME = Outcome(state="done", run_id="r1", seq=6, message=TERMINAL["say"])
PROBLEM = Problem(422, "No.", detail="Why", errors=[{"field": "text", "message": "is missing"}])

WIRE: Mapping[str, Any] = {
    **{f"entry: user: {name}": entry_to_wire(said) for name, said in UTTERANCES.items()},
    **{f"entry: brain: {name}": entry_to_wire(told) for name, told in MESSAGES.items()},
    **{f"entry: last: {name}": entry_to_wire(told) for name, told in TERMINAL.items()},
    "channel: short": entry_for_channel(MESSAGES["all"]),
    "channel: truncated": entry_for_channel(LONG),
    "channel: as much as fits": len(
        entry_for_channel(replace(LONG, text="ü" * 4_993)).get("text", "")
    ),
    "piece": piece_to_wire(PIECE),
    **{
        f"question: {name}": question_to_wire(told)
        for name, told in MESSAGES.items()
        if told.kind is Kind.QUESTION
    },
    "rule": rule_to_wire(RULE),
    "rule: bare": rule_to_wire(BARE_RULE),
    "fact": fact_to_wire(FACT),
    "document": document_to_wire(DOCUMENT),
    "document in a list": passage_to_wire(PASSAGE),
    "email": email_to_wire(EMAIL),
    "email in a list": found_to_wire(FOUND),
    **{f"preferences: {name}": preferences_to_wire(one) for name, one in PREFERENCES.items()},
    "reminder": reminder_to_wire(REMINDERS["foreign"], ZoneInfo("Europe/Berlin")),
    "outcome: done": outcome_to_wire(OUTCOME),
    "outcome: running": outcome_to_wire(replace(OUTCOME, state="running", message=None)),
    "problem": PROBLEM.to_wire(),
    "problem: bare": Problem(404, "No.").to_wire(),
    "event: a reminder is due": due_event("anna", "r1"),
    "event: a look into the mailbox": check_event("anna"),
}

FRAMES: Mapping[str, bytes] = {
    **{
        kind: frame_of(replace(PIECE, kind=kind)).frame()
        for kind in ("thought", "action", "content")
    },
    "user": frame_of(UTTERANCES["approve"]).frame(),
    "message": frame_of(MESSAGES["odd text"]).frame(),
    "message of a feed": feed_frame_of(TERMINAL["question"]).frame(),
    "run": feed_frame_of(RunChange(run_id="r1", state="running")).frame(),
    "reset": feed_frame_of(LogReset(last_seq=3)).frame(),
    "done": Frame(name="done", data=outcome_to_wire(OUTCOME)).frame(),
    "error": Frame(name="error", data=PROBLEM.to_wire()).frame(),
    "beat": BEAT,
}
