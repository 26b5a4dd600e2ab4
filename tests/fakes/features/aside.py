"""Answers beside a run."""

from brain.aside.flow import AnswersAside
from brain.feature import Feature
from brain.run.services import Intake
from tests.fakes.house import Ports


def feature(ports: Ports) -> Feature:
    """One intake."""

    def intake() -> tuple[Intake, ...]:
        answers = ports.part(AnswersAside)
        return (answers(store=ports.store, clock=ports.clock, languages=ports.languages),)

    return Feature(intake=intake)
