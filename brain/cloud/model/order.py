"""Which models to ask, and in which order. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from brain.cloud.model.client import ModelClient
from brain.cloud.model.faults import Failure
from brain.cloud.model.known import Known
from brain.codec import Json
from brain.run.ports import Prompt

# Refusals that hold for the whole account, whichever of its models is asked.
OF_ACCOUNT = ("modelKey", "modelQuota")
MOST_REFUSED = 2  # models whose account was refused; then no other one is asked with the same key


class Candidate(Struct, frozen=True, kw_only=True, eq=False):
    """A model at a provider.

    `client` has the connections to the provider, and `optional` the fields that it may reject.
    `label` is the model's name in /api/health, and `provider` that of the provider in traces.
    """

    model: str
    label: str
    provider: str
    client: ModelClient
    optional: Json
    known: Known = field(default_factory=Known)


def at_first(
    candidates: Sequence[Candidate], prompt: Prompt, now: float
) -> tuple[Sequence[Candidate], dict[Candidate, Failure]]:
    """Return whom to ask, and why others are left out whose account is known to be refused.

    Models that are known to refuse the prompt are left out, unless all are. `now` is in the loop's
    time.
    """
    unfit = [one for one in candidates if one.known.is_unfit(prompt, now)]
    fit = [one for one in candidates if one not in unfit]
    if not fit:
        return candidates, {}
    refused = {
        one: replace(why, model=one.model)
        for one in unfit
        if (why := one.known.unfit) and why.lacks
    }
    return elsewhere(fit, refused), refused


def elsewhere(
    queue: Sequence[Candidate], refused: Mapping[Candidate, Failure]
) -> Sequence[Candidate]:
    """Return whom to ask after these failures: those at other providers than a refused account's.

    If only the name of the model was refused, other models of its provider come after them. If
    there is no other provider, the next model is asked with the same key.
    """
    accounts = {one.client for one in _lacking(refused)}
    others = [one for one in queue if one.client not in accounts]
    if not others:
        return queue
    shut = {one.client for one in _lacking(refused, *OF_ACCOUNT)}
    names = [one for one in queue if one.client in accounts - shut]
    return [*others, *names]


def open_to(
    queue: Sequence[Candidate], failures: Mapping[Candidate, Failure]
) -> Sequence[Candidate]:
    """Leave out the models of a provider that has refused the account of two: it is not them."""
    refused = [one.client for one in _lacking(failures, *OF_ACCOUNT)]
    return [one for one in queue if refused.count(one.client) < MOST_REFUSED]


def _lacking(failures: Mapping[Candidate, Failure], *lacks: str) -> Iterable[Candidate]:
    """Return the candidates that were refused for one of these reasons; without any, for each."""
    return [one for one, why in failures.items() if why.lacks and (not lacks or why.lacks in lacks)]
