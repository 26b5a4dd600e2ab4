"""Reads how many tokens a request and its answer took, and what they cost. Pure."""

import math
from collections.abc import Iterator

from brain.cloud.model.values import as_object, as_objects
from brain.codec import Json

CHARS_PER_TOKEN = 4  # of Latin scripts
MOST_TOKENS = 100_000_000  # of one answer; more is not a count
MOST_USD = 100_000.0  # of one answer; more is not a price

_TOTALS = ("total_tokens", "totalTokenCount", "totalTokens")
_PARTS = (
    ("prompt_tokens", "input_tokens", "promptTokenCount", "inputTokens", "prompt_n"),
    ("completion_tokens", "output_tokens", "candidatesTokenCount", "outputTokens", "predicted_n"),
)
_DETAILS = ("prompt_tokens_details", "input_tokens_details")
_CACHED = (
    *("cached_tokens", "cachedContentTokenCount", "prompt_cache_hit_tokens"),
    *("cache_read_input_tokens", "cache_n"),
)
_USAGE = ("usage", "usageMetadata", "usage_metadata", "timings")
_NAMES = frozenset(_USAGE)


def has_usage(chunk: Json) -> bool:
    """Whether a chunk reports anything: of a stream mostly the last one does."""
    return next(_usages(chunk), None) is not None


def tokens_in(chunk: Json) -> int:
    """Return the tokens that a chunk reports; 0 if it reports none.

    The usage is at the top, in a choice, or in a field of the vendor.
    """
    return max((_tokens(usage) for usage in _usages(chunk)), default=0)


def parts_in(chunk: Json) -> tuple[int, int]:
    """Return the tokens of the request and of the answer that a chunk reports; 0 if it does not."""
    return max(map(_parts, _usages(chunk)), key=sum, default=(0, 0))


def cached_in(chunk: Json) -> int:
    """Return the tokens of the request that the provider had kept from an earlier one."""
    return max(map(_cached, _usages(chunk)), default=0)


def usd_in(chunk: Json) -> float | None:
    """Return the dollars that a chunk reports, as OpenRouter does; None if it reports none."""
    told = [cost for usage in _usages(chunk) if (cost := _usd(usage)) is not None]
    return max(told, default=None)


def estimated_tokens(text: str) -> int:
    """Estimate the tokens of a text; at least 1. Characters beyond Latin scripts count as one."""
    wide = sum(character > "\u2e7f" for character in text)
    return max(1, wide + math.ceil((len(text) - wide) / CHARS_PER_TOKEN))


def _usages(chunk: Json) -> Iterator[Json]:
    places = [chunk, *as_objects(chunk.get("choices"))]
    places += [place for place in chunk.values() if isinstance(place, dict)]
    for place in places:
        if _NAMES.isdisjoint(place):
            continue
        for name in _USAGE:
            if isinstance(usage := place.get(name), dict):
                yield usage


def _tokens(usage: Json) -> int:
    total = max(_count(usage.get(name)) for name in _TOTALS)
    return max(total, sum(_parts(usage)))


def _parts(usage: Json) -> tuple[int, int]:
    prompt, answer = (max(_count(usage.get(name)) for name in names) for names in _PARTS)
    return prompt, answer


def _cached(usage: Json) -> int:
    places = (as_object(usage.get(name)) for name in _DETAILS)
    told = [place.get(name) for place in (usage, *places) for name in _CACHED]
    return min(max(map(_count, told)), _parts(usage)[0])


def _usd(usage: Json) -> float | None:
    cost = _dollars(usage.get("cost"))
    if cost is None or usage.get("is_byok") is not True:
        return cost
    # With a key of the user's own, `cost` is the router's fee; the model's vendor has its own bill.
    vendors = _dollars(as_object(usage.get("cost_details")).get("upstream_inference_cost"))
    return None if vendors is None else cost + vendors


def _dollars(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= MOST_USD else None


def _count(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 < value <= MOST_TOKENS else 0
