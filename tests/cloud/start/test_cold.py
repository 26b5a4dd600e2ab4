"""The start of an instance: what waits until it is over."""

import subprocess
import sys
from pathlib import Path

import pytest

API = Path(__file__).parents[3] / "api"
FIRST = """
import asyncio, gc
usual, none = gc.get_threshold(), gc.get_freeze_count()
from brain.cloud import cold

async def answer(scope, receive, send):
    pass

async def two_requests():
    app = cold.started(answer, start_s=0)
    await app({"type": "lifespan"}, None, None)
    await asyncio.sleep(0)
    print(gc.get_freeze_count() > none, gc.get_threshold()[0] == cold.MOST_OBJECTS)
    for _ in range(2):
        await app({"type": "http"}, None, None)
    print(gc.get_freeze_count() > none, gc.get_threshold()[0] == cold.MOST_OBJECTS)
    while gc.get_freeze_count() == none:
        await asyncio.sleep(0)
    print(gc.get_freeze_count() > none, gc.get_threshold() == usual)

asyncio.run(two_requests())
"""


def test_the_garbage_collector_waits_until_the_first_request_is_over() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["False True", "False True", "True True"], done.stderr


@pytest.mark.parametrize("file", sorted(API.glob("*.py")), ids=lambda file: file.stem)
def test_each_function_begins_and_ends_its_start(file: Path) -> None:
    imports = [
        line for line in file.read_text().splitlines() if line.startswith(("from", "import"))
    ]
    assert imports[0] == "from brain.cloud import cold"
    assert "\napp = cold.started(" in file.read_text()
