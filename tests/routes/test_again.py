"""POST /api/brainToBrain, over HTTP, with the local services."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import jwt
import pytest

from brain.cloud.redis.store import RedisStore
from brain.run.limits import Limits
from brain.run.moves import Admitted, Arrival
from local.faults import Fault
from local.qstash import CURRENT_SIGNING_KEY
from tests.routes.stage import Deployment, Json, User
from tests.routes.test_voice import QUIT, said

pytestmark = pytest.mark.asyncio(loop_scope="package")

PATH = "/api/brainToBrain"


def wake_call(user: str, **changed: Any) -> bytes:
    whole = {"userId": user, "runId": "r1", "fence": 0, "wake": 1, "reason": "wakeup"} | changed
    return json.dumps(whole).encode()


def signed_for(deployment: Deployment, body: bytes, path: str = PATH) -> str:
    """Return the queue's signature of this body for the public address."""
    now = int(time.time())
    claims = {
        "iss": "Upstash",
        "sub": f"{deployment.env['BRAIN_PUBLIC_URL']}{path}",
        "exp": now + 300,
        "nbf": now,
        "body": base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode(),
    }
    return jwt.encode(claims, CURRENT_SIGNING_KEY, algorithm="HS256")


async def call(
    deployment: Deployment,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    http: httpx.AsyncClient | None = None,
) -> httpx.Response:
    """Call the route as the queue does."""
    sent = {"Upstash-Signature": signed_for(deployment, body), **(headers or {})}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
    return await (http or deployment.http).post(PATH, content=body, headers=raw)


@contextmanager
def outage(deployment: Deployment) -> Iterator[None]:
    """Make the store unreachable."""
    deployment.faults.add(Fault(kind="status", status=400, text='{"error":"ERR no"}', times=None))
    try:
        yield
    finally:
        deployment.faults.clear()


async def left_alone(user: User) -> Admitted:
    """Create a run with an expired lease, as after a crash of its brain."""
    store = RedisStore(user.deployment.functions.wirings[PATH].redis, Limits())
    found = await store.admit(
        Arrival(
            user_id=user.id,
            id="u1",
            text=f"Left alone by {user.id}",
            message_id="message-1",
            agent_call_id=None,
            recent_context=(),
            created_at=user.deployment.functions.wirings[PATH].clock.utc(),
            holder="dead",
            new_run_id="r1",
        )
    )
    assert isinstance(found, Admitted)
    await store.release(found.token)
    return found


@pytest.mark.parametrize("signature", ["", "x", "a.b.c"])
async def test_a_call_without_a_valid_signature_is_401(
    deployment: Deployment, user: User, signature: str
) -> None:
    await left_alone(user)
    answer = await call(deployment, wake_call(user.id), {"Upstash-Signature": signature})
    assert answer.status_code == 401
    assert [entry["role"] for entry in await user.log()] == ["user"]


async def test_a_signature_for_another_body_is_401(deployment: Deployment, user: User) -> None:
    signature = signed_for(deployment, wake_call(user.id))
    headers = {"Upstash-Signature": signature}
    forged = await deployment.http.post(PATH, content=wake_call("somebody"), headers=headers)
    assert forged.status_code == 401
    assert forged.headers["content-type"] == "application/problem+json"


async def test_a_call_for_a_finished_run_is_200(deployment: Deployment, user: User) -> None:
    answer = await call(deployment, wake_call(user.id))
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert answer.headers["cache-control"] == "no-store"


async def test_a_run_of_a_crashed_brain_continues_over_the_channel(
    deployment: Deployment, user: User
) -> None:
    run = await left_alone(user)
    await deployment.direct(f"Left alone by {user.id}", said(QUIT, "Here I am."))
    answer = await call(deployment, wake_call(user.id))
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    [heard] = user.heard()
    assert (heard["text"], heard["runId"]) == ("Here I am.", run.run.run_id)
    assert heard["doneAfterThis"] is True

    assert (await call(deployment, wake_call(user.id))).status_code == 200
    assert len(user.heard()) == 1


@pytest.mark.parametrize(
    ("retried", "seconds"),
    [(None, 3), ("0", 3), ("1", 12), ("2", 48), ("x", 3), ("²", 3), ("-1", 3)],
)
async def test_an_unreachable_store_is_503_with_growing_retry_after(
    deployment: Deployment, user: User, retried: str | None, seconds: int
) -> None:
    headers = {} if retried is None else {"Upstash-Retried": retried}
    with outage(deployment):
        answer = await call(deployment, wake_call(user.id), headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, str(seconds))


LAST = {"Upstash-Retried": "3", "Upstash-Message-Id": "msg-1"}


async def test_after_the_last_retry_a_new_message_is_published(
    deployment: Deployment, user: User
) -> None:
    await left_alone(user)
    await deployment.direct(f"Left alone by {user.id}", said(QUIT, "After the outage."))
    with outage(deployment):
        answers = [await call(deployment, wake_call(user.id), LAST) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 503]
    deployment.queue.deliver_now()
    await user.until_heard("After the outage.")


async def test_an_unreachable_queue_does_not_change_the_503(
    deployment: Deployment, user: User
) -> None:
    async with deployment.changed(QSTASH_URL="http://127.0.0.1:1") as http:
        with outage(deployment):
            answer = await call(deployment, wake_call(user.id), LAST, http=http)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "192")


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"{}", 422)])
async def test_an_invalid_signed_body_is_refused(
    deployment: Deployment, body: bytes, status: int
) -> None:
    answer = await call(deployment, body)
    problem: Json = answer.json()
    assert answer.status_code == problem["status"] == status


def mind_call(user: str, **changed: Any) -> bytes:
    whole = {"userId": user, "job": "a" * 26, "mind": 0, "reason": "start", "try": 0} | changed
    return json.dumps(whole).encode()


@pytest.mark.parametrize("reason", ["start", "say", "report", "sweep"])
async def test_a_call_for_a_job_that_is_gone_is_200(
    deployment: Deployment, user: User, reason: str
) -> None:
    for mind in (0, "report", None):
        answer = await call(deployment, mind_call(user.id, reason=reason, mind=mind))
        assert (answer.status_code, answer.json()) == (200, {"ok": True})


async def test_a_wake_up_of_a_mind_that_is_gone_is_200(deployment: Deployment, user: User) -> None:
    for mind in ("0", "report"):
        answer = await call(deployment, wake_call(f"mind:{'a' * 26}:{mind}"))
        assert (answer.status_code, answer.json()) == (200, {"ok": True})


@pytest.mark.parametrize(
    "changed", [{"job": "short"}, {"mind": 10}, {"mind": "all"}, {"reason": "stop"}, {"try": -1}]
)
async def test_a_call_for_a_mind_with_an_invalid_body_is_422(
    deployment: Deployment, user: User, changed: dict[str, Any]
) -> None:
    answer = await call(deployment, mind_call(user.id, **changed))
    assert answer.status_code == 422
