"""What a run of a mind came to, read from its journal."""

import pytest

from brain.codec import dumps
from brain.jobs.life.outcomes import arguments_of, outcome_of
from brain.jobs.life.specs import FILE_REPORT, FINISH
from brain.jobs.model import MindRun
from brain.run.journal import Answered, Entry, Returned, Spent
from brain.says import de, en
from brain.tools.spec import ToolCall


def run(*journal: Entry, reason: str = "") -> MindRun:
    return MindRun(
        run_id="run",
        is_open=False,
        reason=reason,
        spent=Spent(started_ms=0, loops=len(journal)),
        journal=journal,
    )


def finish(result: str = "All.", *, id: str = "c", **more: object) -> Answered:
    arguments = dumps({"result": result, "complete": True, **more})
    return Answered(text="", calls=(ToolCall(id=id, name="finish", arguments=arguments),))


def text(words: str) -> Answered:
    return Answered(text=words, calls=())


def test_a_finish_is_the_result_with_its_sources_and_needs() -> None:
    sources = [{"title": "Grand", "url": "https://grand.example"}]
    outcome = outcome_of(run(finish(sources=sources, needs="A booking.")))
    assert (outcome.status, outcome.reason, outcome.result) == ("complete", "done", "All.")
    assert outcome.sources == tuple(sources)
    assert outcome.needs == "A booking."


def test_arguments_are_read_as_the_engine_reads_them() -> None:
    given = '{"result": "All.", "complete": "true", "needs": null}'
    answer = Answered(text="", calls=(ToolCall(id="c", name="finish", arguments=given),))
    assert arguments_of(run(answer), FINISH) == {"result": "All.", "complete": True}


def test_a_finish_needs_nothing_if_it_says_so_and_a_report_may_be_its_headline() -> None:
    outcome = outcome_of(run(finish(needs="")))
    assert (outcome.status, outcome.result, outcome.needs) == ("complete", "All.", None)
    written = dumps({"headline": "H.", "summary": ""})
    filed = Answered(text="", calls=(ToolCall(id="c", name="fileReport", arguments=written),))
    assert arguments_of(run(filed), FILE_REPORT) == {"headline": "H.", "summary": ""}


def test_a_finish_that_failed_is_no_result() -> None:
    failed = Returned(tool_call_id="c", text="no", failed=True)
    outcome = outcome_of(run(finish("Wrong."), failed, text("Right.")))
    assert outcome.result == "Right."


def test_the_same_call_id_of_another_answer_has_not_failed() -> None:
    failed = Returned(tool_call_id="c", text="no", failed=True)
    assert outcome_of(run(finish("Right."), finish(""), failed, reason="time")).result == "Right."


def test_what_is_said_after_a_finish_is_added_to_its_result() -> None:
    outcome = outcome_of(run(finish("Rooms."), text("And breakfast.")))
    assert outcome.result == "Rooms.\n\nAnd breakfast."


@pytest.mark.parametrize(
    ("reason", "status", "ended"),
    [
        ("model", "failed", "model"),
        ("no access", "failed", "model"),
        ("request", "failed", "model"),
        ("filtered", "failed", "model"),
        ("cut", "failed", "model"),
        ("loops", "failed", "loops"),
        ("time", "failed", "time"),
        ("handoffs", "failed", "time"),
        ("tokens", "failed", "tokens"),
        ("attempts", "failed", "attempts"),
        ("poisoned", "failed", "attempts"),
        ("stuck", "failed", "attempts"),
        ("stopped", "stopped", "stopped"),
        ("of newer code", "failed", "attempts"),
    ],
)
def test_a_run_that_ended_early_is_never_complete(reason: str, status: str, ended: str) -> None:
    outcome = outcome_of(run(finish(), reason=reason))
    assert (outcome.status, outcome.reason, outcome.result) == (status, ended, "All.")


@pytest.mark.parametrize("texts", [en, de])
def test_a_text_that_was_cut_off_is_not_complete(texts: object) -> None:
    cut_off = texts.CUT_OFF  # type: ignore[attr-defined]
    outcome = outcome_of(run(text(f"Half\n\n{cut_off}")))
    assert (outcome.status, outcome.reason) == ("failed", "model")
    assert (outcome.result or "").startswith("Half")


def test_a_run_without_any_words_is_not_complete() -> None:
    outcome = outcome_of(run(text("  ")))
    assert (outcome.status, outcome.reason, outcome.result) == ("failed", "gaveUp", None)


def test_foreign_text_makes_the_result_foreign() -> None:
    read = Returned(tool_call_id="c", text="page", foreign=True)
    assert outcome_of(run(finish(), read)).foreign
    assert not outcome_of(run(finish())).foreign


def test_tokens_and_costs_are_those_of_all_answers() -> None:
    known = Answered(text="a", calls=(), tokens=10, prompt_tokens=7, answer_tokens=3, usd=0.5)
    plain = Answered(text="b", calls=(), tokens=5)
    outcome = outcome_of(run(known, known))
    assert (outcome.tokens_in, outcome.tokens_out, str(outcome.usd)) == (14, 6, "1.0")
    outcome = outcome_of(run(known, plain))
    assert (outcome.tokens_in, outcome.tokens_out, outcome.usd) == (12, 3, None)
