"""A schedule: publishes the same message repeatedly, at the times of a cron expression."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from local.qstash.message import MalformedMessage, QueueMessage, read_message

ZONED = re.compile(r"CRON_TZ=(?P<zone>\S+)\s+(?P<cron>.+)", re.DOTALL)
FIELDS = 5  # minute, hour, day, month, weekday; the library would accept seconds as a sixth

# Settings of the schedule itself, which its messages do not need.
OWN_HEADERS = frozenset({"upstash-cron", "upstash-schedule-id", "upstash-deduplication-id"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """`headers` are those of the request that created it; `last_ms` is when it last published."""

    id: str
    destination: str
    cron: str
    headers: dict[str, str]
    body: bytes
    created_ms: int
    is_paused: bool = False
    last_ms: int | None = None

    def next_ms(self, after_ms: int) -> int:
        """Return the first time after `after_ms`, in Unix milliseconds."""
        return next_time_ms(self.cron, after_ms=after_ms)

    def message(self, due_ms: int, *, now_ms: int) -> QueueMessage:
        """Return the message for one of its times; repeated calls give the same deduplication
        id.
        """
        message = read_message(
            destination=self.destination,
            headers=self.headers,
            body=self.body,
            now_ms=now_ms,
            queue=self.headers.get("upstash-queue-name"),
        )
        return replace(
            message, schedule_id=self.id, deduplication_id=f"schedule-{self.id}-{due_ms}"
        )

    def to_json(self) -> str:
        body = base64.b64encode(self.body).decode("ascii")
        return json.dumps(asdict(self) | {"body": body})

    @classmethod
    def from_json(cls, text: str) -> Schedule:
        fields = json.loads(text)
        return cls(**fields | {"body": base64.b64decode(fields["body"])})


def read_schedule(
    *, destination: str, headers: Mapping[str, str], body: bytes, now_ms: int
) -> Schedule:
    """Read the schedule from a request. Raises MalformedMessage."""
    given = {name.lower(): value for name, value in headers.items()}
    schedule = Schedule(
        id=given.get("upstash-schedule-id") or f"scd_{uuid.uuid4().hex}",
        destination=destination,
        cron=given.get("upstash-cron", ""),
        headers={name: value for name, value in given.items() if _is_kept(name)},
        body=body,
        created_ms=now_ms,
    )
    schedule.next_ms(now_ms)
    schedule.message(now_ms, now_ms=now_ms)
    return schedule


def next_time_ms(expression: str, *, after_ms: int) -> int:
    """Return the next time of a cron expression. Raises MalformedMessage.

    For example `0 4 * * *`, in UTC, or `CRON_TZ=Europe/Berlin 0 4 * * *`.
    """
    zoned = ZONED.fullmatch(expression)
    zone, cron = (_zone(zoned["zone"]), zoned["cron"]) if zoned else (UTC, expression)
    if len(cron.split()) != FIELDS:
        raise MalformedMessage(f"invalid upstash-cron: {cron!r} does not have {FIELDS} fields")
    try:
        due = next(CronSim(cron, datetime.fromtimestamp(after_ms / 1000, zone)))
    except CronSimError as error:
        raise MalformedMessage(f"invalid upstash-cron: {error}") from error
    except StopIteration:
        raise MalformedMessage("invalid upstash-cron: it has no next time") from None
    return int(due.timestamp() * 1000)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise MalformedMessage(f"invalid upstash-cron: unknown time zone {name!r}") from error


def _is_kept(name: str) -> bool:
    return name == "content-type" or (name.startswith("upstash-") and name not in OWN_HEADERS)
