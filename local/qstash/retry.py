"""Retries: QStash's notation for delays, and what to do after an answer."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

MAX_DELAY_S = 86_400.0  # seconds; the vendor limits every delay between attempts to one day
MAX_EXPRESSION_CHARS = 256  # characters; our limit, which also limits the depth of nesting
NON_RETRYABLE_STATUS = 489  # the vendor's status for "do not retry", with the header below
NON_RETRYABLE_HEADER = "upstash-nonretryable-error"

# Headers by which the destination can request a delay, in the order in which they are checked.
ASKING_HEADERS = (
    "retry-after",
    "x-ratelimit-reset",
    "x-ratelimit-reset-requests",
    "x-ratelimit-reset-tokens",
)

UNIT_S = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}

FUNCTIONS: dict[str, Callable[..., float]] = {
    "pow": math.pow,
    "sqrt": math.sqrt,
    "abs": abs,
    "exp": math.exp,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
    "min": min,
    "max": max,
}
OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}


class MalformedDelay(ValueError):
    """A duration or a retry expression that cannot be read; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A destination's answer. Status 0: there was none, and `error` says why."""

    status: int
    headers: dict[str, str]
    body: bytes
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    pass


@dataclass(frozen=True, slots=True)
class TryAgain:
    delay_s: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    pass


type Verdict = Delivered | TryAgain | GiveUp


def judge(
    answer: Answer, *, retried: int, max_retries: int, retry_delay: str | None, now_s: float
) -> Verdict:
    """Decide what follows from an attempt's answer; `retried` counts the retries made so far."""
    if 200 <= answer.status < 300:
        return Delivered()
    told_to_stop = answer.headers.get(NON_RETRYABLE_HEADER, "").lower() == "true"
    if answer.status == NON_RETRYABLE_STATUS and told_to_stop:
        return GiveUp()
    if retried >= max_retries:
        return GiveUp()
    asked_s = asked_delay_s(answer.headers, now_s=now_s)
    if asked_s is not None:
        return TryAgain(asked_s)
    return TryAgain(_planned_delay_s(retry_delay, retried))


def _planned_delay_s(retry_delay: str | None, retried: int) -> float:
    if retry_delay is None:
        return backoff_s(retried + 1)
    try:
        return retry_delay_s(retry_delay, retried=retried)
    except MalformedDelay:
        # Valid at publishing, but not for this `retried` (1000 / (1 - retried)): too late to
        # refuse.
        return backoff_s(retried + 1)


def backoff_s(retry: int) -> float:
    """Return the vendor's default delay before the n-th retry: 12 s, 148 s, 30 min, 6 h, a day."""
    return min(MAX_DELAY_S, math.exp(min(2.5 * retry, 20.0)))


def asked_delay_s(headers: Mapping[str, str], *, now_s: float) -> float | None:
    """Return the seconds that the destination asked us to wait, from ASKING_HEADERS; None if it did
    not.
    """
    for name in ASKING_HEADERS:
        wait_s = _wait_s(headers.get(name, "").strip(), now_s)
        if wait_s is not None:
            return min(MAX_DELAY_S, max(0.0, wait_s))
    return None


def _wait_s(text: str, now_s: float) -> float | None:
    """Read seconds, a duration (`1m30s`) or an HTTP date; None for anything else."""
    if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        return float(text)
    try:
        return duration_s(text)
    except MalformedDelay:
        pass
    try:
        return parsedate_to_datetime(text).timestamp() - now_s
    except ValueError:
        return None


def duration_s(text: str) -> float:
    """Read `10s`, `2m`, `1h`, `7d` or `3d5h12m` as seconds. Raises MalformedDelay."""
    if not re.fullmatch(r"(\d{1,9}[dhms])+", text, re.ASCII):
        raise MalformedDelay(f"{text!r} is not a duration such as 10s, 5m, 1h or 1d12h")
    parts = re.findall(r"(\d+)([dhms])", text)
    return float(sum(int(count) * UNIT_S[unit] for count, unit in parts))


def retry_delay_s(expression: str, *, retried: int) -> float:
    """Evaluate an expression in milliseconds for `retried`, as seconds. Raises MalformedDelay."""
    if len(expression) > MAX_EXPRESSION_CHARS:
        raise MalformedDelay(f"longer than {MAX_EXPRESSION_CHARS} characters")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
        value_ms = _value(tree.body, float(retried))
    except (SyntaxError, TypeError, ValueError, ArithmeticError) as error:
        raise MalformedDelay(f"{expression!r}: {error}") from error
    if math.isnan(value_ms):
        raise MalformedDelay(f"{expression!r} is not a number")
    return min(MAX_DELAY_S, max(0.0, value_ms / 1000))


def _value(node: ast.expr, retried: float) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)  # floats only: a power of integers could fill the memory
        case ast.Name(id="retried"):
            return retried
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, retried)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(left, retried), _value(right, retried))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return float(FUNCTIONS[name](*[_value(each, retried) for each in args]))
        case _:
            raise MalformedDelay(f"{ast.unparse(node)!r} is not allowed here")
