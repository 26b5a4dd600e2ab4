"""Asks each service whether it works with our settings, for /api/health?deep=1.

Nothing of an address, of a value or of a service's answer is in a result: anybody may ask for it.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec import Struct

from brain import settings
from brain.errors import SettingMissing
from brain.settings import variables
from brain.settings.variables import Env

if TYPE_CHECKING:
    import httpx

LIMIT_S = 4.0  # seconds for one service
PUBLIC_S = 1.0  # seconds in which our own address is asked, after the queue
REQUEST_S = 3.0  # seconds for one request: then it is known which one got no answer
QSTASH_URL = "https://qstash.upstash.io"
LOCAL = ("localhost", "127.0.0.1", "::1")
REDEPLOY = "then redeploy."
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")


class Fine(Struct, frozen=True, kw_only=True):
    """A service that works. `off`: it is not set up, and need not be. `note`: what to know."""

    off: str = ""
    note: str = ""


class Faulty(Exception):
    """A service that does not work: which variables may be wrong, why, and what to do."""

    def __init__(self, reason: str, *variables: str, fix: str) -> None:
        super().__init__(reason)
        self.reason, self.variables, self.fix = reason, variables, fix


def of_setting(error: SettingMissing) -> Faulty:
    """Return what is wrong with a setting."""
    text = str(error)
    variables = dict.fromkeys(_VARIABLE.findall(text))
    verb = "Set" if "missing" in text else "Correct"
    names = " or ".join(variables) or "the setting"
    return Faulty(text, *variables, fix=f"{verb} {names} in the deployment's settings, {REDEPLOY}")


def named(env: Env, *names: str) -> str:
    """Return the first of these variables that is set; the first if none is."""
    return next((name for name in names if env.get(name)), names[0])


async def redis(env: Env) -> Fine:
    """Run PING and a script. Raises Faulty, SettingMissing."""
    at = settings.store(env)
    url = named(env, "UPSTASH_REDIS_REST_URL", "KV_REST_API_URL")
    token = named(env, "UPSTASH_REDIS_REST_TOKEN", "KV_REST_API_TOKEN")
    for command in (["PING"], ["EVAL", "return redis.call('EXISTS', KEYS[1])", "1", "brain:{}:x"]):
        answer = await asked("POST", at.url, url, "Redis", token=at.token, json=command)
        told = str(json_of(answer, dict).get("error") or "")
        if answer.status_code in (401, 403) or told.startswith("WRONGPASS"):
            fix = f"Copy {token} again from the Upstash console, {REDEPLOY}"
            raise Faulty("Redis does not accept the token.", token, fix=fix)
        if told.startswith("NOPERM"):
            fix = f"Use the token that may write, not the read-only one, {REDEPLOY}"
            raise Faulty("The token of Redis may only read.", token, fix=fix)
        if answer.status_code != 200 or told:
            fix = f"Check that {url} is the REST address of the database, {REDEPLOY}"
            raise Faulty(f"Redis answered {answer.status_code}.", url, fix=fix)
    return Fine()


async def queue(env: Env) -> Fine:
    """Ask for the account's signing keys, and where the queue calls us. Raises the same."""
    at = settings.queue(env)
    answer = await asked(
        "GET", f"{at.url or QSTASH_URL}/v2/keys", "QSTASH_URL", "QStash", token=at.token
    )
    again = "again from the QStash console"
    if answer.status_code in (401, 403):
        reason = f"QStash answered {answer.status_code}: the token is not accepted."
        raise Faulty(reason, "QSTASH_TOKEN", fix=f"Copy QSTASH_TOKEN {again}, {REDEPLOY}")
    ours = {"QSTASH_CURRENT_SIGNING_KEY": at.current_key, "QSTASH_NEXT_SIGNING_KEY": at.next_key}
    theirs = json_of(answer, dict)
    accepted = {str(theirs.get(name)) for name in ("current", "next")}
    if answer.status_code == 200 and theirs.get("current"):
        wrong = [name for name, key in ours.items() if key not in accepted]
        if wrong:
            fix = f"Copy {' and '.join(wrong)} {again}, {REDEPLOY}"
            raise Faulty("The signing keys differ from the account's.", *wrong, fix=fix)
    await _check_public(at.public_url, at.headers)
    return Fine()


