"""Decisions of the local queue without clock, file or network: verdicts, messages, order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.qstash.agenda import Agenda
from local.qstash.message import MalformedMessage, QueueMessage, read_message
from local.qstash.retry import (
    Answer,
    Delivered,
    GiveUp,
    MalformedDelay,
    TryAgain,
    Verdict,
    asked_delay_s,
    backoff_s,
    duration_s,
    judge,
    retry_delay_s,
)

NOW_MS = 1_700_000_000_000  # Unix milliseconds; in the past, so that messages are due


def message(url: str, headers: dict[str, str] | None = None, body: bytes = b"") -> QueueMessage:
    return read_message(destination=url, headers=headers or {}, body=body, now_ms=NOW_MS)


@pytest.mark.parametrize(
    ("text", "seconds"), [("10s", 10), ("2m", 120), ("1h", 3600), ("3d5h12m", 277_920)]
)
def test_a_duration_is_read_in_all_units(text: str, seconds: float) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize(
    ("expression", "retried", "seconds"),
    [
        ("1000", 3, 1),
        ("1000 * (1 + retried)", 2, 3),
        ("pow(2, retried) * 1000", 3, 8),
        ("max(10, min(retried, 5) * 100)", 9, 0.5),
        ("round(floor(1.9) + ceil(0.1) + sqrt(16) + abs(-4) + exp(0))", 0, 0.011),
        ("-5", 0, 0),
        ("pow(10, 300)", 0, 86_400),
    ],
)
def test_a_retry_delay_is_computed(expression: str, retried: int, seconds: float) -> None:
    assert retry_delay_s(expression, retried=retried) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "1 +",
        "__import__('os')",
        "retried.real",
        "unknown",
        "'x' * 9",
        "9 ** 9 ** 9",
        "pow(10, 400)",
        "1 / 0",
        "sqrt(-1)",
        "max()",
        "[1][0]",
        "True",
        "1" * 300,
    ],
)
def test_any_other_expression_is_malformed(expression: str) -> None:
    with pytest.raises(MalformedDelay):
        retry_delay_s(expression, retried=0)


def test_the_default_backoff_is_the_vendors() -> None:
    assert [round(backoff_s(n)) for n in (1, 2, 3, 4, 5, 99)] == [
        12,
        148,
        1808,
        22026,
        86_400,
        86_400,
    ]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Tue, 14 Nov 2023 22:14:20 GMT"}, 60),
        ({"retry-after": "Tue, 14 Nov 2023 22:00:00 GMT"}, 0),
        ({"x-ratelimit-reset": "1m30s"}, 90),
        ({"retry-after": "soon", "x-ratelimit-reset-tokens": "2"}, 2),
        ({"retry-after": "99999999"}, 86_400),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_a_destination_may_request_a_delay(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_delay_s(headers, now_s=NOW_MS / 1000) == seconds


@pytest.mark.parametrize(
    ("answer", "retried", "verdict"),
    [
        (Answer(status=204, headers={}, body=b""), 0, Delivered()),
        (Answer(status=302, headers={}, body=b""), 0, TryAgain(5)),
        (Answer(status=0, headers={}, body=b"", error="refused"), 1, TryAgain(10)),
        (Answer(status=503, headers={"retry-after": "1"}, body=b""), 0, TryAgain(1)),
        (Answer(status=503, headers={"retry-after": "1"}, body=b""), 2, GiveUp()),
        (Answer(status=489, headers={}, body=b""), 0, TryAgain(5)),
        (
            Answer(status=489, headers={"upstash-nonretryable-error": "true"}, body=b""),
            0,
            GiveUp(),
        ),
    ],
)
def test_an_answer_leads_to_a_verdict(answer: Answer, retried: int, verdict: Verdict) -> None:
    judged = judge(
        answer, retried=retried, max_retries=2, retry_delay="5000 * (1 + retried)", now_s=0
    )
    assert judged == verdict


# Messages


@pytest.mark.parametrize(
    ("destination", "headers"),
    [
        ("ftp://host/x", {}),
        ("not-a-url", {}),
        ("http://", {}),
        ("http://host:port", {}),
        ("", {}),
        ("http://h", {"Upstash-Delay": "10"}),
        ("http://h", {"Upstash-Not-Before": "tomorrow"}),
        ("http://h", {"Upstash-Retries": "-1"}),
        ("http://h", {"Upstash-Retries": "9" * 5000}),
        ("http://h", {"Upstash-Retry-Delay": "__import__('os')"}),
        ("http://h", {"Upstash-Timeout": "long"}),
        ("http://h", {"Upstash-Method": "BREW"}),
        ("http://h", {"Upstash-Callback": "nowhere"}),
        ("http://h", {"Upstash-Callback": "http://h", "Upstash-Callback-Retries": "many"}),
    ],
)
def test_a_message_that_the_vendor_would_refuse_is_malformed(
    destination: str, headers: dict[str, str]
) -> None:
    with pytest.raises(MalformedMessage, match=r"^invalid "):
        message(destination, headers)


def test_a_message_is_stored_unchanged() -> None:
    headers = {"Upstash-Forward-X": "1", "Upstash-Label": "l", "Content-Type": "text/plain"}
    stored = replace(message("http://h/x?y=1", headers, b"\x00\xff"), retried=2)

    assert QueueMessage.from_json(stored.to_json()) == stored


# The order of deliveries


def test_the_message_that_is_due_first_is_taken_first() -> None:
    agenda = Agenda()
    for name, due_ms in (("late", 30), ("early", 10), ("middle", 20)):
        agenda.put(name, due_ms)

    assert [agenda.take(20), agenda.take(20), agenda.take(20)] == ["early", "middle", None]
    assert agenda.next_due_ms() == 30


def test_a_line_moves_up_only_when_its_first_message_is_done() -> None:
    agenda = Agenda()
    agenda.put("a", 0, line="q")
    agenda.put("b", 0, line="q")

    assert [agenda.take(0), agenda.take(0)] == ["a", None]
    agenda.put("a", 5, line="q")
    assert [agenda.take(4), agenda.take(5), agenda.take(5)] == [None, "a", None]
    agenda.drop("a")
    assert agenda.take(5) == "b"


def test_a_dropped_message_is_never_taken() -> None:
    agenda = Agenda()
    for name in ("a", "b", "c"):
        agenda.put(name, 0, line="q")

    agenda.drop("b")
    agenda.drop("a")
    assert [agenda.take(0), agenda.take(0)] == ["c", None]
