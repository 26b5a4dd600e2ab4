"""What stands in a report, and which of its counts are wrong."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from brain.jobs.life.reports import (
    document_of,
    false_count,
    missing,
    report_by_code,
    report_request,
    tidied,
)
from brain.jobs.model import Job, Mind
from brain.says import de, en

NOW = datetime(2026, 1, 1, tzinfo=UTC)
JOB = Job(
    user_id="anna",
    id="j",
    kind="helpers",
    title="Three hotels",
    request={},
    status="summarising",
    total_count=3,
    completed_count=2,
    failed_count=1,
    token_budget=90_000,
    tokens_in=0,
    tokens_out=0,
    usd=None,
    event_sequence=0,
    join_mode="report",
    document_id=None,
    compared_with=None,
    origin_run=None,
    report=None,
    report_by=None,
    foreign=False,
    report_tries=0,
    created_at=NOW,
    started_at=NOW,
    updated_at=NOW,
    last_event_at=NOW,
    finished_at=None,
)


def mind(number: int, **given: object) -> Mind:
    plain: dict[str, object] = dict.fromkeys(Mind.__struct_fields__)
    plain |= {"number": number, "label": f"Hotel {number}", "status": "complete", "foreign": False}
    return Mind(**{**plain, **given})  # type: ignore[arg-type]


MINDS = (
    mind(0, result="Nice.", needs="A key."),
    mind(1, result="Loud.", foreign=True, needs="A booking."),
    mind(2, status="failed", ended_reason="tokens", result="Half."),
)


def test_the_reporter_is_shown_results_between_marks_and_what_is_missing() -> None:
    request = report_request(JOB, MINDS, "Compare them.")
    assert "Compare them." in request
    assert "complete in 2 of 3 parts" in request
    assert "<<<\nNice.\n>>>" in request
    assert "Written by others" in request.split("<<<\nLoud.\n>>>")[0].rsplit("Part 1", 1)[1]
    assert "<<<\nA booking.\n>>>" in request.split("It needs from the user: \nWritten by others")[1]
    assert "It needs from the user: A key." in request
    assert "not complete (tokens). What it had found:" in request


def test_what_is_missing_is_named_with_its_reason() -> None:
    assert missing(MINDS) == [{"n": 2, "label": "Hotel 2", "reason": "tokens"}]


@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [
        ("Two of three are good.", False),
        ("2 of 3 are good, one of 3 is not.", False),
        ("All three of three are good.", True),
        ("3 of 3 are done.", True),
        ("None of the three is good.", True),
        ("Three out of three.", True),
        ("One of four rooms is free.", False),
        ("Most of them are good.", False),
        ("One of three hotels is full.", False),
        ("None of the three hotels is full.", False),
        ("All three of the three rooms are loud; 0 of 3 beaches is near.", False),
        ("Three of three-star hotels", False),
        ("It is 3 of 3.5 km away.", False),
        ("Three of the three helpers are done.", True),
        ("3 of 3 parts are complete, and one of three hotels is full.", True),
        ("3 of 3 failed.", True),
        ("Drei von drei sind gut.", True),
        ("Drei von drei Teilen sind fertig.", True),
        ("Keiner von den drei Helfern ist fertig.", True),
        ("Zwei von drei sind gut.", False),
        ("Eins von drei Hotels ist voll, keins von drei Zimmern ist frei.", False),
    ],
)
def test_a_count_out_of_all_parts_must_be_right(text: str, is_wrong: bool) -> None:
    assert bool(false_count([text], JOB, frozenset((2, 1)))) is is_wrong


def test_findings_name_parts_of_the_job_only() -> None:
    finding = {"what": "Loud", "runs": [1, 7], "severity": "low"}
    filed = {"headline": "H.", "summary": "S.", "findings": [finding], "other": 1}
    assert tidied(filed, MINDS) == {
        "headline": "H.",
        "summary": "S.",
        "findings": [{**finding, "runs": [1]}],
    }


@pytest.mark.parametrize("texts", [en, de])
def test_a_report_by_code_names_all_parts(texts: object) -> None:
    report = report_by_code(JOB, MINDS, texts)  # type: ignore[arg-type]
    assert "Three hotels" in report["headline"]
    assert "2" in report["headline"]
    for each in MINDS:
        assert f"**{each.label}**" in report["summary"]
    assert "Half." in report["summary"]


def test_a_report_by_code_says_that_all_failed_or_were_stopped() -> None:
    failed = replace(JOB, completed_count=0, failed_count=3)
    assert report_by_code(failed, MINDS, en)["headline"] == "Three hotels: all 3 failed."
    stopped = replace(JOB, status="stopped")
    assert report_by_code(stopped, MINDS, en)["headline"] == "Stopped: Three hotels, after 2 of 3."
    headline = report_by_code(stopped, MINDS, en, after="7 of 12 pages")["headline"]
    assert headline == "Stopped: Three hotels, after 7 of 12 pages."


def test_the_document_holds_headline_summary_and_findings() -> None:
    report = {"headline": "H.", "summary": "S.", "findings": [{"what": "Loud"}]}
    assert document_of(JOB, report) == ("Three hotels", "**H.**\n\nS.\n\n- Loud")
    short = {"headline": "H.", "summary": "", "findings": []}
    assert document_of(JOB, short) == ("Three hotels", "**H.**")
