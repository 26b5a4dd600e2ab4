"""Health, the session, and the description of the routes."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

from brain.check.described import Described
from brain.check.model import NotOffered, Promise, need
from brain.check.site import Site
from brain.codec import Json

GROUP = "health"
DEEP_S = 8.0  # seconds; a deep look promises to end within 5
SKEW_S = 300.0  # seconds by which this machine's clock may differ from the server's
VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
ADDRESS = re.compile(r"(?:https?|rediss?|postgres(?:ql)?|imaps?|smtps?)://[^\s/]*[:@][^\s/]*@")


async def described(site: Site) -> str:
    """Read the OpenAPI document; from here on each answer is compared with it."""
    answer = await site.calls.send("GET", "/api/openapi.json")
    need(answer.status == 200, answer.what)
    document = answer.object()
    paths = document.get("paths")
    need(str(document.get("openapi", "")).startswith("3."), "a body that is not OpenAPI 3")
    need(isinstance(paths, dict) and "/api/voiceToBrain" in paths, "a document without the routes")
    site.watch.document = Described(document)
    site.version = str(document["info"]["version"])
    return f"{len(document['paths'])} paths of version {site.version}"


async def healthy(site: Site) -> str:
    answer = await site.calls.send("GET", "/api/health")
    need(answer.status == 200, answer.what)
    report = answer.object()
    faults = [
        f"{name}: {check.get('missing') or 'no reason is given'}"
        for name, check in report["checks"].items()
        if not check["ok"]
    ]
    need(not faults, "; ".join(faults))
    need(report["ok"] is True, "ok is not true, but no check fails")
    absent = ", ".join(sorted(report.get("absent") or {}))
    return f"{len(report['checks'])} checks are ok" + (f"; not offered: {absent}" if absent else "")


async def names_what_is_missing(site: Site) -> str:
    answer = await site.calls.send("GET", "/api/health")
    report = answer.object()
    checks: Json = report["checks"]
    is_ok = all(check["ok"] for check in checks.values())
    need(report["ok"] is is_ok, f"ok is {report['ok']}, but the checks say {is_ok}")
    for name, check in checks.items():
        named = VARIABLE.search(str(check.get("missing", ""))) or name == "redis"
        need(check["ok"] or named, f"{name} fails, and no variable is named")
    need(not ADDRESS.search(answer.body.decode(errors="replace")), "an address with a password")
    version = str(report.get("version", ""))
    need(version == site.version or not site.version, f"version {version}, not {site.version}")
    return f"version {version}; every failing check would name its variable"


async def deep(site: Site) -> str:
    began = time.monotonic()
    answer = await site.calls.send("GET", "/api/health?deep=1", limit_s=DEEP_S)
    took = time.monotonic() - began
    need(answer.status in (200, 503), answer.what)
    report = answer.object()
    if not report.get("deep"):
        raise NotOffered("this version asks no services")
    checks: Json = report["checks"]
    faults = {name: check for name, check in checks.items() if not check["ok"]}
    for name, check in faults.items():
        has_all = all(isinstance(check.get(key), str) and check[key] for key in ("reason", "fix"))
        need(has_all, f"{name} fails without a reason and a fix")
    told = "; ".join(f"{name}: {one['reason']} {one['fix']}" for name, one in faults.items())
    need(not faults, told)
    need(answer.status == 200 and report["ok"] is True, f"{answer.status}, but no check fails")
    return f"{len(checks)} services in {took:.1f} s"


async def session(site: Site) -> str:
    found = site.me.session
    expires_at = datetime.fromisoformat(found["expiresAt"])
    need(expires_at > datetime.now(UTC), f"a session that ended at {found['expiresAt']}")
    away = abs((datetime.fromisoformat(found["time"]) - datetime.now(UTC)).total_seconds())
    need(away < SKEW_S, f"the server's clock is {away:.0f} s away from this machine's")
    need(found["userId"] and found["channel"], "a session without a user or a channel")
    again = await site.calls.send("POST", "/api/session", token=site.me.token, body={})
    need(again.status == 200, again.what)
    need(again.object()["userId"] == site.me.id, "the same token is another user's")
    model = site.features.get("model") or {}
    need(model.get("name"), f"no model: {model.get('problem') or 'no reason is given'}")
    return f"valid until {found['expiresAt']}; the model is {model['name']}"


PROMISES = (
    Promise(
        group=GROUP,
        name="The routes are described",
        expected="GET /api/openapi.json: 200 with an OpenAPI document",
        look=described,
    ),
    Promise(
        group=GROUP,
        name="All settings are there",
        expected="GET /api/health: 200 without a token, and every check is ok",
        look=healthy,
    ),
    Promise(
        group=GROUP,
        name="Health names what is missing, and no values",
        expected="ok as the checks say, a variable for each that fails, the document's version",
        look=names_what_is_missing,
    ),
    Promise(
        group=GROUP,
        name="Every service answers",
        expected=f"GET /api/health?deep=1: 200 within {DEEP_S:g} s",
        look=deep,
    ),
    Promise(
        group=GROUP,
        name="A session begins",
        expected="POST /api/session: a token that is valid, the same user again, a model",
        look=session,
    ),
)
