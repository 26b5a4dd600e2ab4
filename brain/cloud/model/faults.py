"""Classifies failed requests to a model. Pure.

The provider's text is read to classify the failure and is not kept, because it can quote the key or
the user. Kept are the status, the error code, the class, how long to wait, the size of the model's
window, and which optional fields were rejected.
"""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from brain.cloud.model.signs import Lack, Window
from brain.cloud.model.values import as_object, as_objects, encoded_object
from brain.errors import FaultClass

# Optional fields, which some servers reject.
OPTIONAL_FIELDS = frozenset(
    {"reasoning_effort", "stream_options", "temperature", "stop", "seed"}
) | {
    "max_tokens",
    "max_completion_tokens",
}
_FIELD = re.compile(rf"\b(?:{'|'.join(sorted(OPTIONAL_FIELDS))})\b")
_LENGTHS = frozenset({"max_tokens", "max_completion_tokens"})
MOST_COMPLAINT_CHARS = 20_000  # of an error's text
MOST_LEVELS = 8  # of nested values in an error
_QUOTING = frozenset({"input", "failed_generation", "messages", "prompt", "body", "request"}) | {
    "flagged_input",
    "flagged_output",
}
_QUOTED = re.compile(r"""['"]input['"]:""")  # in the text of an object: what follows is quoted

# The HTTP status for error codes and types that come in a response with status 200.
_STATUS_OF = {
    "authentication_error": 401,
    "invalid_api_key": 401,
    "insufficient_quota": 402,
    "permission_error": 403,
    "model_not_found": 404,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "overloaded_error": 529,
    "unavailable_error": 503,
    "context_length_exceeded": 400,
    "exceed_context_size_error": 400,
    "content_filter": 400,
    "invalid_request_error": 400,
}
_BUSY = frozenset({429, 503, 529})
_MOMENT = frozenset({0, 408, 409, 425})  # and all other of 500 and above
_NO_ACCESS = frozenset({401, 402, 403, 404})


class Failure(Struct, frozen=True, kw_only=True):
    """A failed try. `status` is the HTTP status, or the equivalent one; 0 if there was no response.

    `wait_s` is how long the provider asks to wait. `rejected_fields` are our optional fields that
    the error names. `window` is what the provider says about its size. `is_lasting`: later
    requests to the model would fail too. `is_schema`: the server cannot use the tools' schemas.
    `is_empty`: an answer without words and calls. `is_late`: nothing arrived in time. `tokens` were
    used all the same; `usd` is what they cost, if this is known. `code` is the error's. `lacks` is
    what is wrong with the account, as a reason of a run's end. `model` is the model that failed.
    """

    reason: str
    status: int = 0
    fault: FaultClass = FaultClass.MOMENT
    wait_s: float | None = None
    rejected_fields: frozenset[str] = frozenset()
    window: Window | None = None
    is_lasting: bool = False
    is_schema: bool = False
    is_empty: bool = False
    is_late: bool = False
    tokens: int = 0
    usd: float | None = None
    code: str = ""
    lacks: Lack = ""
    model: str = ""

    @property
    def is_retryable(self) -> bool:
        """Whether the same request may succeed later."""
        return self.fault in (FaultClass.MOMENT, FaultClass.BUSY)


def refused(status: int, body: object, complaint: str, headers: Mapping[str, str]) -> Failure:
    """Classify an HTTP error."""
    code, codes = _code(body), _codes(body)
    words = _words(body) if isinstance(body, dict | list) else complaint
    status = _meant(status, codes, words)
    reason = f"status {status} {code}".rstrip()
    return _failure(reason, status, codes, words, headers)


def error_in_answer(body: object) -> Failure:
    """Classify an error object that came with status 200."""
    code = _code(body)
    status = _number_in(code) or _number_in(str(as_object(body).get("status") or ""))
    codes = _codes(body)
    words = _words(body)
    status = _meant(status or _STATUS_OF.get(code, 500), codes, words)
    return _failure(f"error in the answer: {code or 'no code'}", status, codes, words, {})


