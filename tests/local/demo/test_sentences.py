"""Sentences that people say to the keyless demo, beside those of the docs: other names, times and
words, in English and in German.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.model.script import perform

NAMES = (
    "sayToUserAndContinue", "sayToUserAndQuit", "createDocument", "searchDocuments",
    "searchEmail", "readEmail", "remember", "recall", "forget", "remind", "tellMeWhen",
)  # fmt: skip
TOOLS = [{"type": "function", "function": {"name": name}} for name in NAMES]
NOW = "\n[It is Sunday, 2026-11-29 21:08 in Europe/Berlin (UTC+01:00).]"


def called(text: str) -> tuple[str, dict[str, Any]]:
    """The first call of the answer, with its arguments."""
    reply = perform([{"role": "user", "content": f"{text}{NOW}"}], TOOLS)
    arguments = reply.calls[0].arguments
    assert isinstance(arguments, dict)
    return reply.calls[0].name, arguments


@pytest.mark.parametrize(
    ("text", "at", "task"),
    [
        ("Remind me at seven thirty to call Bob", "2026-11-30T07:30", "call Bob"),
        ("Remind me at 8pm to call Bob", "2026-11-30T20:00", "call Bob"),
        ("Please set a reminder for 8 p.m.: bins", "2026-11-30T20:00", "bins"),
        ("Remind me at ten to call Bob", "2026-11-29T22:00", "call Bob"),
        ("Remind me at twenty to nine to leave", "2026-11-30T08:40", "leave"),
        ("Remind me on Friday at ten past six to leave", "2026-12-04T18:10", "leave"),
        ("Remind me on 3 December at 9 to pay", "2026-12-03T09:00", "pay"),
        ("Remind me on March 1st at noon to pay", "2027-03-01T12:00", "pay"),
        ("Remind me the day after tomorrow at 7 to run", "2026-12-01T07:00", "run"),
        ("Remind me in half an hour to stretch", "2026-11-29T21:38", "stretch"),
        ("Remind me in an hour to stretch", "2026-11-29T22:08", "stretch"),
        ("Remind me in five minutes to stretch", "2026-11-29T21:13", "stretch"),
        ("Remind me in two days at nine to pay", "2026-12-01T09:00", "pay"),
        ("Erinnere mich um fünf vor halb acht an den Zug", "2026-11-30T07:25", "den Zug"),
        ("Erinnere mich um zehn nach sechs an den Zug", "2026-11-30T06:10", "den Zug"),
        ("Erinnere mich in einer halben Stunde an den Zug", "2026-11-29T21:38", "den Zug"),
        ("Erinnere mich übermorgen um acht an die Bank", "2026-12-01T08:00", "die Bank"),
        ("Erinnere mich am 3. Dezember um 9 an die Bank", "2026-12-03T09:00", "die Bank"),
        ("Kannst du mich um sechs an den Kuchen erinnern?", "2026-11-30T06:00", "den Kuchen"),
    ],
)
def test_a_reminder_is_for_the_time_that_was_said(text: str, at: str, task: str) -> None:
    assert called(text) == ("remind", {"text": task, "at": at})


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Remind me in 2 hours and 30 minutes to stretch", 150),
        ("Erinnere mich in 1 Stunde und 15 Minuten an den Zug", 75),
    ],
)
def test_a_time_in_two_parts_is_their_sum(text: str, minutes: int) -> None:
    name, arguments = called(text)
    wanted = datetime.now().astimezone() + timedelta(minutes=minutes)
    assert name == "remind"
    assert arguments["text"] in ("stretch", "den Zug")
    assert abs(datetime.fromisoformat(arguments["at"]) - wanted) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["Remind me tomorrow to pay", "Erinnere mich morgen früh daran"])
def test_without_a_time_the_script_asks_for_it(text: str) -> None:
    assert called(text)[0] == "sayToUserAndQuit"


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("What does Anna's email say?", "Anna"),
        ("Any news from Carl?", "Carl"),
        ("What did Bob Miller write?", "Bob Miller"),
        ("Gibt es Post von Carl?", "Carl"),
        ("What's in my inbox?", None),
        ("Show me my emails", None),
    ],
)
def test_emails_are_looked_for_by_who_wrote_them(text: str, who: str | None) -> None:
    wanted = {"limit": 1} if who is None else {"from": who, "limit": 1}
    assert called(text) == ("searchEmail", wanted)


@pytest.mark.parametrize(
    "text",
    [
        "Don't forget that my code is 4411",
        "Merk dir bitte: my code is 4411",
        "Vergiss nicht: my code is 4411",
        "Vergiss bitte nicht, dass my code is 4411",
    ],
)
def test_not_to_forget_is_to_remember(text: str) -> None:
    assert called(text) == ("remember", {"fact": "my code is 4411"})


@pytest.mark.parametrize(
    "text",
    [
        "Let me know when Bob writes",
        "Notify me as soon as Bob sends an email",
        "Sag mir, wenn Bob antwortet",
        "Gib mir Bescheid, sobald Bob schreibt",
    ],
)
def test_a_rule_may_be_asked_for_in_other_words(text: str) -> None:
    name, arguments = called(text)
    assert (name, arguments["from"]) == ("tellMeWhen", "Bob")


@pytest.mark.parametrize(
    "text",
    ["Hello, how are you?", "Hallo, wie geht's?", "yes", "no thanks", "ja", "What can I ask you?"],
)
def test_small_talk_is_answered_without_a_look_at_the_documents(text: str) -> None:
    assert called(text)[0] == "sayToUserAndQuit"
