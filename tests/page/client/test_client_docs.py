"""The examples of the client's documentation run, against the stub gateway with its streams.

Pages get the headers of a deployment: its policy, and those of vercel.json.
"""

import asyncio
import json
import os
import re
import shutil
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Route, expect

from local.gateway.policy import HEADER, policy
from tests.page.conftest import STREAMING, STUB, gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "reference" / "client.md").read_text()
FROM_PYTHON = (ROOT / "docs" / "how-to" / "use-from-python.md").read_text()
README = (ROOT / "README.md").read_text()
TITLES = """() => {
    window.titles = [];
    const note = () => window.titles.push(document.title);
    new MutationObserver(note).observe(document.head, { childList: true, subtree: true });
}"""
MOST_LINES = 22
VERCEL = json.loads((ROOT / "vercel.json").read_text())


def shown(language: str, text: str = TEXT) -> str:
    """The document's example in this language."""
    found = re.search(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


async def deployed(content: str, content_type: str, route: Route) -> None:
    """Answer as a deployment would that has this file."""
    [rule] = [one for one in VERCEL["headers"] if one["source"] == "/(.*)"]
    headers = {pair["key"]: pair["value"] for pair in rule["headers"]}
    headers[HEADER] = await policy(ROOT, {"PUSHER_CLUSTER": "eu"})
    await route.fulfill(body=content, content_type=content_type, headers=headers)


@pytest.mark.parametrize("language", ["html", "js", "python", "sh"])
async def test_an_example_is_short(language: str) -> None:
    assert shown(language).count("\n") <= MOST_LINES


@pytest.mark.parametrize("text", [TEXT, README], ids=["client.md", "README.md"])
async def test_the_page_asks_and_shows_what_it_is_answered(
    context: BrowserContext, text: str
) -> None:
    async with gateway(STREAMING) as address:
        page = await context.new_page()
        refused: list[str] = []
        page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
        html, script = shown("html", text), shown("js", text)
        await page.route("**/ask.html", lambda route: deployed(html, "text/html", route))
        await page.route("**/ask.js", lambda route: deployed(script, "text/javascript", route))
        await page.goto(f"{address}/ask.html")
        await expect(page).to_have_title("live: idle")

        await page.locator("input").fill("slow hello")
        await page.evaluate(TITLES)
        await page.get_by_role("button", name="Ask").click()

        await expect(page.locator("#log")).to_contain_text("brain: Answer to slow hello")
        await expect(page.locator("#log")).to_contain_text("user: slow hello\nbrain: Looking.")
        await expect(page).to_have_title("live: idle")
        assert "live: running" in await page.evaluate("() => window.titles")
        assert refused == []


LIBRARIES = """
const given = [];
const connect = ({ token }) => given.push(token);
const clerk = { session: { getToken: async () => 'from clerk' } };
const auth0 = { getTokenSilently: async () => 'from auth0' };
const signedIn = { data: { session: { access_token: 'from supabase' } }, error: null };
const supabase = { auth: { getSession: async () => signedIn } };
const fetch = async (path) => Response.json({ token: `from ${path}` });
"""


async def run_by_node(script: str) -> str:
    """Return what a module prints. It must end by itself and complain of nothing."""
    node = shutil.which("node")
    assert node
    arguments = ("--input-type=module", "-e", script)
    program = await asyncio.create_subprocess_exec(node, *arguments, stdout=PIPE, stderr=PIPE)
    try:
        printed, complaint = await program.communicate()
    finally:
        if program.returncode is None:
            program.kill()
    assert complaint == b""
    return printed.decode()


async def test_each_library_that_signs_users_in_gives_its_token() -> None:
    asked = "for (const token of given) console.log(await token());"
    printed = await run_by_node(LIBRARIES + shown("js tokens") + asked)
    assert printed.split("\n")[:4] == [
        "from clerk",
        "from auth0",
        "from supabase",
        "from /brain-token",
    ]


async def test_a_job_is_started_followed_and_reported() -> None:
    async with gateway(STUB, JOBS="1") as address:
        imported = f"import {{ connect }} from '{(ROOT / 'public' / 'brain.js').as_uri()}';"
        begin = f"const brain = await connect({{ baseUrl: '{address}' }});"
        end = "console.log(jobId, conversationIds.length > 0, headline); brain.close();"
        printed = await run_by_node(imported + begin + shown("js jobs") + end)

    *progress, last = printed.strip().split("\n")
    assert [line.split(" of ")[1] for line in progress] == ["3"] * len(progress)
    assert progress[-1] == "2 of 3"
    assert "Two of three are back" in last


async def test_the_shell_asks_and_then_listens() -> None:
    async with gateway(STREAMING) as address:
        environment = {"PATH": os.environ["PATH"], "BRAIN": address}
        shell = await asyncio.create_subprocess_exec(
            "bash", "-c", shown("sh"), stdout=PIPE, env=environment, process_group=0
        )
        assert shell.stdout
        try:
            answered = await shell.stdout.readuntil(b"event: done")
            listened = await shell.stdout.readuntil(b"Answer to What did Anna write?")
            listened += await shell.stdout.readuntil(b"id: 3")
        finally:
            os.killpg(shell.pid, 15)
            await shell.wait()

    assert answered.count(b"event: content") == 6
    assert b"retry: 1000" in listened


async def test_python_asks_and_then_listens() -> None:
    async with gateway(STREAMING) as address:
        environment = {"PATH": os.environ["PATH"], "BRAIN": address}
        python = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", shown("python")), stdout=PIPE, env=environment
        )
        assert python.stdout
        try:
            answered = await python.stdout.readuntil(b"event: done")
            await python.stdout.readuntil(b"retry: 1000")
            await python.stdout.readuntil(b"Answer to What did Anna write?")
        finally:
            python.kill()
            await python.wait()

    assert answered.count(b"event: content") == 6


async def test_the_program_of_the_guide_prints_the_answer_as_it_comes() -> None:
    async with gateway(STREAMING) as address:
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            shown("python", FROM_PYTHON),
            stdout=PIPE,
            stderr=PIPE,
            env={"PATH": os.environ["PATH"], "BRAIN": address},
        )
        printed, complaint = await program.communicate()

    assert program.returncode == 0, complaint.decode()
    as_it_came, _, answer = printed.decode().strip().rpartition("\n")
    assert answer in as_it_came
    assert answer == "Answer to What did Anna write?"
