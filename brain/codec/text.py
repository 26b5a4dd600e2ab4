"""JSON text, times as text, fingerprints of arguments, and what `repr` may tell."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

type Json = dict[str, Any]

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # made once, for all


def dumps(value: Json | Sequence[object]) -> str:
    """Write compact JSON."""
    return _COMPACT.encode(value)


def name_only(value: object) -> str:
    """Say what kind of value this is: the `__repr__` of one that holds secrets or user text."""
    return f"{type(value).__name__}(...)"


def clean(text: str) -> str:
    """Remove characters that some stores reject: NUL is dropped, lone surrogates are replaced."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def iso(moment: datetime) -> str:
    """Format a time like 2026-01-31T12:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_ms(milliseconds: int) -> str:
    """Format a time that is given in milliseconds since 1970."""
    return iso(datetime.fromtimestamp(milliseconds / 1000, UTC))


def fingerprint(arguments: Json) -> str:
    """Return a hash of a call's arguments that does not depend on the order of their names."""
    canonical = json.dumps(arguments, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
