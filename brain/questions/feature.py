"""Asks before acts, accepts a spoken yes or no, lets a speaker finish, and says what a run does."""

from brain.feature import Feature, Platform, Resources
from brain.questions.aside.flow import AnswersAside
from brain.questions.flow import AskUnlessTrusted, SpokenDecisions
from brain.questions.settling import Settles
from brain.run.services import Intake


def feature(platform: Platform) -> Feature:
    """The intake of decisions and of "what are you doing?", the consent rule, the routes."""

    def intake() -> tuple[Intake, ...]:
        store = platform.store
        aside = AnswersAside(store=store, clock=platform.clock, languages=platform.languages)
        return SpokenDecisions(store=store), aside

    def resources() -> Resources:
        from brain.questions.http import question_routes

        return question_routes(lambda: platform.store)

    return Feature(
        intake=intake,
        consent=lambda: AskUnlessTrusted(preferences=platform.preferences),
        settling=lambda: Settles(
            store=platform.store, clock=platform.clock, limits=platform.limits
        ),
        resources=resources,
    )
