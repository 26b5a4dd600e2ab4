"""Requests to the HTTP API: their signatures, and the events in their bodies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from local.pusher.conversation import Credentials
from local.pusher.hub import Event
from local.pusher.protocol import (
    MAX_DATA_BYTES,
    MAX_EVENT_NAME,
    is_channel,
    is_encrypted,
    is_presence,
    is_signature,
    size_of,
)

AUTH_VERSION = "1.0"
CLOCK_TOLERANCE_S = 600  # seconds that a request's timestamp may differ
MAX_CHANNELS = 100  # channels for one event
MAX_BATCH = 10  # events in one batch
USER_COUNT, SUBSCRIPTION_COUNT = "user_count", "subscription_count"


class RequestRefused(Exception):
    """The request is answered with this status and the message as plain text."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """An HTTP request with its whole body. Nothing in `path` and `query` is escaped.

    `query` keeps repeated names; `names` are the named parts of the route's path.
    """

    method: str
    path: str
    names: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    body: bytes

    def param(self, name: str) -> str:
        return dict(self.query).get(name, "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """One event for its channels; `info` names the channel attributes to return."""

    event: Event
    channels: tuple[str, ...]
    except_id: str | None
    info: frozenset[str]


def string_to_sign(call: Call) -> str:
    signed = sorted((name.lower(), value) for name, value in call.query if name != "auth_signature")
    query = "&".join(f"{name}={value}" for name, value in signed)
    return f"{call.method}\n{call.path}\n{query}"


def check_signature(call: Call, credentials: Credentials, now_s: float) -> None:
    """Raise RequestRefused (401) unless the signature is valid. `now_s` is Unix time."""
    if call.param("auth_key") != credentials.key:
        raise RequestRefused(401, "Unknown auth_key")
    if call.param("auth_version") != AUTH_VERSION:
        raise RequestRefused(401, f"Version not supported: auth_version must be {AUTH_VERSION}")
    _check_timestamp(call.param("auth_timestamp"), now_s)
    if call.body and not call.param("body_md5"):
        raise RequestRefused(401, "Missing parameter: body_md5")
    digest = hashlib.md5(call.body, usedforsecurity=False).hexdigest()
    if call.param("body_md5") not in ("", digest):
        raise RequestRefused(401, "Invalid body_md5: it is not the digest of this body")
    signed, given = string_to_sign(call), call.param("auth_signature")
    if not is_signature(given, signed, credentials.secret):
        raise RequestRefused(
            401,
            f"Invalid signature: you should have sent HmacSHA256Hex({json.dumps(signed)}, "
            f"your_secret_key), but you sent {json.dumps(given)}",
        )


def _check_timestamp(given: str, now_s: float) -> None:
    try:
        timestamp = int(given)
    except ValueError as error:
        raise RequestRefused(401, "Invalid auth_timestamp: Unix seconds are needed") from error
    if abs(now_s - timestamp) > CLOCK_TOLERANCE_S:
        raise RequestRefused(
            401,
            f"Timestamp expired: Given timestamp ({timestamp}) "
            f"not within {CLOCK_TOLERANCE_S}s of server time ({now_s:.0f})",
        )


def parse_trigger(body: bytes) -> Trigger:
    given = _object(_json(body))
    channels = given.get("channels", [given["channel"]] if "channel" in given else None)
    if not isinstance(channels, list) or not channels:
        raise RequestRefused(400, "Missing required parameter: channels")
    if len(channels) > MAX_CHANNELS:
        raise RequestRefused(400, f"Too many channels: at most {MAX_CHANNELS} for one event")
    return _trigger(given, channels)


def parse_batch(body: bytes) -> list[Trigger]:
    batch = _object(_json(body)).get("batch")
    if not isinstance(batch, list):
        raise RequestRefused(400, "Missing required parameter: batch")
    if len(batch) > MAX_BATCH:
        raise RequestRefused(400, f"Batch too large: at most {MAX_BATCH} events")
    events = [_object(event) for event in batch]
    return [_trigger(event, [event.get("channel")]) for event in events]


def _trigger(given: Mapping[str, object], channels: Iterable[object]) -> Trigger:
    name, data = given.get("name"), given.get("data")
    if not isinstance(name, str) or not name:
        raise RequestRefused(400, "Missing required parameter: name")
    if len(name) > MAX_EVENT_NAME:
        raise RequestRefused(400, f"Event name too long: at most {MAX_EVENT_NAME} characters")
    if not isinstance(data, str):
        raise RequestRefused(400, "Missing required parameter: data, a string")
    if size_of(data) > MAX_DATA_BYTES:
        raise RequestRefused(
            413,
            f"The data content of this event exceeds the allowed maximum ({MAX_DATA_BYTES} bytes)",
        )
    # An event goes to a channel once, even if the channel is named several times.
    unique = tuple(dict.fromkeys(_channel(channel) for channel in channels))
    return Trigger(
        event=Event(name=name, data=data),
        channels=unique,
        except_id=_optional_text(given, "socket_id"),
        info=parse_info(_optional_text(given, "info") or ""),
    )


def parse_info(info: str) -> frozenset[str]:
    wanted = frozenset(name.strip() for name in info.split(",") if name.strip())
    if unknown := wanted - {USER_COUNT, SUBSCRIPTION_COUNT}:
        raise RequestRefused(400, f"Unknown info attribute: {', '.join(sorted(unknown))}")
    return wanted


def check_user_count(info: frozenset[str], channels: str) -> None:
    """Raise RequestRefused unless the channel name, or the prefix, is that of presence channels."""
    if USER_COUNT in info and not is_presence(channels):
        raise RequestRefused(400, "user_count is for presence channels only")


def _channel(name: object) -> str:
    if not isinstance(name, str) or not is_channel(name):
        raise RequestRefused(400, f"Invalid channel name: {json.dumps(name)}")
    if is_encrypted(name):
        raise RequestRefused(400, f"Encrypted channels are not supported here: {name}")
    return name


def _optional_text(given: Mapping[str, object], name: str) -> str | None:
    match given.get(name):
        case str() | None as text:
            return text
        case _:
            raise RequestRefused(400, f"{name} must be a string")


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestRefused(400, "The body is not valid JSON") from error


def _object(given: object) -> Mapping[str, object]:
    if not isinstance(given, dict):
        raise RequestRefused(400, "A JSON object is needed")
    return given
