"""What is refused, and how: wrong tokens, wrong bodies, calls that only services may make."""

from __future__ import annotations

import base64
import json

from brain.check.calls import HttpAnswer
from brain.check.model import NotOffered, Promise, need
from brain.check.site import Site
from brain.codec import Json

GROUP = "refusals"
MOST_CHARS = 8_000  # of a text
TOO_MANY_BYTES = 300 * 1024  # of a body; 256 KiB are allowed
WEBHOOKS = ("/api/brainToBrain", "/api/websocketToBrain", "/api/eventToBrain")
JSON_TYPE = {"Content-Type": "application/json"}
NOBODY = {"sub": "nobody", "exp": 4_000_000_000}


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def forged(algorithm: str, signature: bytes) -> str:
    """Return a token that nobody has signed."""
    signed = base64.urlsafe_b64encode(signature).decode().rstrip("=")
    return f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(NOBODY)}.{signed}"


async def tokens(site: Site) -> str:
    wrong = {
        "no token": None,
        "a word as a token": "not-a-token",
        "an unsigned token": forged("none", b""),
        "a token with a wrong signature": forged("HS256", b"x" * 32),
        "a changed token": _changed(site.me.token),
    }
    for name, token in wrong.items():
        answer = await site.calls.send("GET", "/api/messages?limit=1", token=token)
        need(answer.status == 401, f"{answer.what} to {name}")
        need("www-authenticate" in answer.headers, f"{answer.what} without WWW-Authenticate")
    return f"401 to {len(wrong)} kinds of wrong tokens"


def _changed(token: str) -> str:
    """Return the token with another signature of the same length."""
    head, _, signature = token.rpartition(".")
    return f"{head}.{signature[::-1] if signature[::-1] != signature else 'A' + signature[1:]}"


async def every_route(site: Site) -> str:
    if site.watch.document is None:
        raise NotOffered("the routes are not described")
    asked = 0
    for path, operations in site.watch.document.paths.items():
        for method, operation in operations.items():
            if operation.get("security") != [{"user": []}]:
                continue
            target = path.replace("{id}", "unknown")
            body: Json | None = None if method in ("get", "delete") else {}
            answer = await site.calls.send(method.upper(), target, body=body)
            need(answer.status == 401, f"{answer.what} without a token")
            asked += 1
    need(asked, "no route needs a token")
    return f"401 at {asked} operations"


async def access_key(site: Site) -> str:
    if site.features.get("local"):
        raise NotOffered("sessions are open here: this is no deployment")
    body = {"accessKey": "this is not the access key"}
    answer = await site.calls.send("POST", "/api/session", body=body)
    need(answer.status in (401, 429), answer.what)
    return f"{answer.status} to a wrong access key"


async def services_only(site: Site) -> str:
    seen = []
    for path in WEBHOOKS:
        answer = await site.calls.send("POST", path, body={"userId": "check", "reason": "handoff"})
        is_unset = answer.status in (404, 500, 503) and answer.kind == "application/problem+json"
        need(answer.status in (401, 403) or is_unset, f"{answer.what} without a signature")
        seen.append(f"{path.rpartition('/')[2]} {answer.status}")
    return ", ".join(seen)


async def bodies(site: Site) -> str:
    said = json.dumps({"text": "x", "messageId": site.new_id()})
    cases: list[tuple[str, bytes, dict[str, str], int]] = [
        ("a body that is not JSON", b'{"text": ', JSON_TYPE, 400),
        ("NaN", b'{"text": "x", "patience": NaN}', JSON_TYPE, 422),
        ("a key twice", b'{"text": "x", "text": "y"}', JSON_TYPE, 422),
        ("JSON that is nested too deeply", b"[" * 100 + b"]" * 100, JSON_TYPE, 422),
        ("a form", b"text=x", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("a body that is too long", said.encode().ljust(TOO_MANY_BYTES), JSON_TYPE, 413),
    ]
    for name, content, headers, status in cases:
        answer = await site.calls.send(
            "POST", "/api/voiceToBrain", token=site.me.token, content=content, headers=headers
        )
        need(answer.status == status, f"{answer.what} to {name}, not {status}")
    return "400, 413, 415 and 422, each where it belongs"


async def fields(site: Site) -> str:
    cases: list[tuple[str, str, Json]] = [
        ("text", "no text", {}),
        ("text", "an empty text", {"text": " \n "}),
        ("text", "a text that is too long", {"text": "x" * (MOST_CHARS + 1)}),
        ("messageId", "a wrong messageId", {"text": "x", "messageId": "no key!"}),
        ("patience", "a negative patience", {"text": "x", "patience": -1}),
    ]
    for field, name, body in cases:
        answer = await site.post("/api/voiceToBrain", body)
        need(answer.status == 422, f"{answer.what} to {name}, not 422")
        need(field in _named(answer), f"{answer.what} to {name}, but errors does not name {field}")
    query = await site.get("/api/messages?limit=many")
    need(query.status == 422, f"{query.what} to a limit that is no number")
    return "422, and errors names the field"


def _named(answer: HttpAnswer) -> list[str]:
    errors = answer.object().get("errors")
    return [str(error.get("field")) for error in errors] if isinstance(errors, list) else []


async def methods(site: Site) -> str:
    answer = await site.calls.send("GET", "/api/voiceToBrain", token=site.me.token)
    need(answer.status == 405, answer.what)
    need("POST" in answer.headers.get("allow", ""), f"{answer.what} without Allow: POST")
    unknown = await site.calls.send("GET", "/no-such-page", token=site.me.token)
    need(unknown.status == 404, unknown.what)
    return "405 with Allow, 404 for what is not there"


PROMISES = (
    Promise(
        group=GROUP,
        name="Wrong tokens are refused",
        expected="401 with WWW-Authenticate",
        look=tokens,
    ),
    Promise(
        group=GROUP,
        name="Every route of a user needs a token",
        expected="401 at each operation that the document says needs one",
        look=every_route,
    ),
    Promise(
        group=GROUP,
        name="A wrong access key is refused",
        expected="POST /api/session: 401, or 429 after too many tries",
        look=access_key,
    ),
    Promise(
        group=GROUP,
        name="Only the services call their routes",
        expected="401 to a call without a signature",
        look=services_only,
    ),
    Promise(
        group=GROUP,
        name="Bodies that cannot be used are refused",
        expected="400 not JSON, 413 too long, 415 another type, 422 JSON that cannot be used",
        look=bodies,
    ),
    Promise(
        group=GROUP,
        name="Wrong fields are named",
        expected="422, with the field in errors",
        look=fields,
    ),
    Promise(
        group=GROUP,
        name="Wrong methods and addresses are refused",
        expected="405 with Allow, 404",
        look=methods,
    ),
)
