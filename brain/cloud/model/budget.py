"""Refuses to ask a model for a user whose budget of the day is used up."""

import logging

from brain.cloud.meter import meter
from brain.errors import FaultClass, ModelRefused
from brain.settings.budgets import DailyBudget

REACHED = "budget"  # why the run ends

log = logging.getLogger(__name__)


def check_budget(budget: DailyBudget) -> None:
    """Raise ModelRefused if the user of this run may use no more today.

    What is asked outside of a run, such as whether an event concerns the user, goes on.
    """
    running = meter()
    day = running.counts.day if running is not None else None
    if day is None or not budget.is_reached(day.tokens, day.usd):
        return
    log.warning("budget.reached: tokens=%d usd=%s", day.tokens, round(day.usd, 6))
    refused = ModelRefused("the budget of the day is used up", fault=FaultClass.NO_ACCESS)
    refused.refusal = REACHED
    raise refused
