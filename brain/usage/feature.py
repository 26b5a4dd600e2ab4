"""What runs use: receipts, sums of days, and the budget of a day."""

from typing import TYPE_CHECKING

from brain.feature import Feature, Platform, Resources
from brain.usage.flow import Accounting
from brain.usage.ports import Receipts, Sums

if TYPE_CHECKING:
    from brain.usage.http import UsageParts


def feature(platform: Platform) -> Feature:
    """The receipts of runs. A brain that is rehearsed has none: its job counts."""
    if platform.world is not None:
        return Feature()

    def now_ms() -> int:
        return round(platform.clock.utc().timestamp() * 1000)

    def polled() -> Resources:
        from brain.usage.http import usage_routes

        return usage_routes(_parts(platform))

    return Feature(
        around=lambda: (Accounting(receipts=_receipts(platform), now_ms=now_ms),), polled=polled
    )


def _parts(platform: Platform) -> "UsageParts":
    from brain.settings.budgets import daily_budget, listed_operators
    from brain.usage.http import UsageParts
    from brain.usage.redis import RedisRunning

    return UsageParts(
        receipts=lambda: _receipts(platform),
        sums=lambda: _sums(platform),
        running=lambda: RedisRunning(platform.redis),
        budget=lambda: daily_budget(platform.env),
        zone_of=platform.zone_of,
        utc=platform.clock.utc,
        operators=listed_operators(platform.env),
    )


def _receipts(platform: Platform) -> Receipts | None:
    database = platform.database
    if database is None:
        return None
    from brain.usage.postgres import PostgresReceipts

    return PostgresReceipts(database)


def _sums(platform: Platform) -> Sums | None:
    database = platform.database
    if database is None:
        return None
    from brain.usage.listing import PostgresSums

    return PostgresSums(database)
