"""The routes: the same calls are answered as before, apart from times, ids and wording."""

from pathlib import Path

from tests.golden.routes import a_deployment, answered
from tests.golden.text import compact, load


async def test_the_routes_answer_as_before(tmp_path: Path) -> None:
    async with a_deployment(tmp_path) as deployment:
        found = await answered(deployment)
    golden = load("routes")
    assert set(found) == set(golden)
    for name, one in found.items():
        assert compact(one) == compact(golden[name]), name
