"""How long an invocation may last, as the platform says."""

import sys
from datetime import UTC, datetime, timedelta

import pytest
from vercel_runtime.deadline import reset_deadline, set_deadline

from brain.http.edge import (
    invocation_seconds,
)


def test_the_platform_reports_the_deadline_of_an_invocation() -> None:
    deadline = datetime.now(UTC) + timedelta(seconds=300)
    told = set_deadline(deadline.isoformat())
    try:
        seconds = invocation_seconds()
    finally:
        reset_deadline(told)
    assert seconds is not None
    assert 200 < seconds <= 300


def test_a_platform_without_a_deadline_returns_none() -> None:
    assert invocation_seconds() is None


def test_on_another_host_there_is_no_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vercel_runtime", None)  # the package is not installed there
    assert invocation_seconds() is None
