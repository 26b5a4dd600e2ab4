"""Faults of what is said and kept: answers, roads, orders, documents, and what others see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from starlette.types import Scope

from tests.contracts.deployment.changes import Plant, put, status
from tests.contracts.deployment.faults import Answer, Fault, Json, header, user_of

KEYS: Iterator[int] = count(1)
FIRST: dict[bytes, bytes] = {}


def _named(name: str) -> Callable[[Json], Json]:
    """Return a change of a body: each has a key of its own."""
    return lambda body: {**body, name: f"another-key-{next(KEYS)}"} if name in body else body


def _other_user_is_first(scope: Scope) -> Scope:
    """Take the second user for the first: their log and documents are the first one's."""
    if not user_of(scope).endswith("-other"):
        FIRST.update(dict(scope["headers"]))
        return scope
    return header(scope, "authorization", FIRST[b"authorization"].decode())


def _without_answers(answer: Answer) -> None:
    answer.alter(
        lambda page: page.update(
            messages=[e for e in page["messages"] if not e.get("doneAfterThis")]
        )
    )


def _with_two_answers(answer: Answer) -> None:
    def change(page: Json) -> None:
        for entry in page["messages"][:]:
            if entry.get("doneAfterThis"):
                page["messages"].append({**entry, "seq": entry["seq"] + 1, "id": "another"})

    answer.alter(change)


def _without_the_second(answer: Answer) -> None:
    answer.alter(lambda page: page.update(messages=page["messages"][:1] + page["messages"][2:]))


def _as_errors(answer: Answer) -> None:
    def change(page: Json) -> None:
        for entry in page["messages"]:
            entry |= {"kind": "error"} if entry["role"] == "brain" else {}

    answer.alter(change)


LOG = ("/api/messages",)
ASK = ("/api/voiceToBrain",)

ANSWERS: dict[str, Plant] = {
    "an answer that never comes": (
        "A text is answered once",
        Fault(paths=LOG, answer=_without_answers),
    ),
    "two answers": ("A text is answered once", Fault(paths=LOG, answer=_with_two_answers)),
    "a text that is changed": (
        "A text is answered once",
        Fault(paths=ASK, sent=lambda body: {**body, "text": f"{body['text']}!"}),
    ),
    "an error in place of the answer": ("The model answers", Fault(paths=LOG, answer=_as_errors)),
    "keys that are not read": (
        "A text that is sent again is the same text",
        Fault(paths=ASK, sent=_named("messageId")),
    ),
    "a second text that gets lost": (
        "A text during a run is taken up",
        Fault(
            paths=ASK,
            instead=lambda body: (
                None
                if "long task" in body["text"]
                else (200, {"state": "recorded", "runId": "lost", "seq": 10_000, "message": None})
            ),
        ),
    ),
    "a gap": ("The log has no gaps", Fault(paths=LOG, answer=_without_the_second)),
}


def _without_done(frame: str) -> str | None:
    return None if frame.startswith("event: done") else frame


def _without_the_user(frame: str) -> str | None:
    return None if '"role":"user"' in frame else frame


def _without_ids(frame: str) -> str | None:
    return "\n".join(line for line in frame.split("\n") if not line.startswith("id:"))


def _silent(frame: Json) -> Json | None:
    return None if frame.get("message", {}).get("role") == "user" else frame


def _another_reply(frame: Json) -> Json | None:
    return {**frame, "messageId": "another-text"} if frame["type"] == "reply" else frame


def _signs_all(body: Json) -> tuple[int, Json] | None:
    is_foreign = body["channel_name"].endswith("0" * 32)
    return (200, {"auth": "key:signature"}) if is_foreign else None


def _unchanged(answer: Answer) -> None:
    if "if-none-match" in answer.asked:
        answer.status, answer.body = 304, b""


