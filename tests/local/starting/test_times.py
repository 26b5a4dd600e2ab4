"""Times of day as people say them, in English and in German."""

from datetime import datetime

import pytest

from local.model.times import read_when

NOW = datetime.fromisoformat("2026-11-30T13:45")  # a Monday; wall-clock time


@pytest.mark.parametrize(
    ("text", "at", "rest"),
    [
        ("at six to take the cake out", "2026-11-30 18:00", "take the cake out"),
        ("to swim at half past one", "2026-12-01 01:30", "swim"),
        ("at quarter to two", "2026-12-01 01:45", ""),
        ("at a quarter past three to go", "2026-11-30 15:15", "go"),
        ("at 18:30 to leave", "2026-11-30 18:30", "leave"),
        ("at 6 am to run", "2026-12-01 06:00", "run"),
        ("at 12 am to sleep", "2026-12-01 00:00", "sleep"),
        ("at 12:30 pm to eat", "2026-12-01 12:30", "eat"),
        ("at noon to eat", "2026-12-01 12:00", "eat"),
        ("at midnight to sleep", "2026-12-01 00:00", "sleep"),
        ("tomorrow at 7 to swim", "2026-12-01 07:00", "swim"),
        ("tomorrow at three to nap", "2026-12-01 15:00", "nap"),
        ("tomorrow evening at eight to call", "2026-12-01 20:00", "call"),
        ("tonight at nine to call", "2026-11-30 21:00", "call"),
        ("on Friday at nine to pay", "2026-12-04 09:00", "pay"),
        ("on Monday at nine to pay", "2026-12-07 09:00", "pay"),
        ("at 9 o'clock to call", "2026-11-30 21:00", "call"),
        ("um sechs an den Kuchen", "2026-11-30 18:00", "den Kuchen"),
        ("um halb acht, den Müll zu holen", "2026-11-30 19:30", "den Müll zu holen"),
        ("um Viertel vor acht an den Tee", "2026-11-30 19:45", "den Tee"),
        ("um 18 Uhr 15 an den Zug", "2026-11-30 18:15", "den Zug"),
        ("morgen um 9 Uhr, Anna anzurufen", "2026-12-01 09:00", "Anna anzurufen"),
        ("morgen früh um sechs ans Laufen", "2026-12-01 06:00", "ans Laufen"),
        ("am Dienstag um 14:30 an den Arzt", "2026-12-01 14:30", "den Arzt"),
        ("heute Abend um neun an den Film", "2026-11-30 21:00", "den Film"),
    ],
)
def test_a_time_is_the_next_one_that_is_meant(text: str, at: str, rest: str) -> None:
    when = read_when(text, NOW)
    assert when is not None
    assert (f"{when.at:%Y-%m-%d %H:%M}", when.rest) == (at, rest)


@pytest.mark.parametrize(
    "text", ["to water the plants", "at the station to call", "in the evening"]
)
def test_without_a_time_of_day_there_is_none(text: str) -> None:
    assert read_when(text, NOW) is None
