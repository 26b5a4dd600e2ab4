"""Answers what the brain is doing, beside a run."""

from brain.aside.flow import AnswersAside
from brain.feature import Feature, Platform
from brain.run.services import Intake


def feature(platform: Platform) -> Feature:
    """One intake."""

    def intake() -> tuple[Intake, ...]:
        return (
            AnswersAside(store=platform.store, clock=platform.clock, languages=platform.languages),
        )

    return Feature(intake=intake)
