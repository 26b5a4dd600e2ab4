"""The Channels protocol, version 7, as values: names, limits, close codes, frames, signatures.

A frame is a JSON object with `event`, `data` and, for events of a channel, `channel`. The server
sends `data` as JSON in a string; only in `pusher:error` it is a plain object.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

PROTOCOLS = range(5, 8)  # versions; from 5 on, the frames used here are the same
ACTIVITY_TIMEOUT_S = 120  # seconds of silence before either side checks whether the other is alive
PONG_TIMEOUT_S = 30  # seconds to answer that check
MAX_DATA_BYTES = 10_240  # bytes of one event's data, in UTF-8
MAX_EVENT_NAME = 200  # characters
MAX_MEMBERS = 100  # users on one presence channel
MAX_USER_ID = 128  # characters
MAX_USER_INFO_BYTES = 1_024  # bytes, as JSON
CLIENT_EVENTS_PER_S = 10  # client events of one connection in any one second

CHANNEL_NAME = re.compile(r"[-a-zA-Z0-9_=@,.;]{1,164}")
SERVER_TO_USER = "#server-to-user-"
VERSION = re.compile(r"\d+(\.\d+)*([-+.]?[0-9A-Za-z.]+)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Close:
    """A close code with its reason: 40xx do not reconnect, 41xx reconnect later, 42xx reconnect
    now.
    """

    code: int
    reason: str


APP_DISABLED = Close(code=4003, reason="Application disabled")
OVER_QUOTA = Close(code=4004, reason="Application is over connection quota")
NO_SUCH_PATH = Close(code=4005, reason="Path not found")
INVALID_VERSION = Close(code=4006, reason="Invalid version string format")
UNSUPPORTED_PROTOCOL = Close(code=4007, reason="Unsupported protocol version")
NO_PROTOCOL = Close(code=4008, reason="No protocol version supplied")
UNAUTHORIZED = Close(code=4009, reason="Connection is unauthorized")
OVER_CAPACITY = Close(code=4100, reason="Over capacity")
RECONNECT = Close(code=4200, reason="Please reconnect immediately")
NO_PONG = Close(code=4201, reason="Pong reply not received")

RATE_LIMITED = 4301  # the code of the error for too many client events


def unknown_app(key: str) -> Close:
    # A close frame has room for 123 bytes of reason.
    return Close(code=4001, reason=f"Could not find app by key {key}"[:60])


class FrameRefused(Exception):
    """Answered with `pusher:error`; the connection stays open. `code` is None for most errors."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A frame from a client. `data` is any JSON value, unchanged."""

    event: str
    channel: str | None
    data: object


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A user as the others on a presence channel see it. `user_info` is any JSON value."""

    user_id: str
    user_info: object = None


def refused_version(query: Mapping[str, str]) -> Close | None:
    """Return why a client of this protocol and library version is refused; None if it is
    accepted.
    """
    protocol = query.get("protocol")
    if protocol is None:
        return NO_PROTOCOL
    # ASCII digits only: int() also accepts the digits of other scripts. A version has at most four.
    if not re.fullmatch(r"[0-9]{1,4}", protocol) or not VERSION.fullmatch(
        query.get("version", "0")
    ):
        return INVALID_VERSION
    return None if int(protocol) in PROTOCOLS else UNSUPPORTED_PROTOCOL


def parse_frame(text: str) -> Frame:
    given = parse_json(text, "the message")
    if not isinstance(given, dict) or not isinstance(given.get("event"), str):
        raise FrameRefused("A message is an object with an event name")
    channel = given.get("channel")
    if channel is not None and not isinstance(channel, str):
        raise FrameRefused("The channel's name must be a string")
    return Frame(event=given["event"], channel=channel, data=given.get("data"))


def parse_json(text: str, where: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise FrameRefused(f"Invalid JSON in {where}") from error


def _no_constant(name: str) -> None:
    # Python would read NaN and Infinity and write them out again, which breaks every other reader.
    raise ValueError(name)


def event_frame(
    event: str, data: str, *, channel: str | None = None, user_id: str | None = None
) -> str:
    frame = {"event": event, "data": data, "channel": channel, "user_id": user_id}
    return json.dumps({name: value for name, value in frame.items() if value is not None})


def error_frame(refused: FrameRefused) -> str:
    data = {"code": refused.code, "message": str(refused)}
    return json.dumps({"event": "pusher:error", "data": data})


def parse_member(channel_data: str) -> Member:
    """Return the user named in a presence subscription; a number as id becomes its digits."""
    given = parse_json(channel_data, "channel_data")
    if not isinstance(given, dict):
        raise FrameRefused("channel_data must be an object")
    return checked_member(given.get("user_id"), given.get("user_info"))


def checked_member(user_id: object, user_info: object) -> Member:
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        user_id = str(user_id)
    if not isinstance(user_id, str) or not 1 <= len(user_id) <= MAX_USER_ID:
        raise FrameRefused(f"user_id must be a string of 1 to {MAX_USER_ID} characters")
    if size_of(json.dumps(user_info, ensure_ascii=False)) > MAX_USER_INFO_BYTES:
        raise FrameRefused(f"user_info is larger than {MAX_USER_INFO_BYTES} bytes")
    return Member(user_id=user_id, user_info=user_info)


def sign(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), _bytes_of(text), hashlib.sha256).hexdigest()


def check_auth(auth: str, text: str, *, key: str, secret: str) -> None:
    """Raise FrameRefused unless `auth` is `key:signature` of the text."""
    given_key, _, signature = auth.partition(":")
    if given_key != key:
        raise FrameRefused(f"Invalid key in subscription auth data: '{given_key}'")
    if not is_signature(signature, text, secret):
        raise FrameRefused(
            f"Invalid signature: Expected HMAC SHA256 hex digest of {text}, but got {signature}"
        )


def is_signature(signature: str, text: str, secret: str) -> bool:
    return hmac.compare_digest(_bytes_of(signature), sign(secret, text).encode())


def is_channel(name: str) -> bool:
    return CHANNEL_NAME.fullmatch(name.removeprefix(SERVER_TO_USER)) is not None


def is_presence(channel: str) -> bool:
    return channel.startswith("presence-")


def is_encrypted(channel: str) -> bool:
    return channel.startswith("private-encrypted-")


def needs_auth(channel: str) -> bool:
    return channel.startswith(("private-", "presence-"))


def size_of(text: str) -> int:
    """Return the size in UTF-8 bytes, which the limits on data count."""
    return len(_bytes_of(text))


def _bytes_of(text: str) -> bytes:
    # JSON may contain half a surrogate pair, which strict UTF-8 cannot encode.
    return text.encode("utf-8", "surrogatepass")


class RateWindow:
    """Allows `CLIENT_EVENTS_PER_S` in any one second; times are monotonic seconds."""

    def __init__(self) -> None:
        self._lately: deque[float] = deque(maxlen=CLIENT_EVENTS_PER_S)

    def allows(self, now_s: float) -> bool:
        if len(self._lately) == CLIENT_EVENTS_PER_S and now_s - self._lately[0] < 1.0:
            return False
        self._lately.append(now_s)
        return True
