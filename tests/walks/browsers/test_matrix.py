"""The resume matrix, as `make matrix` prints it."""

from pathlib import Path

import pytest

from local.matrix import MOMENTS, ROADS, table, tried
from local.stack import stack


@pytest.mark.timeout(240)  # seconds; a minute on two busy cores
async def test_after_a_cut_at_any_moment_on_any_road_the_list_is_the_log_on_any_other_road(
    tmp_path: Path,
) -> None:
    async with stack(tmp_path) as running:
        cells = await tried(running)
    print(table(cells))
    assert [cell for cell in cells if cell.complaint] == []
    ways = {(cell.cut_on, cell.moment, cell.goes_on_by) for cell in cells}
    assert len(ways) == len(cells) == len(ROADS) * len(MOMENTS) * len(ROADS)
