"""The wire: what goes out is byte for byte as before, and what comes in is understood as before."""

import pytest

from tests.golden.outside import sent
from tests.golden.taken import BODIES, taken
from tests.golden.text import compact, load
from tests.golden.wire import FRAMES, WIRE

TAKEN = [(kind, name) for kind, bodies in BODIES.items() for name in bodies]


def test_every_form_is_written() -> None:
    assert set(load("wire")) == set(WIRE)
    assert set(load("frames")) == set(FRAMES)
    assert set(load("taken")) == {f"{kind}: {name}" for kind, name in TAKEN}


@pytest.mark.parametrize("name", WIRE)
def test_a_wire_form_is_as_before(name: str) -> None:
    assert compact(WIRE[name]) == compact(load("wire")[name])


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_is_as_before(name: str) -> None:
    assert FRAMES[name].decode() == load("frames")[name]


@pytest.mark.parametrize(("kind", "name"), TAKEN)
def test_a_body_is_understood_as_before(kind: str, name: str) -> None:
    golden = load("taken")[f"{kind}: {name}"]
    assert BODIES[kind][name] == golden["body"]
    assert taken(kind, golden["body"]) == golden["taken"]


async def test_the_queue_and_the_channel_get_what_they_got_before() -> None:
    golden = load("outside")
    found = await sent()
    assert set(found) == set(golden)
    for name, one in found.items():
        assert compact(one) == compact(golden[name])
