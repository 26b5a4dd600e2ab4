"""The lease of one invocation: known to have run out here before anyone else can take it there."""

import logging

from brain.errors import LeaseLost, StoreUnreachable
from brain.run.moves import LeaseToken
from brain.run.ports import Clock
from brain.run.store import StateStore

RENEWALS_PER_LEASE = 3  # so that two may fail before the lease is lost
RETRY_S = 1.0  # seconds between renewals that found no store

log = logging.getLogger(__name__)


class Lease:
    """A hold and how long it certainly lasts.

    The store counts a lease from the moment a script runs; we count from the moment we sent it, so
    ours runs out first. A process that was frozen sees by `check` that its time has passed before
    it acts again. `is_ending`: a step is under way, or done, that gives the lease back.
    """

    def __init__(self, clock: Clock, token: LeaseToken, *, lease_s: float, since: float) -> None:
        self.token = token
        self.is_ending = False
        self._clock = clock
        self._lease_s = lease_s
        self._until = since + lease_s

    def extend(self, *, since: float) -> None:
        """A script that renews the lease was sent at `since` and succeeded."""
        self._until = max(self._until, since + self._lease_s)

    def check(self) -> None:
        """Raise LeaseLost if the lease may have run out."""
        if self._clock.now() >= self._until:
            raise LeaseLost("the lease ran out")

    async def keep(self, store: StateStore) -> None:
        """Renew the lease whenever a step takes long. Ends with LeaseLost only."""
        while True:
            due = self._until - self._lease_s * (1 - 1 / RENEWALS_PER_LEASE)
            if (pause := due - self._clock.now()) > 0:
                await self._clock.sleep(pause)
                continue
            if self.is_ending:
                # Asking for more now would be refused, which is no loss: that step has the word.
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
                if not self.is_ending:  # else the renewal was overtaken by that step
                    raise
            else:
                self.extend(since=since)

    async def watch(self, store: StateStore, *, every_s: float) -> None:
        """Look now and then whether the lease was taken away, as by a user who stops the run.
        Ends with LeaseLost only.
        """
        while True:
            await self._clock.sleep(every_s)
            if self.is_ending:
                continue
            try:
                await store.look(self.token)
            except StoreUnreachable:
                continue  # renewals and commits say so as well
            except LeaseLost:
                if not self.is_ending:
                    raise
