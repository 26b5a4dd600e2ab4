"""What runs use: receipts."""

from brain.feature import Feature, Platform, Resources
from brain.usage.flow import Accounting
from brain.usage.ports import Receipts


def feature(platform: Platform) -> Feature:
    """The receipts of runs. A brain that is rehearsed has none: its job counts."""
    if platform.world is not None:
        return Feature()

    def receipts() -> Receipts | None:
        database = platform.database
        if database is None:
            return None
        from brain.usage.postgres import PostgresReceipts

        return PostgresReceipts(database)

    def now_ms() -> int:
        return round(platform.clock.utc().timestamp() * 1000)

    def polled() -> Resources:
        from brain.usage.http import receipt_routes
        from brain.usage.redis import RedisRunning

        return receipt_routes(receipts, lambda: RedisRunning(platform.redis), now_ms)

    return Feature(around=lambda: (Accounting(receipts=receipts(), now_ms=now_ms),), polled=polled)
