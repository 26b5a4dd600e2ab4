"""Lets the effects of a text wait while its speaker may still be speaking."""

from brain.feature import Feature, Platform
from brain.run.services import Settling
from brain.settling.flow import Settles


def feature(platform: Platform) -> Feature:
    """The waiting."""

    def settling() -> Settling:
        return Settles(store=platform.store, clock=platform.clock, limits=platform.limits)

    return Feature(settling=settling)
