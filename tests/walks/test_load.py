"""Many users at once on one instance: the promises hold, and no memory grows."""

import pytest

from local.chaos.rush import Crowd, rush
from tests.walks.conftest import LEASE_S, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

# 0.3 s of work at the pace of the walks' script.
CROWD = Crowd(users=30, rounds=5, text="Think for 3 seconds about", lease_s=LEASE_S)
GROWTH_MIB = 16.0  # of memory after the second round; the runs of thirty users need well below one


async def test_thirty_users_at_once_leave_nothing_behind_in_any_round(town: Town) -> None:
    starts = town.stack.functions.starts("voiceToBrain")
    crowding = await rush(town.stack, CROWD)
    _, first, *later = crowding.memory_mib  # the first round imports packages
    print(f"median={crowding.wait_s(0.5):.2f} s memory={crowding.memory_mib} MiB")
    assert crowding.violations == []
    assert len(crowding.waits_s) == CROWD.users * CROWD.rounds
    assert max(later) - first < GROWTH_MIB
    assert town.stack.functions.starts("voiceToBrain") <= max(starts, 1), "a process died"
