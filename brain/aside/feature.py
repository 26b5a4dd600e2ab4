"""Answers "what are you doing?" while a run goes on."""

from brain.aside.flow import AnswersAside
from brain.feature import Feature, Platform
from brain.run.services import Intake


def feature(platform: Platform) -> Feature:
    """The intake that answers the question."""

    def intake() -> tuple[Intake, ...]:
        return (
            AnswersAside(store=platform.store, clock=platform.clock, languages=platform.languages),
        )

    return Feature(intake=intake)
