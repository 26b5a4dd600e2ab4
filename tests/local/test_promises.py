"""The chaos run's checks accept a correct conversation and detect each kind of violation."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from local.chaos.evidence import Evidence, ModelRequest
from local.chaos.history import recoveries
from local.chaos.promises import KEPT, violations
from local.chaos.troubles import Death

type Json = dict[str, Any]


def text(seq: int, run: str) -> Json:
    return {
        "id": f"id-{seq}",
        "seq": seq,
        "role": "user",
        "text": "Remember: bins",
        "messageId": f"message-{seq}",
        "runId": run,
        "createdAt": f"2026-11-21T12:00:{seq:02}.000Z",
    }


def message(seq: int, run: str, words: str, *, last: bool) -> Json:
    return {
        "id": f"id-{seq}",
        "seq": seq,
        "role": "brain",
        "text": words,
        "doneAfterThis": last,
        "runId": run,
        "createdAt": f"2026-11-21T12:00:{seq:02}.000Z",
    }


LOG = [
    text(1, "run-1"),
    message(2, "run-1", "Looking.", last=False),
    message(3, "run-1", f"{KEPT}bins", last=True),
    text(4, "run-2"),
    message(5, "run-2", "Hello.", last=True),
]
SOUND = Evidence(
    accepted=[{"seq": 1, "message": None}, {"seq": 4, "message": LOG[4]}],
    log=LOG,
    heard=[LOG[1], LOG[2]],
    status={"state": "idle", "lastSeq": 5},
    asked=[
        ModelRequest(answers=0, texts=("one",)),
        ModelRequest(answers=1, texts=("one",)),
        ModelRequest(answers=0, texts=("one", "two")),
    ],
    notes={"bins": 1},
)


def with_log(log: list[Json]) -> Evidence:
    return replace(SOUND, log=log, status={"state": "idle", "lastSeq": len(log)})


def test_a_correct_conversation_breaks_no_promise() -> None:
    assert violations(SOUND) == []


SABOTAGES: list[tuple[str, Callable[[], Evidence]]] = [
    ("I1", lambda: replace(SOUND, accepted=[{"seq": 9, "message": None}])),
    ("I1", lambda: with_log([LOG[0], {**LOG[1], "doneAfterThis": True}, *LOG[2:]])),
    ("I1", lambda: with_log(LOG[:4])),
    ("I1", lambda: with_log([*LOG[:3], {**LOG[3], "messageId": "message-1"}, LOG[4]])),
    ("I2", lambda: with_log([*LOG, message(6, "run-1", "Again.", last=False)])),
    ("I3", lambda: with_log([*LOG, text(6, "run-3")])),
    ("I3", lambda: replace(SOUND, status={"state": "running", "lastSeq": 5})),
    ("I4", lambda: with_log([LOG[0], *LOG[2:]])),
    ("I4", lambda: replace(SOUND, status={"state": "idle", "lastSeq": 6})),
    ("I4", lambda: with_log([*LOG[:4], {**LOG[4], "id": "id-3"}])),
    ("I4", lambda: replace(SOUND, heard=[{**LOG[1], "text": "Something else."}])),
    ("I4", lambda: replace(SOUND, heard=[{**LOG[1], "text": "Else."}], is_mixed=True)),
    ("I4", lambda: replace(SOUND, heard=[{**LOG[1], "id": "nobody's"}], is_mixed=True)),
    ("I5", lambda: replace(SOUND, asked=[ModelRequest(answers=2, texts=("one",)), SOUND.asked[0]])),
    ("I5", lambda: replace(SOUND, asked=[SOUND.asked[0], SOUND.asked[0]])),
    ("I6", lambda: replace(SOUND, notes={"bins": 2})),
    ("I6", lambda: replace(SOUND, notes={})),
    ("I8", lambda: replace(SOUND, heard=[LOG[1], LOG[1]])),
    ("I8", lambda: replace(SOUND, accepted=[{"seq": 1, "message": LOG[1]}])),
]


@pytest.mark.parametrize(("promise", "sabotage"), SABOTAGES)
def test_each_violation_is_detected(promise: str, sabotage: Callable[[], Evidence]) -> None:
    assert any(line.startswith(promise) for line in violations(sabotage()))


def test_a_field_that_an_earlier_release_does_not_know_may_be_left_out() -> None:
    newer = replace(SOUND, log=[LOG[0], {**LOG[1], "confirms": True}, *LOG[2:]])
    assert violations(newer) != []
    assert violations(replace(newer, is_mixed=True)) == []


def test_how_much_was_heard_may_change_after_delivery() -> None:
    heard = replace(SOUND, log=[LOG[0], {**LOG[1], "heard": {"chars": 4}}, *LOG[2:]])
    assert violations(heard) == []


def test_each_disturbance_allows_one_lost_step_to_be_asked_for_again() -> None:
    again = replace(SOUND, asked=[SOUND.asked[0]] * 3)
    assert violations(again, disturbed=2) == []
    assert violations(again, disturbed=1) != []


def test_a_recovery_is_counted_from_the_kill_to_the_next_step_of_an_open_run() -> None:
    noon = 1_795_262_400.0  # 2026-11-21T12:00:00Z
    assert recoveries(SOUND, Death(at=noon + 1.5)) == [0.5]
    assert recoveries(SOUND, Death(at=noon + 3.5)) == []
