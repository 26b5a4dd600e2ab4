"""A bug of ours becomes a plain 500. In virtual time."""

import pytest
from msgspec.structs import replace

from brain.routes.voice import voice_to_brain
from brain.run.deliver import Reply
from brain.run.moves import Arrival
from tests.fakes.loop import in_virtual_time
from tests.fakes.world import World
from tests.routes.virtual import posted, wired


class Buggy:
    """An intake with a bug, whose error quotes the text."""

    async def read(self, arrival: Arrival, reply: Reply) -> Arrival | None:
        raise ValueError(arrival.text)


@in_virtual_time
async def test_a_bug_is_a_500_and_its_log_line_contains_no_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    wiring = wired(world)
    vars(wiring)["services"] = replace(world.ports.services(), intake=(Buggy(),))
    status, body = await posted(wiring, voice_to_brain, {"text": "my private words"})
    assert (status, body["title"]) == (500, "Something went wrong.")
    assert "brain: ended, error=ValueError at test_bugs.py" in caplog.text
    assert "private" not in caplog.text
