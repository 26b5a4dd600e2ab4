"""A queued message, read from the headers of a publish request.

The header names and their meaning are QStash's. What the vendor would refuse is refused here too,
as `MalformedMessage`, so that mistakes show on this machine and not after a deployment.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from local.qstash.flow import MalformedFlow, read_limits
from local.qstash.retry import MalformedDelay, duration_s, retry_delay_s

MAX_BODY_BYTES = 1024 * 1024  # bytes; the vendor's limit for a message on the free plan
DEFAULT_RETRIES = 3  # the vendor's default number of retries after the first attempt
METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH"})

FORWARD = "upstash-forward-"
CALLBACK = "upstash-callback-"
FAILURE_CALLBACK = "upstash-failure-callback-"

# Delivery settings that a callback can have; any other name is a header to pass on.
CALLBACK_SETTINGS = frozenset(
    {"method", "delay", "not-before", "retries", "retry-delay", "timeout"}
)


class MalformedMessage(ValueError):
    """A destination or header that QStash would refuse; the text names it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueMessage:
    """A message in the queue. `due_ms` and `retried` change with each failed attempt."""

    id: str
    url: str
    method: str
    body: bytes
    headers: dict[str, str]
    callback: str | None
    callback_headers: dict[str, str]
    failure_callback: str | None
    failure_callback_headers: dict[str, str]
    max_retries: int
    retry_delay: str | None
    timeout_s: float | None
    deduplication_id: str | None
    flow_control_key: str | None
    flow_control_value: str | None
    label: str | None
    queue: str | None
    created_ms: int
    not_before_ms: int
    due_ms: int
    retried: int = 0
    schedule_id: str | None = None  # the schedule that published it

    def to_json(self) -> str:
        body = base64.b64encode(self.body).decode("ascii")
        return json.dumps(asdict(self) | {"body": body})

    @classmethod
    def from_json(cls, text: str) -> QueueMessage:
        fields = json.loads(text)
        return cls(**fields | {"body": base64.b64decode(fields["body"])})


def read_message(
    *,
    destination: str,
    headers: Mapping[str, str],
    body: bytes,
    now_ms: int,
    queue: str | None = None,
) -> QueueMessage:
    """Read the message from a publish request. Raises MalformedMessage."""
    given = {name.lower(): value for name, value in headers.items()}
    url = checked_url(destination, "destination")
    forwarded = _forwarded(given)
    retries = _whole_number(given, "upstash-retries")
    not_before_ms = _not_before_ms(given, now_ms)
    _check_callback_settings(given, now_ms)
    return QueueMessage(
        id=f"msg_{uuid.uuid4().hex}",
        url=url,
        method=_method(given),
        body=body,
        headers=forwarded,
        callback=_optional_url(given, "upstash-callback"),
        callback_headers=_prefixed(given, CALLBACK),
        failure_callback=_optional_url(given, "upstash-failure-callback"),
        failure_callback_headers=_prefixed(given, FAILURE_CALLBACK),
        max_retries=DEFAULT_RETRIES if retries is None else retries,
        retry_delay=_retry_delay(given),
        timeout_s=_duration_s(given, "upstash-timeout"),
        deduplication_id=_deduplication_id(given, url, forwarded, body),
        flow_control_key=given.get("upstash-flow-control-key"),
        flow_control_value=_flow_control_value(given),
        label=given.get("upstash-label"),
        queue=queue,
        created_ms=now_ms,
        not_before_ms=not_before_ms,
        due_ms=not_before_ms,
    )


def callback_message(
    *, url: str, settings: Mapping[str, str], report: Mapping[str, Any], now_ms: int
) -> QueueMessage:
    """Return the message that reports an attempt's result to `url`; `settings` as given at
    publishing.
    """
    headers = {"content-type": "application/json"}
    for name, value in settings.items():
        known = name in CALLBACK_SETTINGS or name.startswith("forward-")
        headers[f"upstash-{name}" if known else FORWARD + name] = value
    body = json.dumps(report).encode()
    return read_message(destination=url, headers=headers, body=body, now_ms=now_ms)


def checked_url(url: str, what: str) -> str:
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError as error:
        raise MalformedMessage(f"invalid {what} url: {error}") from error
    if parts.scheme not in {"http", "https"}:
        raise MalformedMessage(f"invalid {what} url: it must begin with http:// or https://")
    if not parts.hostname or not port_is_valid:
        raise MalformedMessage(f"invalid {what} url: it names no host")
    return url


def _check_callback_settings(given: Mapping[str, str], now_ms: int) -> None:
    """Refuse an invalid callback now: after the attempt there is nobody to report the error to."""
    for name, prefix in (
        ("upstash-callback", CALLBACK),
        ("upstash-failure-callback", FAILURE_CALLBACK),
    ):
        if (url := _optional_url(given, name)) is not None:
            callback_message(url=url, settings=_prefixed(given, prefix), report={}, now_ms=now_ms)


def _optional_url(given: Mapping[str, str], name: str) -> str | None:
    return checked_url(given[name], name) if name in given else None


def _method(given: Mapping[str, str]) -> str:
    method = given.get("upstash-method", "POST").upper()
    if method not in METHODS:
        raise MalformedMessage(f"invalid upstash-method: {method}")
    return method


def _forwarded(given: Mapping[str, str]) -> dict[str, str]:
    kept = _prefixed(given, FORWARD)
    if "content-type" in given:
        kept.setdefault("content-type", given["content-type"])
    return kept


def _prefixed(given: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {n.removeprefix(prefix): v for n, v in given.items() if n.startswith(prefix)}


def _whole_number(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise MalformedMessage(f"invalid {name}: it must be a whole number of at most 12 digits")
    return int(text)


def _retry_delay(given: Mapping[str, str]) -> str | None:
    expression = given.get("upstash-retry-delay")
    if expression is None:
        return None
    try:
        retry_delay_s(expression, retried=0)
    except MalformedDelay as error:
        raise MalformedMessage(f"invalid upstash-retry-delay: {error}") from error
    return expression


def _duration_s(given: Mapping[str, str], name: str) -> float | None:
    if name not in given:
        return None
    try:
        return duration_s(given[name])
    except MalformedDelay as error:
        raise MalformedMessage(f"invalid {name}: {error}") from error


def _flow_control_value(given: Mapping[str, str]) -> str | None:
    value = given.get("upstash-flow-control-value")
    if "upstash-flow-control-key" not in given:
        return None
    try:
        read_limits(value or "")
    except MalformedFlow as error:
        raise MalformedMessage(f"invalid upstash-flow-control-value: {error}") from error
    return value


def _not_before_ms(given: Mapping[str, str], now_ms: int) -> int:
    """Return the time of the first delivery; a past time means now. Not-Before overrides Delay."""
    not_before_s = _whole_number(given, "upstash-not-before")
    if not_before_s is None:
        return now_ms + int(1000 * (_duration_s(given, "upstash-delay") or 0))
    return max(now_ms, not_before_s * 1000)


def _deduplication_id(
    given: Mapping[str, str], url: str, forwarded: Mapping[str, str], body: bytes
) -> str | None:
    if given.get("upstash-content-based-deduplication", "").lower() != "true":
        return given.get("upstash-deduplication-id")
    content = json.dumps([url, sorted(forwarded.items())]).encode() + b"\0" + body
    return f"content-{hashlib.sha256(content).hexdigest()}"
