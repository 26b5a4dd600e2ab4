"""The requests of one client over its connection, and their effects. Does no input or output."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.pusher.hub import Event, Hub, Peer
from local.pusher.protocol import (
    MAX_DATA_BYTES,
    MAX_EVENT_NAME,
    RATE_LIMITED,
    SERVER_TO_USER,
    Frame,
    FrameRefused,
    Member,
    RateWindow,
    check_auth,
    checked_member,
    event_frame,
    is_channel,
    is_encrypted,
    is_presence,
    needs_auth,
    parse_json,
    parse_member,
    size_of,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    app_id: str
    key: str
    secret: str


def new_socket_id() -> str:
    return f"{secrets.randbelow(1_000_000) + 1}.{secrets.randbelow(1_000_000_000)}"


class Conversation:
    """One client's session. `hear` raises FrameRefused for requests that are not allowed."""

    def __init__(
        self, peer: Peer, hub: Hub, credentials: Credentials, clock: Callable[[], float]
    ) -> None:
        self._peer = peer
        self._hub = hub
        self._credentials = credentials
        self._clock = clock
        self._rate = RateWindow()
        self._user: Member | None = None

    def hear(self, frame: Frame) -> None:
        match frame.event:
            case "pusher:ping":
                self._peer.send(event_frame("pusher:pong", "{}"))
            case "pusher:pong":
                pass  # any frame counts as a sign of life
            case "pusher:subscribe":
                self._subscribe(_object(frame.data))
            case "pusher:unsubscribe":
                self._hub.unsubscribe(self._peer, _text(_object(frame.data), "channel"))
            case "pusher:signin":
                self._sign_in(_object(frame.data))
            case name if name.startswith("client-"):
                self._relay(frame)
            case _:
                raise FrameRefused("Client events must start with 'client-'")

    def _subscribe(self, data: Mapping[str, object]) -> None:
        channel = _text(data, "channel")
        self._check_channel(channel)
        if needs_auth(channel):
            self._check_subscription(channel, data)
        member = self._member(data) if is_presence(channel) else None
        self._hub.subscribe(self._peer, channel, member)
        granted = _presence(self._hub.users(channel)) if member else {}
        self._peer.send(
            event_frame(
                "pusher_internal:subscription_succeeded", json.dumps(granted), channel=channel
            )
        )

    def _check_channel(self, channel: str) -> None:
        if not is_channel(channel):
            raise FrameRefused(f"Invalid channel name '{channel}'")
        if is_encrypted(channel):
            raise FrameRefused(f"Encrypted channels are not supported here: {channel}")
        own = self._user and SERVER_TO_USER + self._user.user_id
        if channel.startswith(SERVER_TO_USER) and channel != own:
            raise FrameRefused(f"Only the user itself may subscribe to {channel}")

    def _check_subscription(self, channel: str, data: Mapping[str, object]) -> None:
        if not data.get("auth"):
            raise FrameRefused(f"Auth info required to subscribe to {channel}")
        signed = f"{self._peer.id}:{channel}"
        if data.get("channel_data") is not None:
            signed += f":{_text(data, 'channel_data')}"
        self._check_auth(_text(data, "auth"), signed)

    def _member(self, data: Mapping[str, object]) -> Member:
        if data.get("channel_data") is not None:
            return parse_member(_text(data, "channel_data"))
        if self._user is None:
            raise FrameRefused("channel_data is required to subscribe to a presence channel")
        return self._user

    def _sign_in(self, data: Mapping[str, object]) -> None:
        user_data = _text(data, "user_data")
        self._check_auth(_text(data, "auth"), f"{self._peer.id}::user::{user_data}")
        user = _object(user_data)
        signed_in = checked_member(user.get("id"), user.get("user_info"))
        if self._user and self._user.user_id != signed_in.user_id:
            raise FrameRefused("The connection is signed in as another user")
        self._user, self._peer.user_id = signed_in, signed_in.user_id
        self._peer.send(event_frame("pusher:signin_success", json.dumps({"user_data": user_data})))

    def _check_auth(self, auth: str, signed: str) -> None:
        check_auth(auth, signed, key=self._credentials.key, secret=self._credentials.secret)

    def _relay(self, frame: Frame) -> None:
        channel = frame.channel or ""
        data = frame.data if isinstance(frame.data, str) else json.dumps(frame.data)
        if not needs_auth(channel):
            raise FrameRefused("Client events are for private and presence channels only")
        if not self._hub.listens(self._peer, channel):
            raise FrameRefused(f"Client event rejected: not subscribed to {channel}")
        if len(frame.event) > MAX_EVENT_NAME:
            raise FrameRefused(f"The event's name is longer than {MAX_EVENT_NAME} characters")
        if size_of(data) > MAX_DATA_BYTES:
            raise FrameRefused(f"The event's data is larger than {MAX_DATA_BYTES} bytes")
        if not self._rate.allows(self._clock()):
            raise FrameRefused("Client event rejected due to rate limit", RATE_LIMITED)
        self._hub.relay(self._peer, channel, Event(name=frame.event, data=data))


def _presence(users: Mapping[str, object]) -> dict[str, object]:
    return {"presence": {"ids": list(users), "hash": users, "count": len(users)}}


def _object(data: object) -> Mapping[str, object]:
    """Return the data of a `pusher:` frame: an object, or the same as JSON in a string."""
    if isinstance(data, str):
        data = parse_json(data, "data")
    if not isinstance(data, dict):
        raise FrameRefused("data must be an object")
    return data


def _text(data: Mapping[str, object], name: str) -> str:
    match data.get(name):
        case str(text):
            return text
        case _:
            raise FrameRefused(f"{name} must be a string")
