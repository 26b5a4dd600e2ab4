"""The app of the guide for React Native, in a runtime that lacks what React Native lacks."""

import asyncio
import json
import re
import shutil
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.walks.conftest import LIMIT_S, Person, Town, says

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).resolve().parents[3]
RUNTIME = ROOT / "tests" / "page" / "packages" / "guide.js"
CODE = re.compile(r"^```js\n(.*?)^```", re.DOTALL | re.MULTILINE)


async def test_it_asks_is_answered_and_comes_back_from_the_background(
    town: Town, person: Person, tmp_path: Path
) -> None:
    await person.script(says("Good evening."))
    found = CODE.search((ROOT / "docs/how-to/use-from-react-native.md").read_text("utf-8"))
    assert found
    guide = tmp_path / "guide.js"
    guide.write_text(found[1])
    node = shutil.which("node")
    assert node
    text = f"Hello {person.word}"

    app = await asyncio.create_subprocess_exec(
        node, RUNTIME, town.stack.url, person.token(), text, guide, stdout=PIPE, stderr=PIPE
    )
    async with asyncio.timeout(2 * LIMIT_S):
        told, complaints = await app.communicate()

    assert complaints.decode() == ""
    assert json.loads(told) == {
        "calledOff": "AbortError",
        "texts": [text, "Good evening."],
        "listeners": 0,
        "kept": True,
    }
