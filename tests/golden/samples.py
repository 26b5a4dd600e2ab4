"""What is stored: for each form some values, one for each field and kind that there is."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from tests.golden.forms import (
    Answered,
    CallTurn,
    ClientTool,
    Decision,
    Equipped,
    Heard,
    How,
    Interrupted,
    Joined,
    Kind,
    Message,
    Notice,
    Overheard,
    Preferences,
    PushSubscription,
    Question,
    Quiet,
    Remark,
    Reminder,
    Returned,
    Speak,
    Started,
    ToolCall,
    Utterance,
)

NOON = datetime(2026, 1, 31, 12, 0, 0, 123_000, tzinfo=UTC)
LATER = NOON + timedelta(days=7)
ODD = 'Grüße 👋 "a\\b" <&>\n\u2028 {"v":9}'
FORMLESS = (Kind.QUESTION, Kind.ERASED)
DECISIONS = {
    "approve": Decision(question_id="q1", verdict="approve", tool="send", arguments={"to": "änna"}),
    "reject": Decision(question_id="q1", verdict="reject", tool="send", arguments={}),
    "answer": Decision(
        question_id="q1", verdict="answer", tool="pick", arguments={"n": [1, 2.5]}, result="Done"
    ),
}
QUESTIONS = {
    "user": Question(whom="user", tool="send", arguments={"to": "anna"}, expires_at=LATER),
    "client": Question(whom="client", tool="pick", arguments={"b": 1, "a": None}, expires_at=NOON),
}


def _said(text: str = "Hello", **more: Any) -> Utterance:
    named = {"message_id": "m-1", "created_at": NOON, **more}
    return Utterance(id="u1", seq=7, text=text, run_id="r1", **named)


def _told(
    kind: Kind = Kind.SAY, text: str = "Hello", *, ends: bool = False, **more: Any
) -> Message:
    named = {"answers_seq": 6, "created_at": NOON, **more}
    return Message(id="b1", seq=7, kind=kind, text=text, done_after_this=ends, run_id="r1", **named)


UTTERANCES = {
    "plain": _said(),
    "odd text": _said(ODD, message_id="", agent_call_id="call-1"),
    **{name: _said("Yes.", decision=decision) for name, decision in DECISIONS.items()},
    "speculative": _said(turn=CallTurn(call="c-1", index=3), replaces="m-0", speculative=True),
}
MESSAGES = {
    # What is erased has no form of its own: the log keeps its place only.
    **{kind.value: _told(kind, kind.value) for kind in Kind if kind not in FORMLESS},
    **{speak.value: _told(speak=speak) for speak in Speak},
    **{
        f"question for {name}": _told(Kind.QUESTION, "Shall I?", question=one, expires_at=LATER)
        for name, one in QUESTIONS.items()
    },
    "empty": _told(text=""),
    "odd text": _told(text=ODD, agent_call_id="call-1"),
    "foreign": _told(foreign=True),
    "superseding": _told(supersedes="b0", expires_at=LATER),
    "all": _told(
        Kind.QUESTION,
        "Shall I?",
        agent_call_id="call-1",
        speak=Speak.SILENT,
        expires_at=LATER,
        supersedes="b0",
        question=QUESTIONS["user"],
        foreign=True,
    ),
}
TERMINAL = {
    "say": _told(ends=True),
    "error": _told(Kind.ERROR, "Sorry.", ends=True, speak=Speak.WHEN_IDLE),
    "question": _told(
        Kind.QUESTION, "Shall I?", ends=True, question=QUESTIONS["user"], expires_at=LATER
    ),
}
CALLS = (
    ToolCall(id="c1", name="note", arguments='{"a":1}'),
    ToolCall(id="c2", name="send", arguments="{not JSON"),
)
JOURNAL = {
    "answered": Answered(text=ODD, calls=CALLS, tokens=12),
    "answered without a call": Answered(text="", calls=()),
    "answered at a cost": Answered(
        text="", calls=(), tokens=12, prompt_tokens=8, answer_tokens=4, usd=0.0025
    ),
    "interrupted": Interrupted(text="And th"),
    "started": Started(tool_call_id="c1"),
    "returned": Returned(tool_call_id="c1", text="Noted."),
    "failed": Returned(tool_call_id="c1", text="No.", failed=True),
    "foreign": Returned(tool_call_id="c1", text=ODD, foreign=True),
    "returned by others": Returned(tool_call_id="c1", text="Noted.", foreign=True),
    **{f"joined: {name}": Joined(utterance=said) for name, said in UTTERANCES.items()},
    "overheard": Overheard(
        seq=7, remarks=(Remark(role="user", text=ODD), Remark(role="assistant", text=""))
    ),
    "equipped": Equipped(
        seq=7,
        tools=(
            ClientTool(
                name="pick",
                description="Pick a colour.",
                parameters={"type": "object", "properties": {"n": {"type": "number"}}},
            ),
            ClientTool(name="bare", description="Bare", parameters={}),
        ),
    ),
}
NOTICES = {
    "email": Notice(
        id="email-1",
        kind="email",
        text="",
        urgent=False,
        at=NOON,
        expires_at=LATER,
        sender="Änna",
        subject="Lunch",
    ),
    "reminder": Notice(
        id="reminder-1", kind="reminder", text=ODD, urgent=True, at=NOON, foreign=False
    ),
    "document": Notice(
        id="event-1", kind="document", text="", urgent=False, at=NOON, subject="Plan"
    ),
    "event": Notice(id="event-2", kind="event", text="Hm", urgent=True, at=NOON, sender="Home"),
}
REMINDERS = {
    "plain": Reminder(id="r-1", text=ODD, at=NOON),
    "foreign": Reminder(id="r-2", text="The oven", at=LATER, foreign=True),
}
DEVICES = {
    "plain": PushSubscription(
        endpoint="https://web.push.apple.com/1", p256dh="BPoint", auth="secret", at=NOON
    ),
}
PREFERENCES = {
    "default": Preferences(),
    "all": Preferences(
        trusted=("anna@example.org", "@firm.example"),
        quiet=Quiet(start=time(22), until=time(7, 30)),
        zone="Europe/Berlin",
        emails="rules",
    ),
}
HEARD = {
    "nothing": (),
    "all": (
        Heard(seq=3, how=How.PLAYED),
        Heard(seq=5, how=How.CUT_OFF, chars=12),
        Heard(seq=12, how=How.UNSPOKEN),
    ),
}
SAMPLES: Mapping[str, Mapping[str, Any]] = {
    "utterance": UTTERANCES,
    "aside": {"plain": _said()},
    "message": MESSAGES,
    "terminal": TERMINAL,
    "journal": JOURNAL,
    "notice": NOTICES,
    "reminder": REMINDERS,
    "device": DEVICES,
    "preferences": PREFERENCES,
    "heard": HEARD,
    "archive": {
        **{f"user: {name}": value for name, value in UTTERANCES.items()},
        **{f"brain: {name}": value for name, value in MESSAGES.items()},
        **{f"last: {name}": value for name, value in TERMINAL.items()},
    },
}

# Forms as they were written before a field was there: the sample, and the fields that it lacks.
OLDER: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "an utterance before calls had ids": ("utterance", "plain", ("callId",)),
    "a message before voices": ("message", "say", ("speak", "expiresAt", "supersedes", "callId")),
    "a message before `speak`": ("message", "now", ("speak",)),
    "a joined text before calls had ids": ("journal", "joined: plain", ("callId",)),
    "a result before `foreign`": ("journal", "returned by others", ("foreign",)),
    "a notice before `foreign`": ("notice", "email", ("foreign",)),
    "preferences before `emails`": ("preferences", "default", ("emails",)),
    "preferences without a field": (
        "preferences",
        "default",
        ("trusted", "quiet", "zone", "emails"),
    ),
    "an archived text before calls had ids": ("archive", "user: plain", ("callId",)),
    "an archived message before voices": (
        "archive",
        "brain: say",
        ("speak", "expiresAt", "supersedes", "callId"),
    ),
}
