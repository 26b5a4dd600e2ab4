"""Asks before acts, accepts a spoken yes or no, and lets a speaker finish."""

from brain.feature import Feature, Platform, Resources
from brain.questions.flow import AskUnlessTrusted, SpokenDecisions
from brain.questions.settling import Settles


def feature(platform: Platform) -> Feature:
    """The intake of spoken decisions, the consent rule, and the route of the open question."""

    def resources() -> Resources:
        from brain.questions.http import question_routes

        return question_routes(lambda: platform.store)

    return Feature(
        intake=lambda: (SpokenDecisions(store=platform.store),),
        consent=lambda: AskUnlessTrusted(preferences=platform.preferences),
        settling=lambda: Settles(
            store=platform.store, clock=platform.clock, limits=platform.limits
        ),
        resources=resources,
    )
