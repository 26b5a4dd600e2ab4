"""What people complain about in voice assistants, and the tests that show how it is handled."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOLDING = "tests/voice/test_holding.py"
HEARD = "tests/voice/test_heard.py"
EAR = "tests/texts/test_ear.py"
SPEAKING = "tests/page/client/speaking.test.js"
SPEAKER = "tests/page/client/speaker.test.js"

ROWS: dict[str, list[tuple[str, str]]] = {
    "silence while it works": [
        (HOLDING, "test_a_slow_lookup_is_announced_within_a_second_and_a_half"),
        (HOLDING, "test_a_long_lookup_is_never_silent_for_eight_seconds_and_says_three_phrases"),
        (HOLDING, "test_many_quick_lookups_are_not_silent_for_long"),
        (HOLDING, "test_the_time_begins_again_when_the_user_speaks"),
    ],
    "the same holding phrase before every answer": [
        (HOLDING, "test_a_quick_lookup_is_not_announced"),
        (HOLDING, "test_nothing_is_said_while_something_is_done_that_is_no_lookup"),
        (HOLDING, "test_the_same_phrase_is_never_said_twice_running"),
        (HOLDING, "test_after_three_phrases_nothing_more_is_said_in_the_turn"),
    ],
    "a holding phrase over somebody's words": [
        (HOLDING, "test_a_phrase_waits_until_nobody_speaks_and_is_not_spoken_late"),
        (SPEAKING, "messages are spoken in order; urgent ones go before those that wait"),
    ],
    "a stale answer after the user went on": [
        (SPEAKING, "once the user has gone on, what is left of an earlier answer is not spoken"),
        (SPEAKING, "what was done, notifications, questions and errors are spoken even if"),
        (HEARD, "test_a_message_after_an_act_says_that_it_confirms_it"),
    ],
    "a result lost because the user spoke over it": [
        (HEARD, "test_an_answer_that_was_cut_off_is_offered_in_the_next_reply_and_never_again"),
        (SPEAKER, "an answer that was not spoken because the user went on is reported"),
    ],
    "a late result in the wrong place": [
        (SPEAKING, "a late answer is spoken after what was asked meanwhile"),
        (HEARD, "test_a_late_answer_is_told_whole_if_it_is_short_and_else_named_and_offered"),
    ],
    "markup, addresses and pictures read out": [
        (EAR, "test_what_is_said_for_a_text_and_its_sentences"),
        (EAR, "test_what_is_said_while_a_text_is_written_is_said_in_the_end"),
        ("tests/page/voice/ear.test.js", "what is said for a text, and its sentences"),
    ],
    "an answer lost on reconnect": [
        ("tests/page/client/matrix.test.js", "the resume matrix, as a table"),
        (HOLDING, "test_a_process_that_dies_while_it_holds_loses_and_doubles_nothing"),
    ],
}


@pytest.mark.parametrize("complaint", ROWS)
def test_each_complaint_has_tests_that_show_how_it_is_handled(complaint: str) -> None:
    for path, name in ROWS[complaint]:
        assert name in (ROOT / path).read_text("utf-8"), name
