"""What a voice session is, and what a vendor gives for one."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from brain.codec import Json
from brain.codec.text import name_only

type VendorName = Literal["openai-live", "openai-realtime", "gemini-live"]


class Brief(Struct, frozen=True, kw_only=True):
    """What a vendor has to know for a session.

    `input` is the end of the log, oldest first, as (role, text). `end` is when the session must
    have ended, `start_end` until when it must have begun.
    """

    instructions: str
    input: tuple[tuple[Literal["user", "assistant"], str], ...]
    safety_id: str
    sdp: str | None
    end: datetime
    start_end: datetime


class VendorSession(Struct, frozen=True, kw_only=True):
    """A session that a vendor has created.

    `call_id` names it to the vendor; empty if the vendor ends it by itself. `wire` is what the page
    needs to connect.
    """

    call_id: str
    wire: Json

    __repr__ = name_only


class OpenSession(Struct, frozen=True, kw_only=True):
    """The user's session, as stored. `call_id` is empty while it is being created, and for a vendor
    that ends sessions by itself. `age_s`: seconds since it was opened.
    """

    id: str
    vendor: str
    call_id: str
    age_s: float
    max_s: float


class VendorCall(Struct, frozen=True, kw_only=True):
    """A session as its vendor knows it: enough to hang up once the user is erased.

    `begun_s` is Unix time in seconds.
    """

    vendor: str
    id: str
    begun_s: int


class Reserved(Struct, frozen=True, kw_only=True):
    """The session may be created. It may last `max_s` whole seconds."""

    max_s: int


class DayUsedUp(Struct, frozen=True, kw_only=True):
    """The user has used up the day's seconds. `retry_after_s`: seconds until the next day (UTC)."""

    retry_after_s: float


type SessionPlace = Reserved | OpenSession | DayUsedUp


class Begun(Struct, frozen=True, kw_only=True):
    """The session is open. `wire` is what the page needs to connect."""

    id: str
    vendor: str
    max_s: int
    expires_at: datetime
    wire: Json

    __repr__ = name_only


class AlreadyOpen(Struct, frozen=True, kw_only=True):
    """Another session of the user is open."""

    id: str


type Ended = Literal["ended", "unknown"]
