"""What usage needs of the outside."""

from typing import Protocol

from brain.usage.model import Receipt


class Receipts(Protocol):
    """Keeps receipts of runs that have ended. Each method raises DatabaseUnreachable."""

    async def save(self, user_id: str, receipt: Receipt) -> None:
        """Keep a receipt, and add it to its day. Repeating it changes nothing."""

    async def receipt(self, user_id: str, run_id: str) -> Receipt | None:
        """Return the receipt of one of the user's runs, or None."""


class Running(Protocol):
    """Reads what the state store knows of a user's last run."""

    async def last(self, user_id: str) -> Receipt | None:
        """Return the receipt of the last run, so far if it is on. Raises StoreUnreachable."""
