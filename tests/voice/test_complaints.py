"""What people complain about in voice assistants, and the tests that show how it is handled."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOLDING = "tests/voice/test_holding.py"
HEARD = "tests/voice/test_heard.py"
EAR = "tests/texts/test_ear.py"
SPEAKING = "tests/page/client/speaking.test.js"
SPEAKER = "tests/page/client/speaker.test.js"
REALTIME = "tests/page/voice/realtime.test.js"
LIVE = "tests/page/voice/live.test.js"
SHARING = "tests/page/voice/sharing.test.js"
BARGE_IN = "tests/page/voice/bargein.test.js"
HANDS_FREE = "tests/page/voice/test_hands_free.py"
HANG_UP = "tests/voice/test_hang_up.py"
TELEPHONE = "tests/voice/test_telephone.py"
TELEPHONE_CLAIMS = "tests/voice/test_telephone_claims.py"
CHAT_RULES = "tests/voice/chat/test_rules.py"
CHAT_TURNS = "tests/voice/chat/test_served_turns.py"
CHAT_LATE = "tests/voice/chat/test_served_late.py"
AUDIO = "tests/voice/audio/test_stream.py"

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
    "a filler in another voice": [
        (LIVE, "a step goes as thinking, at once and unspoken"),
        (REALTIME, "a step is told when nobody speaks"),
    ],
    "two answers to one sentence": [
        (
            "tests/voice/test_session_rules.py",
            "test_the_part_says_what_to_pass_on_what_not_to_claim_and_the_language",
        ),
        (REALTIME, "an answer is told once"),
        (LIVE, "two delegations for the same words are one question"),
        (SHARING, "of a conversation and another device, one says what nobody asked for"),
    ],
    "work done twice": [
        (REALTIME, "a call that several events tell is asked once"),
        (LIVE, "after a lost connection the answer goes without an id"),
        (CHAT_LATE, "test_the_same_request_joins_the_run_that_goes_on"),
    ],
    "half sentences taken for wishes": [
        (CHAT_TURNS, "test_one_text_of_three_stands_if_the_callers_leave"),
        (CHAT_TURNS, "test_an_effect_belongs_to_the_last_text_of_its_turn"),
        (
            "tests/chaos/spoken/test_turns.py",
            "test_of_each_turn_one_text_stands_and_no_effect_belongs_to_half_a_sentence",
        ),
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
        (CHAT_LATE, "test_a_long_late_answer_is_named_and_offered_with_the_next_request"),
        (TELEPHONE, "test_a_long_late_answer_is_named_and_offered_and_the_rest_counts_as_not"),
    ],
    "cut off by noise, coughs and nods": [
        (BARGE_IN, "a cough changes nothing"),
        (BARGE_IN, "half a second of voice lowers, more cuts, and silence resumes"),
        (BARGE_IN, "words that were understood cut at once, a nod and an echo do not"),
        (BARGE_IN, "a stop word passes every gate"),
    ],
    "it hears itself": [
        (HANDS_FREE, "test_the_ear_opens_when_playing_has_ended"),
        (HANDS_FREE, "test_what_the_page_has_just_said_is_no_question"),
    ],
    "markup, addresses and pictures read out": [
        (EAR, "test_what_is_said_for_a_text_and_its_sentences"),
        (EAR, "test_what_is_said_while_a_text_is_written_is_said_in_the_end"),
        ("tests/page/voice/ear.test.js", "what is said for a text, and its sentences"),
    ],
    "an answer lost on reconnect": [
        ("tests/page/client/matrix.test.js", "the resume matrix, as a table"),
        (HOLDING, "test_a_process_that_dies_while_it_holds_loses_and_doubles_nothing"),
        (REALTIME, "a lost connection is made again; the answer is told in the new session"),
        (
            "tests/voice/test_telephone_claims.py",
            "test_an_answer_that_comes_after_the_call_is_for_a_page",
        ),
    ],
    "a repeated wish swallowed": [
        (CHAT_RULES, "test_the_same_words_after_an_answer_are_a_new_text"),
    ],
    "connected after the end of the call": [
        (HANG_UP, "test_a_hang_up_ends_the_session_at_the_vendor_once"),
        (LIVE, "an end that the vendor does not confirm is one all the same"),
    ],
    "a front end that waits only for seconds": [
        (AUDIO, "test_a_step_and_an_answer_come_sentence_by_sentence"),
        (CHAT_LATE, "test_silence_is_filled_with_comments"),
    ],
}


@pytest.mark.parametrize("complaint", ROWS)
def test_each_complaint_has_tests_that_show_how_it_is_handled(complaint: str) -> None:
    for path, name in ROWS[complaint]:
        assert name in (ROOT / path).read_text("utf-8"), name
