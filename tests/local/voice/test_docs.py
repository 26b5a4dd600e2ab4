"""The example of docs/voice.md, section "Without an account", as a reader runs it."""

import asyncio
import json
import re
import subprocess
from pathlib import Path

from tests.local.voice.stage import Stage

ROOT = Path(__file__).resolve().parents[3]
AT = "http://127.0.0.1:3007"


def example() -> str:
    section = (ROOT / "docs" / "voice.md").read_text().partition("\n## Without an account\n")[2]
    found = re.search(r"```sh\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    assert found
    return found[1]


async def test_what_the_mouth_says_is_what_the_ear_hears(stage: Stage, tmp_path: Path) -> None:
    script = example().replace(AT, stage.url)
    assert stage.url in script

    done = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-euc", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert json.loads(done.stdout)["text"] == "Hello"
    assert (tmp_path / "hello.wav").read_bytes().startswith(b"RIFF")
