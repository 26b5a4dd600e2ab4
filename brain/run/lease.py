"""The lease of one invocation: the right to be the user's brain for a limited time.

The store counts a lease from the moment its script runs. This process counts from the moment it
sent the request, which is earlier. So here the lease runs out before another invocation can take
it, and two brains never act at the same time.
"""

import logging
from itertools import chain, repeat

from brain.errors import LeaseLost, StoreUnreachable
from brain.run.moves import CommitKind, LeaseToken
from brain.run.ports import Clock
from brain.run.store import StateStore

GIVES_BACK = (CommitKind.FINISH, CommitKind.END, CommitKind.HAND_OVER, CommitKind.REST)
# The share of a lease after which a commit renews it, and so needs the store's time: early enough
# to spare the separate renewals, and late for a commit that gives the lease back.
RENEWED_AFTER = dict.fromkeys(CommitKind, 0.1) | dict.fromkeys(GIVES_BACK, 0.5)
RENEWALS_PER_LEASE = 3  # so that two may fail before the lease is lost
RETRY_S = 1.0  # seconds before another renewal when the store could not be reached

log = logging.getLogger(__name__)


class Lease:
    """A lease token and the time until which it is certainly valid.

    A process that was frozen calls `check` before it acts again. `is_ending`: a commit that
    releases the lease was sent or has succeeded.
    """

    def __init__(self, clock: Clock, token: LeaseToken, *, lease_s: float, since: float) -> None:
        self.token = token
        self.is_ending = False
        self._clock = clock
        self._lease_s = lease_s
        self._until = since + lease_s

    def extend(self, *, since: float) -> None:
        """Note that a request sent at `since` has renewed the lease."""
        self._until = max(self._until, since + self._lease_s)

    def has_gone(self, share: float) -> bool:
        """Whether this share of the lease has gone since it was renewed."""
        return self._until - self._clock.now() <= self._lease_s * (1 - share)

    def check(self) -> None:
        """Raise LeaseLost if the lease may have run out."""
        if self._clock.now() >= self._until:
            raise LeaseLost("the lease ran out")

    async def keep(self, store: StateStore) -> None:
        """Renew the lease during long steps, without end. Raises LeaseLost."""
        while True:
            due = self._until - self._lease_s * (1 - 1 / RENEWALS_PER_LEASE)
            if (pause := due - self._clock.now()) > 0:
                await self._clock.sleep(pause)
                continue
            if self.is_ending:
                # A renewal now would be refused. That is no lost lease: the commit decides.
                await self._clock.sleep(RETRY_S)
                continue
            self.check()
            since = self._clock.now()
            try:
                await store.renew(self.token)
            except StoreUnreachable:
                log.warning("lease: not renewed, run=%s", self.token.run_id)
                await self._clock.sleep(RETRY_S)
            except LeaseLost:
                if not self.is_ending:  # otherwise the commit was faster than the renewal
                    raise
            else:
                self.extend(since=since)

    async def watch(self, store: StateStore, *, every_s: float, late_s: float = 0.0) -> None:
        """Check every `every_s` seconds whether the lease was taken away; first `late_s` sooner.

        This happens when the user stops the run. Raises LeaseLost, RunStopped.
        """
        for pause in chain([max(every_s - late_s, 0)], repeat(every_s)):
            await self._clock.sleep(pause)
            if self.is_ending:
                continue
            try:
                await store.look(self.token)
            except StoreUnreachable:
                continue  # renewals and commits report it as well
            except LeaseLost:
                if not self.is_ending:
                    raise
