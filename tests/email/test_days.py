"""Days that the model names are days of the user."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from brain.email.tools import reading_tools
from brain.texts.moments import ZoneOf, none_set
from tests.fakes.email import FakeEmails, an_email
from tests.fakes.tool_stage import use


async def in_los_angeles(user_id: str) -> tzinfo:
    return ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("zone_of", "device"),
    [(in_los_angeles, "Europe/Berlin"), (none_set, "America/Los_Angeles")],
)
async def test_days_without_an_offset_are_days_of_the_user(zone_of: ZoneOf, device: str) -> None:
    emails = FakeEmails()
    times = {"28 evening": (29, 2), "29 morning": (29, 17), "29 evening": (30, 2)}
    for name, (day, hour) in times.items():
        at = datetime(2026, 6, day, hour, tzinfo=UTC)
        emails.kept["anna", name] = an_email(name, subject=name, at=at)
    tools = reading_tools(emails, zone_of=zone_of)
    asked = {"since": "2026-06-29", "before": "2026-06-30"}
    found = await use(tools, "searchEmail", asked, zone=device)
    shown = {email["subject"]: email["at"] for email in found["emails"]}
    assert shown == {
        "29 morning": "2026-06-29T10:00-07:00", "29 evening": "2026-06-29T19:00-07:00",
    }  # fmt: skip
