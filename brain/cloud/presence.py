"""Who listens on the channel: what its server tells us of a user's pages.

A user is known there by the digest of their id, 32 hexadecimal characters: the one in the names of
their channels and of their keys in the store. `at_ms` is when it was told, in milliseconds since
1970, by the server's clock.
"""

from typing import Literal

from msgspec import Struct


class Occupied(Struct, frozen=True, kw_only=True):
    """Somebody listens to one of the user's two channels now, or nobody does any more."""

    user_hash: str
    is_occupied: bool
    at_ms: int
    channel: Literal["private", "presence"] = "private"


class MemberChange(Struct, frozen=True, kw_only=True):
    """A page of the user's has come to the presence channel, or gone from it.

    `member` is the page's connection: each is a member of its own.
    """

    user_hash: str
    member: str
    is_present: bool
    at_ms: int


class ClientMessage(Struct, frozen=True, kw_only=True):
    """What a page said on one of the user's channels. `member` is None on the private one."""

    user_hash: str
    event: str
    data: str
    socket_id: str
    member: str | None
    at_ms: int


type Presence = Occupied | MemberChange | ClientMessage
