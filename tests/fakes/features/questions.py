"""Questions before acts."""

from brain.feature import Feature
from brain.questions.aside.flow import AnswersAside
from brain.questions.flow import AskUnlessTrusted, SpokenDecisions
from brain.questions.settling import Settles
from brain.run.services import Intake
from tests.fakes.house import Ports


def feature(ports: Ports) -> Feature:
    """The intake of decisions and of questions about the run, and consent."""

    def intake() -> tuple[Intake, ...]:
        store = ports.store
        answers = ports.part(AnswersAside)
        aside = answers(store=store, clock=ports.clock, languages=ports.languages)
        return ports.part(SpokenDecisions)(store=store), aside

    return Feature(
        intake=intake,
        consent=lambda: ports.part(AskUnlessTrusted)(preferences=ports.preferences),
        settling=lambda: ports.part(Settles)(
            store=ports.store, clock=ports.clock, limits=ports.limits
        ),
    )
