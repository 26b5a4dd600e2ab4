"""Questions before acts."""

from brain.feature import Feature
from brain.questions.flow import AskUnlessTrusted, SpokenDecisions
from brain.questions.settling import Settles
from tests.fakes.house import Ports


def feature(ports: Ports) -> Feature:
    """The intake of spoken decisions, and consent."""
    return Feature(
        intake=lambda: (ports.part(SpokenDecisions)(store=ports.store),),
        consent=lambda: ports.part(AskUnlessTrusted)(preferences=ports.preferences),
        settling=lambda: ports.part(Settles)(
            store=ports.store, clock=ports.clock, limits=ports.limits
        ),
    )
