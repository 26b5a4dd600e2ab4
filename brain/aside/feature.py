"""Answers what the brain is doing, beside a run."""

from brain.aside.flow import AnswersAside
from brain.feature import Feature, Platform


def feature(platform: Platform) -> Feature:
    """One intake."""
    return Feature(intake=lambda: (AnswersAside(store=platform.store, clock=platform.clock),))
