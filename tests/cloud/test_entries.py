"""Entries of the log that were read before are remembered, unless they could be changed."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from brain.cloud.redis.entries import SMALL_CHARS, legible, log
from brain.run.messages import UtteranceDraft
from brain.run.records import utterance_to_log

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def stored(text: str = "Hi", **more: Any) -> list[Any]:
    draft = UtteranceDraft(id="u1", text=text, message_id="m1", created_at=NOON)
    form = {**json.loads(utterance_to_log(draft)), **more}
    return ["7-0", ["u", json.dumps(form), "r", "r1"]]


def test_an_entry_is_decoded_once() -> None:
    [first], [again] = log([stored()]), log([stored()])
    assert again is first
    assert (first.seq, first.text, first.run_id) == (7, "Hi", "r1")


def test_the_same_words_at_another_place_are_another_entry() -> None:
    _, fields = stored()
    [first, second] = log([["7-0", fields], ["8-0", fields]])
    assert (first.seq, second.seq) == (7, 8)


@pytest.mark.parametrize(
    "entry", [stored("x" * SMALL_CHARS), stored(turn={"call": "c", "index": 1})]
)
def test_what_is_long_or_could_be_changed_is_notremembered(entry: list[Any]) -> None:
    [first], [again] = log([entry]), log([entry])
    assert again == first
    assert again is not first


@pytest.mark.parametrize("fields", [None, [], ["u"], ["u", 1, "r", "r1"], ["u", [], "r", "r1"]])
def test_an_entry_of_another_shape_is_left_out(fields: Any) -> None:
    assert legible([["7-0", fields], stored()]) == log([stored()])
