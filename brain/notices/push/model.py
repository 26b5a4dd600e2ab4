"""What is pushed to the user's devices, and to which."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from brain.codec.text import name_only
from brain.notices.model import Notice


class PushSubscription(Struct, frozen=True, kw_only=True):
    """A browser that the user has allowed to show notifications (`PushSubscription` of the web).

    `endpoint` is its address at the browser's push service. `p256dh` is its public key (P-256,
    uncompressed) and `auth` its secret, both as base64url. `at` is when the page last sent it.
    """

    endpoint: str
    p256dh: str
    auth: str
    at: datetime

    __repr__ = name_only


class Pushed(Struct, frozen=True, kw_only=True):
    """What the store knows of a user's devices and of what was pushed to them.

    `subscriptions` are by id. `sent` are the ids of notices that were pushed; `claimed` says since
    when a process is pushing others. `digest_at` is the time of the last digest, `due` when the
    next one is planned.
    """

    subscriptions: Mapping[str, PushSubscription] = field(default_factory=dict)
    sent: frozenset[str] = frozenset()
    claimed: Mapping[str, datetime] = field(default_factory=dict)
    digest_at: datetime | None = None
    due: datetime | None = None


class Parcel(Struct, frozen=True, kw_only=True):
    """Notices that are pushed as one notification. `tag`: it replaces one with the same tag."""

    tag: str
    notices: tuple[Notice, ...]
    urgent: bool


class PushPlan(Struct, frozen=True, kw_only=True):
    """What to push now, when the digest is due, and when to look again for another reason."""

    now: tuple[Parcel, ...] = ()
    due: datetime | None = None
    look_at: datetime | None = None


class PushMessage(Struct, frozen=True, kw_only=True):
    """A notification as it is sent: its text in JSON, how long it is worth delivering (seconds),
    and its tag.
    """

    payload: bytes
    ttl_s: int
    urgent: bool
    tag: str

    __repr__ = name_only


class Delivery(Struct, frozen=True, kw_only=True):
    """What a push service said. `later`: try again, after `retry_after_s` seconds if it said so."""

    kind: Literal["sent", "gone", "later", "refused"]
    retry_after_s: float | None = None


class PushDue(Struct, frozen=True, kw_only=True):
    """The queue's call: it is time to look whether something is to be pushed."""


class PushAgain(Struct, frozen=True, kw_only=True):
    """The queue's call: a push service did not take a notification. `attempt` is the one that it is
    for; the first one needs no call."""

    subscription: str
    tag: str
    attempt: int = 1

    @property
    def next(self) -> "PushAgain":
        """The call after this attempt."""
        return replace(self, attempt=self.attempt + 1)
