"""Effects that wait while a speaker may still be speaking."""

from brain.feature import Feature
from brain.run.services import Settling
from brain.settling.flow import Settles
from tests.fakes.house import Ports


def feature(ports: Ports) -> Feature:
    """The waiting."""

    def settling() -> Settling:
        settles = ports.part(Settles)
        made: Settling = settles(store=ports.store, clock=ports.clock, limits=ports.limits)
        return made

    return Feature(settling=settling)
