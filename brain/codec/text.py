"""JSON text, times as text, and what all forms share."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

type Json = dict[str, Any]


def dumps(value: Json) -> str:
    """Write compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def clean(text: str) -> str:
    """Remove what some store cannot hold: NUL, and surrogates without a partner."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def iso(moment: datetime) -> str:
    """Write a time like 2026-01-31T12:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_ms(milliseconds: int) -> str:
    """Write a time that is given in milliseconds since 1970."""
    return iso(datetime.fromtimestamp(milliseconds / 1000, UTC))


def fingerprint(arguments: Json) -> str:
    """Name the arguments of a call: the same for the same arguments in any order."""
    canonical = json.dumps(arguments, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
