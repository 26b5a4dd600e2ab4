"""Faults that show at the edge: in health, headers, refusals and errors."""

from __future__ import annotations

from tests.contracts.deployment.changes import Plant, dropped, failing, headed, put, status
from tests.contracts.deployment.faults import Fault, Json, header

INLINE = "script-src 'unsafe-inline'; frame-ancestors 'none'"


def _only_status(problem: Json) -> Json:
    return {"status": problem["status"]}


HEALTH: dict[str, Plant] = {
    "a document without paths": (
        "The routes are described",
        Fault(paths=("/api/openapi.json",), answer=put(paths={})),
    ),
    "a missing setting": (
        "All settings are there",
        Fault(
            paths=("/api/health",),
            answer=failing({"ok": False, "missing": "QSTASH_TOKEN is missing"}),
        ),
    ),
    "a setting without its name": (
        "Health names what is missing, and no values",
        Fault(paths=("/api/health",), answer=failing({"ok": False, "missing": "not set"})),
    ),
    "an ok that is not so": (
        "Health names what is missing, and no values",
        Fault(paths=("/api/health",), answer=put(ok=False)),
    ),
    "an address with a password": (
        "Health names what is missing, and no values",
        Fault(paths=("/api/health",), answer=put(note="redis://default:secret@store.example")),
    ),
    "a service that does not answer": (
        "Every service answers",
        Fault(
            paths=("/api/health",),
            answer=failing({"ok": False, "reason": "No answer.", "fix": "Start it."}),
        ),
    ),
    "a fault without a fix": (
        "Every service answers",
        Fault(paths=("/api/health",), answer=failing({"ok": False, "reason": "No answer."})),
    ),
    "a session that has ended": (
        "A session begins",
        Fault(paths=("/api/session",), answer=put(expiresAt="2026-01-01T00:00:00Z")),
    ),
    "a server whose clock is wrong": (
        "A session begins",
        Fault(paths=("/api/session",), answer=put(time="2026-01-01T00:00:00Z")),
    ),
}

EDGE: dict[str, Plant] = {
    "no policy": (
        "The page is there, and protected",
        Fault(answer=dropped("content-security-policy")),
    ),
    "a policy with inline scripts": (
        "The page is there, and protected",
        Fault(
            answer=headed(
                "content-security-policy", "script-src 'unsafe-inline'; frame-ancestors 'none'"
            )
        ),
    ),
    "a page that others frame": (
        "The page is there, and protected",
        Fault(answer=headed("content-security-policy", "script-src 'self'")),
    ),
    "a client for one origin": (
        "Any front end can load the client",
        Fault(paths=("/brain.js",), answer=dropped("access-control-allow-origin")),
    ),
    "answers that are cached": (
        "Answers stay with who asked",
        Fault(paths=("/api/",), answer=headed("cache-control", "public, max-age=60")),
    ),
    "no word against sniffing": (
        "Answers stay with who asked",
        Fault(paths=("/api/",), answer=dropped("x-content-type-options")),
    ),
    "every origin that asks": (
        "Pages of other origins are not let in",
        Fault(
            paths=("/api/",),
            answer=headed("access-control-allow-origin", "https://not-allowed.invalid"),
        ),
    ),
    "cookies from other origins": (
        "Pages of other origins are not let in",
        Fault(paths=("/api/",), answer=headed("access-control-allow-credentials", "true")),
    ),
    "a socket for every origin": (
        "Nor are they over the socket",
        Fault(paths=("/api/live",), request=lambda scope: header(scope, "origin", None)),
    ),
    "no tags": ("Unchanged answers are not sent again", Fault(answer=dropped("etag"))),
    "tags that are not read": (
        "Unchanged answers are not sent again",
        Fault(request=lambda scope: header(scope, "if-none-match", None)),
    ),
    "no HEAD": ("HEAD works", Fault(methods=("HEAD",), answer=status(200, 405))),
}

REFUSALS: dict[str, Plant] = {
    "tokens without a check": (
        "Wrong tokens are refused",
        Fault(paths=("/api/messages",), answer=status(401, 200)),
    ),
    "no challenge": ("Wrong tokens are refused", Fault(answer=dropped("www-authenticate"))),
    "one route without a token": (
        "Every route of a user needs a token",
        Fault(paths=("/api/facts",), methods=("DELETE",), answer=status(401, 404)),
    ),
    "any access key": (
        "A wrong access key is refused",
        Fault(paths=("/api/session",), answer=status(401, 200)),
    ),
    "webhooks of anybody": (
        "Only the services call their routes",
        Fault(paths=("/api/brainToBrain",), answer=status(401, 200)),
    ),
    "a body that breaks the function": (
        "Bodies that cannot be used are refused",
        Fault(paths=("/api/voiceToBrain",), answer=status(400, 500)),
    ),
    "texts of any length": (
        "Wrong fields are named",
        Fault(paths=("/api/voiceToBrain",), answer=status(422, 200)),
    ),
    "errors without fields": (
        "Wrong fields are named",
        Fault(paths=("/api/voiceToBrain",), answer=put(errors=[])),
    ),
    "no Allow": ("Wrong methods and addresses are refused", Fault(answer=dropped("allow"))),
}

THROUGHOUT: dict[str, Plant] = {
    "an answer that is not described": (
        "Answers are as they are described",
        Fault(paths=("/api/voiceToBrain",), answer=status(422, 418)),
    ),
    "a field that is missing": (
        "Answers are as they are described",
        Fault(
            paths=("/api/voiceToBrain",),
            answer=lambda a: a.alter(_only_status),
        ),
    ),
    "an error as a page": (
        "Errors are problem details",
        Fault(paths=("/api/voiceToBrain",), answer=headed("content-type", "text/html")),
    ),
    "another status in the body": (
        "Errors are problem details",
        Fault(paths=("/api/voiceToBrain",), answer=put(status=200)),
    ),
    "a stack trace": (
        "Errors tell nothing that is not for the caller",
        Fault(
            paths=("/api/voiceToBrain",),
            answer=put(detail='Traceback (most recent call last): File "x.py", line 3'),
        ),
    ),
    "the caller's token": (
        "Errors tell nothing that is not for the caller",
        Fault(
            paths=("/api/voiceToBrain",),
            answer=lambda a: put(detail=a.asked["authorization"])(a),
        ),
    ),
}

EDGE_PLANTS: dict[str, Plant] = {**HEALTH, **EDGE, **REFUSALS, **THROUGHOUT}
