"""Ids and beginnings of traces, which come from the ids of runs."""

import time

from hypothesis import given
from hypothesis import strategies as st

from brain.cloud.clock import SystemClock
from brain.cloud.traces.model import began_at, first_of, trace_of

MS = 1_000_000


@given(st.text(), st.text())
def test_each_run_has_ids_of_its_own(one: str, other: str) -> None:
    assert 0 < trace_of(one) < 2**128
    assert 0 < first_of(one) < 2**64
    assert (trace_of(one) == trace_of(other)) is (one == other)


def test_the_ids_stay_the_same_from_version_to_version() -> None:
    assert f"{trace_of('01M8Q0KA2VRW8H3CBZ5W9NXJDD'):032x}" == "9f4775c215b1f1db1817cd24322a156b"
    assert f"{first_of('01M8Q0KA2VRW8H3CBZ5W9NXJDD'):016x}" == "7fe726c071e47bf6"


def test_a_run_began_when_its_id_was_made() -> None:
    before, id = time.time_ns() // MS, SystemClock().new_id()
    began = began_at(id, started_ms=before + 5_000)
    assert before <= began // MS <= time.time_ns() // MS


@given(st.text(max_size=30), st.integers(min_value=0, max_value=2**48))
def test_an_id_without_a_time_near_the_stores_says_nothing(id: str, started_ms: int) -> None:
    began = began_at(id, started_ms=started_ms)
    assert abs(began // MS - started_ms) <= 7 * 24 * 3600 * 1000
