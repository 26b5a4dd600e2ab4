"""GET /api/health?deep=1: asks each service whether it works. Anybody may ask."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from brain import settings
from brain.cloud import checked_models, checks
from brain.cloud.checks import LIMIT_S, Faulty, Fine, of_setting
from brain.codec import Json
from brain.errors import SettingMissing
from brain.http.edge import Answer, where
from brain.http.origins import origins_of
from brain.http.version import VERSION
from brain.settings.variables import Env
from brain.wiring import Wiring

GRACE_S = 0.5  # seconds after LIMIT_S: a check that knows its own limit says more
SERVICES: Mapping[str, Callable[[Env], Awaitable[Fine]]] = {
    "redis": checks.redis,
    "queue": checks.queue,
    "channel": checks.channel,
    "database": checks.database,
    "model": checked_models.model,
}
NEEDS = "It needs {}."
NO_ACCESS = "The page cannot be used: neither BRAIN_ACCESS_KEY nor BRAIN_JWKS_URL is set."

type Check = Callable[[], Awaitable[Fine]]


async def deep_health(wiring: Wiring) -> Answer:
    """Return how each service is: 503 as soon as one that is needed does not work."""
    found = await wiring.deep_look.result(partial(_look, wiring))
    is_ok = all(one["ok"] for one in found.values())
    content = {"ok": is_ok, "version": VERSION, "deep": True, "checks": found}
    return Answer(content, 200 if is_ok else 503)


async def _look(wiring: Wiring) -> dict[str, Json]:
    """Ask all services at once."""
    asked = _checks(wiring)
    results = await asyncio.gather(*(_result(wiring, name, ask) for name, ask in asked.items()))
    return _each_once(dict(zip(asked, results, strict=True)))


def _each_once(found: dict[str, Json]) -> dict[str, Json]:
    """Return the results with each wrong variable at its service, not at all that need it too."""
    services = [found[name] for name in SERVICES]
    known = {name for one in services for name in one.get("variables", ())}
    absent = " ".join(one.get("off", "") for one in services)
    return {
        name: {"ok": True, "off": NEEDS.format(" and ".join(one["variables"]))}
        if name not in SERVICES
        and one.get("variables")
        and all(wrong in known or wrong in absent for wrong in one["variables"])
        else one
        for name, one in found.items()
    }


def _checks(wiring: Wiring) -> dict[str, Check]:
    """Return the checks by name; of what is asked nowhere, the settings are read."""
    env = wiring.env
    more = {name: read for each in wiring.features for name, read in each.settings.items()}
    read = dict(settings.groups({**more, "origins": origins_of}))
    read["access"] = read.pop("session")
    found: dict[str, Check] = {name: partial(_read, reader, env) for name, reader in read.items()}
    found["access"] = partial(_access, env)
    for name, ask in SERVICES.items():
        found[name] = partial(ask, env)
    for each in wiring.features:
        found |= each.checks
    return found


async def _read(read: Callable[[Env], object], env: Env) -> Fine:
    read(env)
    return Fine()


async def _access(env: Env) -> Fine:
    settings.groups({})["session"](env)
    session = settings.session(env)
    can_begin = session.has_keys or session.is_open or env.get("BRAIN_JWKS_URL")
    return Fine(note="" if can_begin else NO_ACCESS)


async def _result(wiring: Wiring, name: str, ask: Check) -> Json:
    """Return the result of a check. None takes longer than its limit or fails with a bug."""
    began = wiring.clock.now()
    try:
        async with asyncio.timeout(LIMIT_S + GRACE_S):
            fine = await ask()
    except SettingMissing as error:
        return _faulty(of_setting(error), wiring.clock.now() - began)
    except Faulty as faulty:
        return _faulty(faulty, wiring.clock.now() - began)
    except TimeoutError:
        late = Faulty(f"No answer in {LIMIT_S:g} seconds.", fix="Check that the service is up.")
        return _faulty(late, wiring.clock.now() - began)
    except Exception as error:  # noqa: BLE001 - the edge: a bug of one check is a result like others
        bug = Faulty(f"The check of {name} failed: {where(error)}.", fix="Report this as a bug.")
        return _faulty(bug, wiring.clock.now() - began)
    told: Mapping[str, str] = {"off": fine.off, "note": fine.note}
    ms = {} if fine.off else {"ms": round((wiring.clock.now() - began) * 1000)}
    return {"ok": True, **ms, **{key: text for key, text in told.items() if text}}


def _faulty(faulty: Faulty, seconds: float) -> Json:
    return {
        "ok": False,
        "ms": round(seconds * 1000),
        "variables": list(faulty.variables),
        "reason": faulty.reason,
        "fix": faulty.fix,
    }
