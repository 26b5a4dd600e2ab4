"""Verifies and parses Pusher's webhooks.

The SDK's check is not used, because it returns None for every error: a caller could not distinguish
a forged webhook from an unexpected body. Events of unknown kinds, and events of other channels than
the users' channels, are ignored.
"""

import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, cast

from brain.cloud.presence import ClientMessage, MemberChange, Occupied, Presence
from brain.errors import SignatureRefused, WebhookUnreadable
from brain.settings import ChannelSettings

MAX_AGE_MS = 5 * 60 * 1000  # in both directions; Pusher repeats a webhook for five minutes
CHANNEL = re.compile(r"(private|presence)-user-([0-9a-f]{32})")
KINDS = frozenset(
    {"channel_occupied", "channel_vacated", "member_added", "member_removed", "client_event"}
)


class WebhookReader:
    """Reads the webhooks of one Pusher application."""

    def __init__(self, at: ChannelSettings) -> None:
        self._key = at.key
        self._secret = at.secret

    def read(
        self, body: bytes, *, key: str | None, signature: str | None, now: datetime
    ) -> tuple[Presence, ...]:
        """Return the webhook's events in order; `key` and `signature` are its X-Pusher- headers.

        Raises SignatureRefused unless the body is signed with the application's secret, at most
        five minutes from `now`. Raises WebhookUnreadable for a body with an unexpected structure.
        """
        if key != self._key:
            raise SignatureRefused("signed for another application")
        expected = hmac.digest(self._secret.encode(), body, "sha256").hex()
        if not hmac.compare_digest((signature or "").encode(), expected.encode()):
            raise SignatureRefused("the webhook's signature is invalid")
        given = _object(_json(body), "the body")
        at_ms = _time_ms(given)
        if abs(int(now.timestamp() * 1000) - at_ms) > MAX_AGE_MS:
            raise SignatureRefused("the webhook's time is too far from now")
        found = (_presence(_object(event, "an event"), at_ms) for event in _events(given))
        return tuple(each for each in found if each is not None)


def _presence(event: Mapping[str, object], at_ms: int) -> Presence | None:
    kind = _text(event, "name")
    channel = CHANNEL.fullmatch(_text(event, "channel")) if kind in KINDS else None
    if channel is None:
        return None
    side, user_hash = cast(Literal["private", "presence"], channel[1]), channel[2]
    match kind:
        case "channel_occupied" | "channel_vacated":
            is_occupied = kind == "channel_occupied"
            return Occupied(user_hash=user_hash, channel=side, is_occupied=is_occupied, at_ms=at_ms)
        case "member_added" | "member_removed":
            member, is_present = _text(event, "user_id"), kind == "member_added"
            return MemberChange(
                user_hash=user_hash, member=member, is_present=is_present, at_ms=at_ms
            )
        case _:
            return ClientMessage(
                user_hash=user_hash,
                event=_text(event, "event"),
                data=_text(event, "data"),
                socket_id=_text(event, "socket_id"),
                member=_text(event, "user_id") if "user_id" in event else None,
                at_ms=at_ms,
            )


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise WebhookUnreadable("the body is not valid JSON") from None


def _object(given: object, what: str) -> Mapping[str, object]:
    if not isinstance(given, dict):
        raise WebhookUnreadable(f"{what} is not an object")
    return given


def _time_ms(given: Mapping[str, object]) -> int:
    time_ms = given.get("time_ms")
    if not isinstance(time_ms, int) or isinstance(time_ms, bool):
        raise WebhookUnreadable("time_ms is not a whole number")
    return time_ms


def _events(given: Mapping[str, object]) -> list[object]:
    events = given.get("events")
    if not isinstance(events, list):
        raise WebhookUnreadable("events is not a list")
    return events


def _text(event: Mapping[str, object], name: str) -> str:
    text = event.get(name)
    if not isinstance(text, str):
        raise WebhookUnreadable(f"{name} of an event is not a text")
    return text
