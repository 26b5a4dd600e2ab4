"""The example of "Audio over HTTP" in docs/voice.md runs as it stands."""

import asyncio
import io
import os
import re
import shutil
import wave
from pathlib import Path

import pytest

from tests.routes.stage import User, token
from tests.routes.test_voice import QUIT, said
from tests.voice.audio import sounds
from tests.voice.audio.conftest import Stage

pytestmark = pytest.mark.asyncio(loop_scope="package")

TEXT = (Path(__file__).parents[3] / "docs" / "voice.md").read_text()


async def test_the_shell_asks_by_a_recording_and_gets_a_spoken_answer(
    stage: Stage, user: User, tmp_path: Path
) -> None:
    section = TEXT.partition("\n## Audio over HTTP\n")[2].partition("\n## ")[0]
    example = re.search(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    assert example
    assert shutil.which("curl")
    (tmp_path / "question.wav").write_bytes(sounds.wav(1.5))
    await stage.deployment.direct("What did Anna write?", said(QUIT, "She moved it. To three."))
    env = {"PATH": os.environ["PATH"], "BRAIN": stage.deployment.url, "TOKEN": token(user.id)}
    shell = await asyncio.create_subprocess_exec("sh", "-ec", example[1], cwd=tmp_path, env=env)
    assert await shell.wait() == 0
    with wave.open(io.BytesIO((tmp_path / "answer.wav").read_bytes())) as answer:
        spoken = len("She moved it.") + len("To three.")
        assert answer.getnframes() == 80 * spoken
    [asked, *_] = stage.server.asked
    assert asked.file == ("take.wav", "audio/wav", sounds.wav(1.5))
