"""What models cost. Pure."""

from collections.abc import Mapping

MILLION = 1_000_000  # tokens; what prices are given for

type Prices = Mapping[str, tuple[float, float]]


def usd_of(model: str, tokens_in: int, tokens_out: int, prices: Prices) -> float | None:
    """Return what tokens cost in dollars; None if the model has no price. Nothing is guessed.

    `prices` are the dollars for a million tokens of the request and of the answer, by model.
    """
    if model not in prices:
        return None
    price_in, price_out = prices[model]
    return (tokens_in * price_in + tokens_out * price_out) / MILLION
