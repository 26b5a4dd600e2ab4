"""What a deployment promises, in the order in which it is looked at."""

from brain.check.promises import (
    answers,
    edge,
    health,
    orders,
    own_data,
    refusals,
    roads,
    sockets,
    strangers,
    throughout,
)

PROMISES = (
    *health.PROMISES,
    *edge.PROMISES,
    *refusals.PROMISES,
    *answers.PROMISES,
    *roads.PROMISES,
    *sockets.PROMISES,
    *orders.PROMISES,
    *own_data.PROMISES,
    *strangers.PROMISES,
    *throughout.PROMISES,  # they are about all answers before
)
GROUPS = tuple(dict.fromkeys(promise.group for promise in PROMISES))