async def _check_public(url: str, headers: Mapping[str, str]) -> None:
    """Ask for the health at the address that the queue calls. Raises Faulty.

    One that is only slow is not wrong: an instance may have to start, and the queue waits longer.
    """
    import httpx

    name = "BRAIN_PUBLIC_URL"
    fix = f"Set {name} to this deployment's https:// address, {REDEPLOY}"
    at = urlsplit(url)
    if at.scheme != "https" and at.hostname not in LOCAL:
        raise Faulty(f"{name} is not https.", name, fix=fix)
    try:
        async with asyncio.timeout(PUBLIC_S), httpx.AsyncClient(timeout=PUBLIC_S) as client:
            answer = await client.get(f"{url}/api/health", headers=dict(headers))
    except (TimeoutError, httpx.TimeoutException):
        return
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise Faulty(f"{name} cannot be reached.", name, fix=fix) from None
    if answer.status_code != 200 or "version" not in json_of(answer, dict):
        told = f"it answered {answer.status_code}"
        raise Faulty(f"{name} does not lead to this deployment: {told}.", name, fix=fix)


async def channel(env: Env) -> Fine:
    """Ask for the open channels, with a signature. Raises the same."""
    from pusher.authentication_client import AuthenticationClient
    from pusher.http import GET, Request

    at = settings.channel(env)
    sdk = AuthenticationClient(
        at.app_id, at.key, at.secret, cluster=at.cluster, host=at.host, port=at.port, ssl=at.tls
    )
    place = "PUSHER_HOST" if at.host else "PUSHER_CLUSTER"
    places = "PUSHER_HOST, PUSHER_PORT and PUSHER_TLS" if at.host else place
    signed = Request(sdk, GET, f"/apps/{at.app_id}/channels", {})
    answer = await asked("GET", signed.url, places, "Pusher")
    if answer.status_code == 200:
        return Fine()
    name = _wrong_of_channel(answer, place)
    fix = f"Copy {name} again from the app's keys in the Pusher console, {REDEPLOY}"
    raise Faulty(f"Pusher answered {answer.status_code}: {name} is not accepted.", name, fix=fix)


def _wrong_of_channel(answer: "httpx.Response", place: str) -> str:
    """Return the variable that a refusal of Pusher is about. Its words are read and not kept."""
    words = answer.text[:2_000].lower()
    if "cluster" in words:
        return place
    if "signature" in words:
        return "PUSHER_SECRET"
    if "key" in words:
        return "PUSHER_KEY"
    return (
        "PUSHER_APP_ID" if answer.status_code in (400, 404) or "app" in words else "PUSHER_SECRET"
    )


async def database(env: Env) -> Fine:
    """Connect, and compare the schema's number with that of this code. Raises the same."""
    import psycopg

    from brain.cloud.postgres.database import schema_number

    name = "DATABASE_URL"
    if settings.database(env) is None:
        return Fine(off=f"{name} is not set.")
    try:
        found, wanted = await schema_number(variables.database_url(env, name))
    except psycopg.Error as error:
        if isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
            raise SettingMissing(f"{name} {variables.DATABASE_FORM}") from None
        raise _of_database(error, name) from None
    if 0 < found < wanted:
        fix = f"Let {name} name a user who may change the schema, {REDEPLOY}"
        raise Faulty(f"The schema is old: {found} instead of {wanted}.", name, fix=fix)
    return Fine()


def _of_database(error: Exception, name: str) -> Faulty:
    state, words = getattr(error, "sqlstate", None) or "", str(error).lower()
    copy = f"Copy {name} again from the database's console, {REDEPLOY}"
    # An error of the connection has no state: what the server says is all that tells.
    no_such = "does not exist" in words
    is_user = state.startswith("28") or (no_such and ' role "' in words)
    if is_user or "password" in words or "authentication" in words:
        return Faulty("The database does not accept the user or the password.", name, fix=copy)
    if state == "3D000" or (no_such and ' database "' in words):
        return Faulty("There is no database of this name.", name, fix=copy)
    if "ssl" in words or "certificate" in words:
        fix = f"Add or change sslmode in {name} as the database's provider says, {REDEPLOY}"
        return Faulty("No encrypted connection to the database is possible.", name, fix=fix)
    return Faulty("The database cannot be reached.", name, fix=copy)


def json_of[T](answer: "httpx.Response", kind: type[T]) -> T:
    """Return the body of an answer if it is of this kind, else an empty value."""
    try:
        found: Any = answer.json()
    except ValueError:
        found = None
    return found if isinstance(found, kind) else kind()


async def asked(
    method: str,
    url: str,
    variable: str,
    service: str,
    *,
    token: str = "",
    json: object = None,
) -> "httpx.Response":
    """Send a request. Raises Faulty if there is no answer: then a `variable` in it is wrong."""
    import httpx

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with asyncio.timeout(REQUEST_S), httpx.AsyncClient(timeout=REQUEST_S) as client:
            return await client.request(method, url, headers=headers, json=json)
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError):
        fix = f"Check {variable} and that the service is up, {REDEPLOY}"
        names = _VARIABLE.findall(variable)
        raise Faulty(f"{service} cannot be reached.", *names, fix=fix) from None
