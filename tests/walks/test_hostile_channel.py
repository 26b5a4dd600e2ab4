"""A channel that loses, doubles and delays messages, and a server that fails for a while."""

import random
from pathlib import Path

import pytest

from local.matrix import run_node, someone
from local.stack import stack
from tests.walks.roads import as_said

PEOPLE = 6
HOSTILE = Path(__file__).parent / "hostile.js"


@pytest.mark.timeout(180)
async def test_on_a_hostile_channel_the_list_is_the_log_and_nothing_is_spoken_twice_or_late(
    tmp_path: Path,
) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed={seed}")
    async with stack(tmp_path) as running:
        people = [someone(running) for _ in range(PEOPLE)]
        pages = await run_node(HOSTILE, running, {"people": people, "seed": seed})

    assert pages[0]["dropped"] > 0
    assert pages[0]["failed"] > 0
    for page in pages:
        heard, spoken = page["heard"], page["spoken"]
        assert as_said(heard) == as_said(page["log"])
        assert page["isWhole"], "the answer of 30 KB"
        said = [each["seq"] for each in spoken]
        assert len(said) == len(set(said)), "said twice"
        assert [each for each in spoken if each["isOvertaken"]] == []
        ends = {entry["seq"] for entry in heard if entry.get("doneAfterThis")}
        assert ends <= set(said), "an answer that nobody heard"