def blocked() -> Failure:
    """Return the failure of a text that a content filter blocked without an error."""
    return Failure(reason="the provider's content filter blocked it", fault=FaultClass.FILTERED)


def _number_in(code: str) -> int:
    """Return the HTTP status at the beginning of an error code; 0 for any other code."""
    status = int(code[:3]) if code.isascii() and code.isdecimal() else 0
    return status if 400 <= status < 600 else 0


def _failure(
    reason: str, status: int, codes: Sequence[str], complaint: str, headers: Mapping[str, str]
) -> Failure:
    # Imported for the first refusal: to compile their patterns takes 7 ms of a cold start.
    from brain.cloud.model.refusals import lacking, told_class, window_in
    from brain.cloud.model.waits import told_wait_s

    words, code = complaint[:MOST_COMPLAINT_CHARS], next(iter(codes), "")
    told = told_class(status, code, words)
    fault = told.fault if told else _class_of(status)
    is_request = status in (400, 422) or fault is FaultClass.REQUEST
    return Failure(
        reason=reason,
        status=status,
        fault=fault,
        wait_s=told_wait_s(headers, words),
        rejected_fields=_rejected(words, fault) if is_request else frozenset(),
        window=window_in(words) if fault is FaultClass.TOO_LONG else None,
        is_lasting=(told is not None and told.is_lasting) or fault is FaultClass.NO_ACCESS,
        is_schema=told is not None and told.is_schema,
        code=code,
        lacks=lacking(status, " ".join(codes), words) if fault is FaultClass.NO_ACCESS else "",
    )


def _meant(status: int, codes: Sequence[str], words: str) -> int:
    """Return the status that is meant: a quota is sent as 429, but waiting does not help."""
    from brain.cloud.model.refusals import is_billing

    said = words[:MOST_COMPLAINT_CHARS] if status == 429 else ""
    return 402 if is_billing(" ".join(codes), said) else status


def _class_of(status: int) -> FaultClass:
    if status in _BUSY:
        return FaultClass.BUSY
    if status in _MOMENT or status >= 500:
        return FaultClass.MOMENT
    if status == 413:
        return FaultClass.TOO_LONG
    return FaultClass.NO_ACCESS if status in _NO_ACCESS else FaultClass.REQUEST


def _code(body: object) -> str:
    """Return the error's code or type if it is a single word; else an empty text."""
    return next(iter(_codes(body)), "")


def _codes(body: object) -> list[str]:
    """Return the error's code and type, if they are single words."""
    words: list[str] = []
    for error in as_objects(body) if isinstance(body, list) else [as_object(body)]:
        inner = as_object(error.get("error")) or error
        words += [str(inner.get(key) or "") for key in ("code", "type")]
    return [word for word in words if re.fullmatch(r"[a-z0-9_]{2,40}", word)]


def _words(value: object, key: str = "", levels: int = MOST_LEVELS) -> str:
    """Return what an error says, without what it quotes of the request."""
    if not levels or key in _QUOTING:
        return f"{key}:" if levels else ""
    if isinstance(value, str) and len(value) < MOST_COMPLAINT_CHARS:
        value = encoded_object(value) or value  # a gateway passes on the error of another server
    if isinstance(value, dict):
        return "\n".join(_words(inner, str(key), levels - 1) for key, inner in value.items())
    if isinstance(value, list):
        return "\n".join(_words(inner, key, levels - 1) for inner in value)
    return "" if value is None else f"{key}: {_QUOTED.split(str(value), 1)[0]}"


def _rejected(complaint: str, fault: FaultClass) -> frozenset[str]:
    """Return our fields that the error names. If the request is too long, its own length is the
    fault, and not the length of the answer.
    """
    named = frozenset(_FIELD.findall(complaint))
    return named - _LENGTHS if fault is FaultClass.TOO_LONG else named
