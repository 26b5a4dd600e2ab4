"""Jobs keep their promises whatever dies, comes twice, late or never: single faults, and pairs.

In an ordinary run each story is played with a sample of its faults; with CHAOS=long with all.
"""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from tests.chaos.faults import Fault
from tests.chaos.jobs.histories import JobHistory, pairs, play, singles
from tests.chaos.jobs.stories import STORIES, Doing, JobStory, Start, named
from tests.chaos.length import every

SINGLES = {"long": 600, "brisk": 29}  # each so-manieth single fault, where histories take long
PAIRED = ("three", "stopped", "paused")
FIRSTS, SECONDS = 23, 67  # each so-manieth fault, and each so-manieth one after it


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_job_ends_once_whatever_goes_wrong(story: JobStory) -> None:
    wrong = []
    played = 0
    for history in singles(story, every=every(SINGLES.get(story.name, 13))):
        played += 1
        wrong += _findings(history)
    print(f"{story.name}: {played} histories")
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("two", "say"),  # also between the end of a run and its settlement
        ("two", "stop"),
        ("stopped", "outage"),  # also while a mind asks whether it may go on
        ("paused", "outage"),
        ("one stopped", "freeze.before"),  # also between the stop and the count of what was used
        ("hesitant", "kill.after"),
    ],
)
def test_a_job_ends_once_with_this_at_every_point(name: str, kind: str) -> None:
    played = singles(named(name), kinds=[kind])
    assert [found for history in played for found in _findings(history)] == []


@pytest.mark.parametrize("name", PAIRED)
def test_a_job_ends_once_whatever_goes_wrong_twice(name: str) -> None:
    played = pairs(named(name), firsts=every(FIRSTS), seconds=every(SECONDS))
    assert [found for history in played for found in _findings(history)] == []


@pytest.mark.parametrize("at", [1.04, 1.06, 1.08, 1.10])
def test_a_text_is_answered_or_refused_whoever_is_held_up(at: float) -> None:
    """It comes as the run ends, and both are held up after they have looked at the run."""
    one = replace(named("three"), starts=(Start(key="a", minds=1),))
    story = replace(one, doings=(Doing(at=at, what="say", number=0),))
    wrong = []
    for first in _looks(play(story)):
        held = Fault(first, "pause.after")
        for second in _looks(play(story, [held])):
            if second > first:
                wrong += _findings(play(story, [held, Fault(second, "pause.after")]))
    assert wrong == []


def _looks(history: JobHistory) -> list[int]:
    return [place.number for place in history.points if place.what == "store.ran"]


@pytest.mark.parametrize("seconds", [0.5, 2.0, 5.0, 20.0])
def test_a_resumed_talk_goes_on_at_once(seconds: float) -> None:
    pause = Doing(at=2.5, what="pause", seconds=seconds)
    history = play(replace(named("paused"), doings=(pause,)))
    times = [float(line.split()[0]) for line in history.trace if " model.a0 " in line]
    assert len(times) == 4
    assert max(b - a for a, b in pairwise(times)) < seconds + 2.5  # a call lasts a second
    assert history.wrong == ()


def test_a_history_is_the_same_each_time() -> None:
    assert play(named("two")).trace == play(named("two")).trace


def _findings(history: JobHistory) -> list[str]:
    return [f"{history}: {wrong}" for wrong in history.wrong]
