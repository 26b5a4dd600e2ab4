"""What models cost. Pure."""

from collections.abc import Mapping

MILLION = 1_000_000  # tokens; what prices are given for

type Prices = Mapping[str, tuple[float, ...]]


def usd_of(
    model: str, tokens_in: int, tokens_out: int, prices: Prices, *, cached: int = 0
) -> float | None:
    """Return what tokens cost in dollars; None if the model has no price. Nothing is guessed.

    `prices` are the dollars for a million tokens by model: of the request, of the answer, and of
    the part of the request that the provider had kept (`cached`); without the third, as the first.
    """
    if model not in prices:
        return None
    price_in, price_out, *more = prices[model]
    price_cached = more[0] if more else price_in
    fresh = max(tokens_in - cached, 0) * price_in
    return (fresh + cached * price_cached + tokens_out * price_out) / MILLION