ROADS: dict[str, Plant] = {
    "a stream without an end": (
        "An answer can be streamed",
        Fault(paths=ASK, event=_without_done),
    ),
    "a stream with a gap": (
        "The log can be followed",
        Fault(paths=("/api/stream",), event=_without_the_user),
    ),
    "a stream without places": (
        "The log can be followed",
        Fault(paths=("/api/stream",), event=_without_ids),
    ),
    "a socket with a gap": (
        "The socket takes texts and brings answers",
        Fault(paths=("/api/live",), frame=_silent),
    ),
    "a socket that mixes replies up": (
        "The socket takes texts and brings answers",
        Fault(paths=("/api/live",), frame=_another_reply),
    ),
    "a socket that closes otherwise": (
        "The socket refuses wrong tokens",
        Fault(paths=("/api/live",), request=lambda scope: {**scope, "path": "/api/none"}),
    ),
    "channels of others": (
        "The channel brings answers",
        Fault(paths=("/api/pusherAuth",), instead=_signs_all),
    ),
    "no signature": (
        "The channel brings answers",
        Fault(paths=("/api/pusherAuth",), answer=put(auth="local:nothing")),
    ),
    "a log that stays as it was": (
        "Polling finds the answer",
        Fault(
            paths=LOG,
            answer=_unchanged,
        ),
    ),
    "keys of platforms that are not read": (
        "Voice platforms get one answer for one key",
        Fault(
            paths=("/v1/chat/completions",),
            request=lambda scope: header(
                header(scope, "idempotency-key", None), "x-call-id", f"call-{next(KEYS)}"
            ),
        ),
    ),
}


def _ordered(type: str, made: Json) -> Fault:
    """Return the fault that an order is answered, and not carried out."""
    return Fault(
        paths=("/api/control",),
        instead=lambda body: (200, {**made, **_ids(body)}) if body["type"] == type else None,
    )


def _ids(body: Json) -> Json:
    return {name: body[name] for name in ("runId", "messageId") if name in body}


ORDERS: dict[str, Plant] = {
    "a stop that stops nothing": (
        "A run can be stopped",
        _ordered("stop", {"state": "stopped", "message": None}),
    ),
    "a text that is not taken back": (
        "A text can be taken back",
        _ordered("withdraw", {"state": "withdrawn", "seq": 1}),
    ),
    "questions that nobody asked": (
        "Orders for what does not exist are refused",
        _ordered("approve", {"state": "done"}),
    ),
}

DOCUMENTS = ("/api/documents",)
DATA: dict[str, Plant] = {
    "keys of documents that are not read": (
        "Documents are kept, changed and deleted",
        Fault(paths=DOCUMENTS, methods=("POST",), sent=_named("key")),
    ),
    "a deletion that deletes nothing": (
        "Documents are kept, changed and deleted",
        Fault(
            paths=DOCUMENTS,
            methods=("DELETE",),
            instead=lambda _: (200, {"deleted": "it"}),
        ),
    ),
    "changes of older versions": (
        "Documents are kept, changed and deleted",
        Fault(paths=DOCUMENTS, methods=("PATCH",), answer=status(409, 200)),
    ),
    "cursors that are not read": (
        "Lists come in pages",
        Fault(paths=("/api/facts",), answer=status(422, 200)),
    ),
    "zones that do not exist": (
        "Wrong settings are refused",
        Fault(paths=("/api/preferences",), methods=("PUT",), answer=status(422, 200)),
    ),
}

STRANGERS: dict[str, Plant] = {
    "ids that nobody has": (
        "Unknown ids are not found",
        Fault(paths=("/api/jobs",), answer=status(404, 200)),
    ),
    "one log for two users": (
        "Another user finds nothing",
        Fault(paths=LOG, request=_other_user_is_first),
    ),
    "one set of documents for two users": (
        "Another user finds nothing",
        Fault(paths=DOCUMENTS, request=_other_user_is_first),
    ),
    "texts of others": (
        "Another user finds nothing",
        Fault(paths=("/api/control", *LOG), request=_other_user_is_first),
    ),
    "hidden, but otherwise than what does not exist": (
        "Another user finds nothing",
        Fault(
            paths=("/api/control",),
            answer=lambda a: put(title=f"Not yours {next(KEYS)}.")(a),
        ),
    ),
}

TALK_PLANTS: dict[str, Plant] = {**ANSWERS, **ROADS, **ORDERS, **DATA, **STRANGERS}
