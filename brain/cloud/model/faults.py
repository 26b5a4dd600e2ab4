"""Classifies failed requests to a model. Pure.

The provider's error text is not kept, because it can quote the key or the user. Kept are the
status, the error code, how long to wait, and which optional fields were rejected.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto

# Optional fields, which some servers reject.
OPTIONAL_FIELDS = frozenset({"reasoning_effort", "stream_options"})

# The HTTP status for error codes and types that come in a response with status 200.
_STATUS_OF = {
    "authentication_error": 401,
    "invalid_api_key": 401,
    "insufficient_quota": 402,
    "permission_error": 403,
    "model_not_found": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "context_length_exceeded": 400,
    "invalid_request_error": 400,
}
_TRANSIENT = frozenset({0, 408, 409, 425, 429})  # and all of 500 and above
_MODEL_SPECIFIC = frozenset({401, 402, 403, 404})


class Remedy(Enum):
    """What may help after a failed try."""

    AGAIN = auto()  # the same model, a little later
    ELSEWHERE = auto()  # another model
    NOTHING = auto()  # the request itself is wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A failed try. `status` is the HTTP status, or the equivalent one; 0 if there was no response.

    `rejected_fields` are our optional fields that the error names.
    """

    reason: str
    status: int = 0
    retry_after_s: float | None = None
    rejected_fields: frozenset[str] = frozenset()

    @property
    def remedy(self) -> Remedy:
        if self.status in _TRANSIENT or self.status >= 500:
            return Remedy.AGAIN
        return Remedy.ELSEWHERE if self.status in _MODEL_SPECIFIC else Remedy.NOTHING


def refused(status: int, body: object, complaint: str, headers: Mapping[str, str]) -> Failure:
    """Classify an HTTP error. `complaint` is searched for names of our fields and not kept."""
    code = _code(body)
    if code == "insufficient_quota":
        status = _STATUS_OF[code]  # sent with status 429, but waiting does not help
    return Failure(
        reason=f"status {status} {code}".rstrip(),
        status=status,
        retry_after_s=retry_after_s(headers),
        rejected_fields=_rejected(complaint) if status in (400, 422) else frozenset(),
    )


def error_in_answer(body: object) -> Failure:
    """Classify an error object that came with status 200."""
    code = _code(body)
    status = int(code) if code.isdecimal() else _STATUS_OF.get(code, 500)
    rejected = _rejected(str(body)) if status in (400, 422) else frozenset()
    return Failure(
        reason=f"error in the answer: {code or 'no code'}", status=status, rejected_fields=rejected
    )


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds the provider asks to wait; None if it does not say."""
    milliseconds, wait = headers.get("retry-after-ms", ""), headers.get("retry-after", "")
    if (number := _number(milliseconds)) is not None:
        return number / 1000
    return _number(wait) if _number(wait) is not None else _until(wait, headers.get("date", ""))


def _until(moment: str, now: str) -> float | None:
    """Return the seconds between two HTTP dates, both by the server's clock."""
    try:
        return max(
            0.0, (parsedate_to_datetime(moment) - parsedate_to_datetime(now)).total_seconds()
        )
    except (ValueError, TypeError):  # not dates, or only one of them has a zone
        return None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text.strip()) else None


def _code(body: object) -> str:
    """Return the error's code or type if it is a single word; else an empty text."""
    if not isinstance(body, dict):
        return ""
    words = (str(body.get(key) or "") for key in ("code", "type"))
    return next((word for word in words if re.fullmatch(r"[a-z0-9_]{2,40}", word)), "")


def _rejected(complaint: str) -> frozenset[str]:
    return frozenset(name for name in OPTIONAL_FIELDS if name in complaint)
