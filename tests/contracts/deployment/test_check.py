"""`python -m brain.check` at a sound deployment, and where nothing can be checked."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from brain.check.__main__ import main
from brain.check.model import CannotCheck, PromiseState
from brain.check.people import Given
from brain.check.suite import check
from local.server import reserve
from tests.contracts.deployment.faults import Fault, Faulty
from tests.contracts.deployment.stage import Whole
from tests.local.serving import served
from tests.routes.conforming import DOCUMENT
from tests.routes.stage import ACCESS_KEY, Json, token

pytestmark = pytest.mark.asyncio(loop_scope="package")

ROOT = Path(__file__).resolve().parents[3]
LIMIT_S = 100.0


type Run = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command with these arguments and variables: its exit code, and what it prints."""

    async def run(*arguments: str, **env: str) -> tuple[int, str, str]:
        capsys.readouterr()
        async with asyncio.timeout(LIMIT_S):
            code = await asyncio.to_thread(main, list(arguments), env)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


async def test_a_sound_deployment_keeps_every_promise(site: Whole) -> None:
    arguments = ("-m", "brain.check", site.url, "--json")
    env = {"PATH": os.environ["PATH"], **site.env}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=PIPE, env=env, cwd=ROOT
    )
    async with asyncio.timeout(LIMIT_S):
        out, _ = await process.communicate()
    report: Json = json.loads(out)
    broken = [one for one in report["results"] if one["state"] != "kept"]
    assert (broken, process.returncode) == ([], 0)
    assert report["ok"]
    assert report["ownUser"]


async def test_a_proxy_alone_breaks_nothing(site: Whole) -> None:
    """What is found behind a planted fault is the fault, and not what plants it."""
    async with served(Faulty(app=site.app, fault=Fault(answer=lambda _: None))) as url:
        report = await check(url, Given(), site.env, only=["edge", "refusals", "data"])
    assert [one for one in report.results if one.state is not PromiseState.KEPT] == []
    assert len(report.results) > 10


async def test_it_is_printed_line_by_line_and_names_no_token(site: Whole, run: Run) -> None:
    given = token("someone")
    code, out, _ = await run(site.url, "--token", given, "--only", "strangers")
    assert code == 0
    assert "ok" in out
    assert "skipped" in out  # there is no second user
    assert "someone" in out
    assert given not in out


async def test_the_access_key_is_enough(site: Whole, run: Run) -> None:
    code, out, _ = await run(site.url, "--only", "health", BRAIN_ACCESS_KEY=ACCESS_KEY)
    assert (code, out.count("BROKEN")) == (0, 0)
    assert "Nothing is left behind." in out


async def test_a_broken_promise_is_exit_code_1(site: Whole, run: Run) -> None:
    fault = Fault(paths=("/api/health",), answer=lambda answer: answer.headers.update(etag="x"))
    broken = Fault(paths=("/api/health",), instead=lambda _: (200, {"ok": False, "checks": {}}))
    for planted, code in ((fault, 0), (broken, 1)):
        async with served(Faulty(app=site.app, fault=planted)) as url:
            found, out, _ = await run(url, "--only", "health", **site.env)
        assert (found, "BROKEN" in out) == (code, bool(code))


async def test_what_was_made_is_gone_and_what_stays_is_named(site: Whole) -> None:
    user = f"kept-{os.urandom(4).hex()}"
    given = Given(token=token(user))
    report = await check(site.url, given, {}, only=["data", "answers"])
    if "/api/erase" in DOCUMENT["paths"]:
        assert report.left == []
    else:
        [left] = report.left
        assert left.startswith("What was said stays: entries 1 to ")
    headers = {"Authorization": f"Bearer {token(user)}"}
    listed = await site.deployment.http.get("/api/documents", headers=headers)
    assert listed.json()["documents"] == []


async def test_documents_go_also_where_a_promise_is_broken(site: Whole) -> None:
    user = f"broken-{os.urandom(4).hex()}"
    fault = Fault(
        paths=("/api/documents",), methods=("PATCH",), instead=lambda _: (500, {"title": "No."})
    )
    async with served(Faulty(app=site.app, fault=fault)) as url:
        report = await check(url, Given(token=token(user)), {}, only=["data"])
    assert PromiseState.BROKEN in [result.state for result in report.results]
    headers = {"Authorization": f"Bearer {token(user)}"}
    listed = await site.deployment.http.get("/api/documents", headers=headers)
    assert listed.json()["documents"] == []


async def test_a_wrong_token_is_said_and_nothing_is_checked(site: Whole, run: Run) -> None:
    code, out, told = await run(site.url, "--token", "nobody's")
    assert (code, out) == (2, "")
    assert "401" in told


async def test_an_address_where_nothing_listens_is_said() -> None:
    with reserve() as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(CannotCheck, match="ConnectError"):
            await check(url, Given(), {})


async def test_a_brain_at_work_is_left_alone(site: Whole) -> None:
    busy = Fault(
        paths=("/api/status",), instead=lambda _: (200, {"state": "running", "lastSeq": 3})
    )
    async with served(Faulty(app=site.app, fault=busy)) as url:
        with pytest.raises(CannotCheck, match="at work"):
            await check(url, Given(), site.env)


async def test_two_tokens_of_one_user_are_no_two_users(site: Whole) -> None:
    given = Given(token=token("twin"), other_token=token("twin"))
    with pytest.raises(CannotCheck, match="same user"):
        await check(site.url, given, {})


@pytest.mark.parametrize("url", ["my.example", "ftp://my.example", "https://"])
async def test_what_is_no_address_is_said(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([url], {}) == 2
    assert "URL must be" in capsys.readouterr().err
