"""Keeps the minds of a job within the dollars that its user may spend on a day.

Tokens are reserved when a job begins; what it will cost is not known then. So each call of a model
is preceded by a look at what the day has cost: the user's own brain, and all jobs of that day.
"""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from brain.cloud.model.budget import REACHED
from brain.errors import DatabaseUnreachable, FaultClass, ModelRefused, ModelUnavailable
from brain.run.journal import Answered
from brain.run.ports import Delta, Model, Prompt

log = logging.getLogger(__name__)


class WithinBudget:
    """A model that refuses once the day's dollars are used up.

    Several minds work at once: what they have asked for by then is still answered and paid.
    """

    def __init__(
        self, model: Model, spend: Callable[[float], Awaitable[float]], *, most: float
    ) -> None:
        """`spend` adds dollars to what the mind has cost, and returns what the day has cost. It
        raises DatabaseUnreachable. `most` is the budget of the day.
        """
        self._model = model
        self._spend = spend
        self._most = most

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        """Ask the model. Raises ModelRefused if the budget is used up, ModelUnavailable if this is
        not known.
        """
        try:
            spent = await self._spend(0.0)
        except DatabaseUnreachable:
            raise ModelUnavailable("not known what the day has cost") from None
        if spent >= self._most:
            log.warning("budget.reached: usd=%s", round(spent, 6))
            refused = ModelRefused("the budget of the day is used up", fault=FaultClass.NO_ACCESS)
            refused.refusal = REACHED
            raise refused
        answer = await self._model.answer(prompt, limit_s=limit_s, on_delta=on_delta)
        if answer.usd:
            with suppress(DatabaseUnreachable):  # the outcome has it too
                await self._spend(answer.usd)
        return answer
