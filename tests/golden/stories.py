"""What is done to a user's keys: stories in which each script takes each of its ways.

A step names no result of an earlier one, so that a story can go on from any place of it.
"""

from collections.abc import Mapping

from tests.golden.actors import Story
from tests.golden.stories_beside import (
    BOARD,
    LANGUAGE,
    MEMORY,
    OLDER,
    PRESENCE,
    READING,
    REMINDERS_STORY,
)
from tests.golden.stories_run import ADMIT, ASIDE, COMMIT, LEASE, QUESTIONS, STOP, UNSURE

STORIES: Mapping[str, Story] = {
    "older": OLDER,
    "admit": ADMIT,
    "commit": COMMIT,
    "questions": QUESTIONS,
    "aside": ASIDE,
    "lease": LEASE,
    "stop": STOP,
    "unsure": UNSURE,
    "reading": READING,
    "language": LANGUAGE,
    "presence": PRESENCE,
    "board": BOARD,
    "memory": MEMORY,
    "reminders": REMINDERS_STORY,
}
