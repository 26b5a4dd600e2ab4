"""The check finds each fault that is planted in front of a sound deployment."""

import secrets

import pytest
import pytest_asyncio

from brain.check.model import PromiseState
from brain.check.people import Given
from brain.check.promises import PROMISES
from brain.check.suite import check
from tests.contracts.deployment.edge_plants import EDGE_PLANTS, THROUGHOUT
from tests.contracts.deployment.faults import Faulty
from tests.contracts.deployment.stage import Whole
from tests.contracts.deployment.talk_plants import STRANGERS, TALK_PLANTS
from tests.local.serving import served
from tests.routes.stage import token

pytestmark = pytest.mark.asyncio(loop_scope="package")

PLANTS = {**EDGE_PLANTS, **TALK_PLANTS}
ANSWER_S = 2.0  # seconds; an answer of the script takes a fraction of one
# Faults that show in any errors: those to wrong fields.
CAUSES = ("Wrong fields are named",)
LONG = "long task of 4 steps"


@pytest_asyncio.fixture(loop_scope="package")
async def slow(site: Whole) -> None:
    """The long task takes as long as that of a model."""
    step = {"calls": [{"name": "sayToUserAndContinue", "arguments": {"message": "A step."}}]}
    end = {"calls": [{"name": "sayToUserAndQuit", "arguments": {"message": "Done."}}]}
    steps = [{**step, "first_token_delay_s": 0.5}] * 3
    await site.deployment.direct(LONG, *steps, end)


@pytest.mark.parametrize("name", PLANTS)
@pytest.mark.usefixtures("slow")
async def test_it_is_found(site: Whole, name: str) -> None:
    broken, fault = PLANTS[name]
    only = [broken, *(CAUSES if name in THROUGHOUT else ())]
    given = Given() if name in STRANGERS else Given(token=token(f"planted-{secrets.token_hex(6)}"))
    faulty = Faulty(app=site.app, fault=fault)
    async with served(faulty) as url:
        report = await check(url, given, site.env, only=only, answer_s=ANSWER_S)
    states = {result.promise.name: result.state for result in report.results}
    assert states[broken] is PromiseState.BROKEN


async def test_every_promise_has_a_fault_that_breaks_it() -> None:
    assert {promise.name for promise in PROMISES} - {
        broken for broken, _ in PLANTS.values()
    } == set()
