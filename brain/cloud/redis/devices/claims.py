"""Which page says a message aloud, and which pages are there."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from brain.cloud.redis.devices.pages import Pages
from brain.cloud.redis.scripts import (
    BRAIN_LIMIT_S,
    CALLER_LIMIT_S,
    KEEP_MS,
    Keys,
    Redis,
    Script,
)
from brain.codec import iso

# How long a claim lasts: until a voice has begun, and then the text at the slowest pace of a voice.
LEAST_MS = 10_000
CHAR_MS = 100  # for each byte of the text
# ms that a page counts as there after it sent a text, if nothing else is known; not longer than a
# claim: who has gone in silence is not found there twice
SENT_MS = 10_000

CLAIM = Script(__package__, "claim", CALLER_LIMIT_S, part="devices")
MEMBER = Script(__package__, "member", BRAIN_LIMIT_S, part="devices")
GONE = Script(__package__, "gone", CALLER_LIMIT_S, part="devices")


class Claim(Struct, frozen=True, kw_only=True):
    """What became of a page's wish to say a message aloud.

    yours: it may, for `left_ms` from its request on. `claim` is the number of that right.
    held: another page has that right, and it may be free in `left_ms`. over: nobody is to say it
    any more, or it is for the page that asked. unknown: there is no such message.
    """

    state: Literal["yours", "held", "over", "unknown"]
    claim: int = 0
    left_ms: int = 0


async def claim(redis: Redis, user_id: str, seq: int, *, device: str, now: datetime) -> Claim:
    """Ask for the right to say a message aloud. `now` is the wall clock.

    Raises StoreUnreachable.
    """
    reply = await CLAIM.run(
        redis,
        Keys.of(user_id).keys("run", "log", "withdrawn"),
        {
            "seq": str(seq),
            "device": device,
            "now_iso": iso(now),
            "keep_ms": KEEP_MS,
            "least_ms": LEAST_MS,
            "char_ms": CHAR_MS,
            "sent_ms": SENT_MS,
        },
    )
    match reply.kind:
        case "yours" | "held" as state:
            return Claim(
                state="yours" if state == "yours" else "held",
                claim=reply.number("claim"),
                left_ms=reply.number("left_ms"),
            )
        case "over":
            return Claim(state="over")
        case _:
            return Claim(state="unknown")


async def note_member(
    redis: Redis, user_hash: str, device: str, *, is_on: bool, at_ms: int
) -> None:
    """Record a report of the channel about one page, or (no name, not on it) about all pages."""
    await MEMBER.run(
        redis,
        Keys(user_hash).keys("run"),
        {"device": device, "is_on": is_on, "keep_ms": KEEP_MS, "at_ms": at_ms},
    )


async def note_gone(redis: Redis, user_id: str, device: str) -> None:
    """Record that a page has closed its stream or socket."""
    await GONE.run(redis, Keys.of(user_id).keys("run"), {"device": device, "keep_ms": KEEP_MS})


async def pages(redis: Redis, user_id: str) -> Pages:
    """Return the pages on the channel. Costs one command."""
    command = ["HMGET", Keys.of(user_id).key("run"), "devices", "channel"]
    devices, channel = await redis.execute(command, limit_s=BRAIN_LIMIT_S)
    return Pages.of(devices or "", channel or "")
