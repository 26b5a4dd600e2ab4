"""The examples of docs/voice.md for the vendors and the telephone run as they stand."""

import asyncio
import json
import os
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from websockets.asyncio.client import connect

from tests.routes.stage import Deployment, deployed
from tests.voice.vendor_stage import ANSWER, OFFER, Vendors, vendors

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "voice.md").read_text("utf-8")


def example(section: str, language: str) -> str:
    """Return the code of a section."""
    part = TEXT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    [code] = re.findall(rf"^```{language}\n(.*?)^```", part, re.DOTALL | re.MULTILINE)
    return str(code)


async def run(code: str, folder: Path, **env: str) -> dict[str, Any]:
    """Run a script, and return the files that it has written, by their names."""
    process = await asyncio.create_subprocess_exec(
        "sh", "-eu", "-c", code, cwd=folder, env={"PATH": os.environ["PATH"], **env}
    )
    assert await process.wait() == 0
    return written(folder)


def written(folder: Path) -> dict[str, Any]:
    return {file.stem: json.loads(file.read_text()) for file in folder.glob("*.json")}


def settings_of(deployment: Deployment) -> dict[str, str]:
    bearer = deployment.user().headers["Authorization"]
    sdp = json.dumps(OFFER)[1:-1]
    return {"BRAIN": deployment.url, "TOKEN": bearer.removeprefix("Bearer "), "SDP": sdp}


async def test_the_examples_for_the_vendors_begin_and_end_sessions(tmp_path: Path) -> None:
    async with (
        vendors() as (made, env),
        deployed(tmp_path / "deployment", **env) as deployment,
    ):
        shell = settings_of(deployment)
        await _vendors(made, tmp_path, shell)


async def _vendors(made: Vendors, folder: Path, shell: dict[str, str]) -> None:
    files = await run(example("OpenAI GPT-Live", "sh"), folder, **shell)
    assert (files["session"]["sdp"], files["ended"]) == (ANSWER, {"state": "ended"})
    assert made.hung_up == ["live_1"]
    code = example("OpenAI Realtime", "sh")
    files = await run(code, folder, **shell, id=files["session"]["voiceSessionId"])
    assert files["session"]["vendor"] == "openai-realtime"
    first = files["session"]["voiceSessionId"]
    files = await run(code, folder, **shell, id=first)
    assert files["session"]["voiceSessionId"] != first
    assert made.hung_up == ["live_1", "rtc_2"]
    files = await run(example("Gemini Live", "sh"), folder, **shell)
    assert files["session"]["status"] == 409


async def test_gemini_gives_a_token_in_the_example(tmp_path: Path) -> None:
    async with (
        vendors() as (_, env),
        deployed(tmp_path / "deployment", **env) as deployment,
    ):
        code = example("Gemini Live", "sh")
        files = await run(code, tmp_path, **settings_of(deployment))
        assert files["session"]["token"] == "auth_tokens/1"


async def test_the_example_for_the_telephone_answers_a_call(tmp_path: Path) -> None:
    module = ModuleType("example")
    exec(example("Telephone", "python"), module.__dict__)  # the project's own documentation
    async with deployed(tmp_path / "deployment") as deployment:
        shell = settings_of(deployment)
        answer = await asyncio.to_thread(
            module.answer_call, shell["BRAIN"], shell["TOKEN"], "https://me.example/call"
        )
        url = re.findall(r'ConversationRelay url="([^"]+)"', answer)[0]
        ticket = re.findall(r'name="ticket" value="([^"]+)"', answer)[0]
        await deployment.direct("Are you there?", {"text": "Yes."})
        async with connect(url, proxy=None) as socket:
            setup = {"type": "setup", "callSid": "CA00", "customParameters": {"ticket": ticket}}
            await socket.send(json.dumps(setup))
            said = {"type": "prompt", "voicePrompt": "Are you there?", "lang": "en", "last": True}
            await socket.send(json.dumps(said))
            assert json.loads(await socket.recv())["token"] == "Yes."
