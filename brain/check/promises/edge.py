"""The page's files, the headers that protect it, other origins, tags and HEAD."""

from __future__ import annotations

from brain.check.calls import HttpAnswer
from brain.check.frames import SocketRefused, connected
from brain.check.model import NotOffered, Promise, need
from brain.check.site import Site

GROUP = "edge"
STRANGER = "https://not-allowed.invalid"
ANY = "https://any-origin.invalid"
SCRIPTS = ("'unsafe-inline'", "'unsafe-eval'", "*")
ALLOW = "access-control-allow-origin"
SOCKET_S = 15.0


def protects(answer: HttpAnswer) -> None:
    """Raise Broken unless an answer has the headers of every answer."""
    headers = answer.headers
    sniffing = headers.get("x-content-type-options", "")
    need(sniffing == "nosniff", f"{answer.what} without X-Content-Type-Options: nosniff")
    need("referrer-policy" in headers, f"{answer.what} without Referrer-Policy")
    need("permissions-policy" in headers, f"{answer.what} without Permissions-Policy")


def sources(policy: str, directive: str) -> list[str] | None:
    """Return the sources of a directive of a Content-Security-Policy; None if it is not there."""
    for part in policy.split(";"):
        match part.split():
            case [name, *found] if name.lower() == directive:
                return found
    return None


async def page(site: Site) -> str:
    answer = await site.calls.send("GET", "/")
    need(answer.status == 200 and answer.kind == "text/html", answer.what)
    protects(answer)
    policy = answer.headers.get("content-security-policy", "")
    need(policy, "the page has no Content-Security-Policy")
    scripts = sources(policy, "script-src")
    scripts = sources(policy, "default-src") if scripts is None else scripts
    need(scripts is not None, "the policy does not limit scripts")
    loose = [source for source in scripts or () if source in SCRIPTS]
    need(not loose, f"the policy allows scripts from {' '.join(loose)}")
    need(sources(policy, "frame-ancestors") == ["'none'"], "other sites may frame the page")
    return "the page, with its policy"


async def client(site: Site) -> str:
    answer = await site.calls.send("GET", "/brain.js", headers={"Origin": STRANGER})
    need(answer.status == 200 and "javascript" in answer.kind, f"{answer.what} as {answer.kind}")
    need(answer.headers.get(ALLOW) == "*", "no other origin may load the client")
    return "the client, for every origin"


async def answers_are_private(site: Site) -> str:
    for path in ("/api/status", "/api/messages?limit=1"):
        answer = await site.get(path)
        need(answer.status == 200, answer.what)
        protects(answer)
        stored = answer.headers.get("cache-control", "")
        need("no-store" in stored or "private" in stored, f"{answer.what}, and caches may keep it")
        need("set-cookie" not in answer.headers, f"{answer.what} with a cookie")
    return "no cache keeps them, and no cookie is set"


async def origins(site: Site) -> str:
    asked = {"Origin": STRANGER, "Access-Control-Request-Method": "POST"}
    for answer in (
        await site.calls.send("OPTIONS", "/api/voiceToBrain", headers=asked),
        await site.get("/api/status", Origin=STRANGER),
        await site.get("/api/status", Origin="null"),
    ):
        allowed = answer.headers.get(ALLOW)
        credentials = answer.headers.get("access-control-allow-credentials")
        need(
            credentials is None,
            "Access-Control-Allow-Credentials is sent, but there are no cookies",
        )
        if allowed == STRANGER and await _is_open(site):
            raise NotOffered("BRAIN_ALLOWED_ORIGINS allows every origin")
        need(allowed is None, f"{answer.what}, and allows the origin {allowed}")
    return "an origin that is not listed gets no permission"


async def _is_open(site: Site) -> bool:
    answer = await site.get("/api/status", Origin=ANY)
    return bool(answer.headers.get(ALLOW) == ANY)


async def socket_origins(site: Site) -> str:
    if await _is_open(site):
        raise NotOffered("BRAIN_ALLOWED_ORIGINS allows every origin")
    url = site.socket_url("/api/live")
    try:
        protocols, headers = ("brain", f"token.{site.me.token}"), {"Origin": STRANGER}
        async with connected(url, limit_s=SOCKET_S, protocols=protocols, headers=headers) as frames:
            await frames.hear()
    except SocketRefused as refused:
        need(refused.status == 403, str(refused))
        return "refused with 403"
    need(False, "a page of another origin may connect")
    return ""


async def tags(site: Site) -> str:
    for path in ("/api/messages?limit=1", "/api/status"):
        first = await site.get(path)
        tag = first.headers.get("etag", "")
        need(tag, f"{first.what} without an ETag")
        again = await site.get(path, **{"If-None-Match": tag})
        need(again.status == 304 and not again.body, f"{again.what} to its own ETag")
        other = await site.get(path, **{"If-None-Match": '"another"'})
        need(other.status == 200 and other.body, f"{other.what} to another ETag")
    return "304 to the own tag, 200 to another one"


async def heads(site: Site) -> str:
    for path in ("/api/messages?limit=1", "/api/health"):
        get = await site.get(path)
        head = await site.calls.send("HEAD", path, token=site.me.token)
        need(head.status == get.status, f"{head.what}, and GET {get.status}")
        need(not head.body, f"{head.what} with a body")
        need(head.kind == get.kind, f"{head.what} as {head.kind or 'nothing'}")
    return "as GET, without the body"


PROMISES = (
    Promise(
        group=GROUP,
        name="The page is there, and protected",
        expected="GET /: a policy without inline scripts, no framing, the protecting headers",
        look=page,
    ),
    Promise(
        group=GROUP,
        name="Any front end can load the client",
        expected="GET /brain.js: 200, for every origin",
        look=client,
    ),
    Promise(
        group=GROUP,
        name="Answers stay with who asked",
        expected="Cache-Control: no-store, nosniff, no cookie",
        look=answers_are_private,
    ),
    Promise(
        group=GROUP,
        name="Pages of other origins are not let in",
        expected="no Access-Control-Allow-Origin for an origin that is not listed",
        look=origins,
    ),
    Promise(
        group=GROUP,
        name="Nor are they over the socket",
        expected="WS /api/live with such an origin: 403",
        look=socket_origins,
    ),
    Promise(
        group=GROUP,
        name="Unchanged answers are not sent again",
        expected="304 to If-None-Match with the ETag",
        look=tags,
    ),
    Promise(
        group=GROUP,
        name="HEAD works",
        expected="the status and type of GET, and no body",
        look=heads,
    ),
)
