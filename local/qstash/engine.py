"""The queue engine: accepts messages, delivers them when due, retries, and gives up.

A message goes pending -> in flight -> delivered, pending again, or dead. Only the results of these
steps are stored. A message that was in flight when the process died is pending after the restart
and is delivered again. This matches the vendor's promise: delivery at least once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from local.qstash.agenda import Agenda
from local.qstash.counts import Counts
from local.qstash.flow import Flows
from local.qstash.ledger import Ledger, Receipt
from local.qstash.message import QueueMessage
from local.qstash.retry import Answer
from local.qstash.schedules import Schedules
from local.qstash.sender import Sender, Switches
from local.qstash.store import QueueStore

logger = logging.getLogger(__name__)


class QueueEngine:
    """Lives in one event loop. `run()` delivers; without it, messages are only accepted."""

    def __init__(
        self,
        *,
        store: QueueStore,
        sender: Sender,
        clock: Callable[[], float],
        deduplication_window_s: float,
        deliveries_at_once: int,
    ) -> None:
        self.store = store
        self._sender = sender
        self._clock = clock
        self._ledger = Ledger(
            store, now_ms=self.now_ms, deduplication_window_s=deduplication_window_s
        )
        self._free_slots = deliveries_at_once
        self._agenda = Agenda()
        self.flows = Flows()
        self._messages: dict[str, QueueMessage] = {}
        self._under_way: dict[asyncio.Task[None], QueueMessage] = {}
        self._changed = asyncio.Event()
        self._delivered = self._attempts = self._duplicates = 0
        for message in store.pending():
            self.flows.note(message.flow_control_key, message.flow_control_value)
            self._schedule(message)
        self.schedules = Schedules(
            store, now_ms=self.now_ms, publish=self.accept, notify=self._notify
        )

    def accept(self, messages: Sequence[QueueMessage]) -> list[Receipt]:
        """Store all of these messages or none; the new ones are delivered when due."""
        receipts = self._ledger.admit(messages)
        for message, receipt in zip(messages, receipts, strict=True):
            if not receipt.deduplicated:
                self.flows.note(message.flow_control_key, message.flow_control_value)
                self._schedule(message)
        self._duplicates += sum(receipt.deduplicated for receipt in receipts)
        self._notify()
        return receipts

    def find(self, message_id: str) -> QueueMessage | None:
        return self._messages.get(message_id)

    def cancel(self, message_ids: Sequence[str] | None = None) -> int:
        """Cancel these messages, or all, and return how many there were. One in flight still
        arrives once.
        """
        wanted = self._messages if message_ids is None else dict.fromkeys(message_ids)
        known = [self._messages[each] for each in wanted if each in self._messages]
        self._ledger.cancel(known)
        for message in known:
            self._forget(message)
        self._notify()
        return len(known)

    @property
    def switches(self) -> Switches:
        return self._sender.switches

    @switches.setter
    def switches(self, switches: Switches) -> None:
        self._sender.switches = switches
        self._notify()

    def deliver_now(self) -> None:
        """Make every delayed message due, both first deliveries and retries."""
        self._agenda.make_due(self.now_ms())
        self._notify()

    def delete_dead(self, dlq_ids: Sequence[str]) -> int:
        """Delete these dead letters and return how many there were."""
        deleted = sum(self.store.delete_dead_letter(each) for each in dlq_ids)
        self._notify()
        return deleted

    def now_ms(self) -> int:
        return int(self._clock() * 1000)

    def counts(self) -> Counts:
        under_way = {message.id for message in self._under_way.values()}
        waiting = [each for each in self._messages.values() if each.id not in under_way]
        return Counts(
            pending=len(waiting),
            unfinished=sum(self._is_unfinished(each) for each in waiting),
            in_flight=len(under_way),
            delivered=self._delivered,
            dead=self.store.dead_count(),
            attempts=self._attempts,
            duplicates=self._duplicates,
        )

    def _is_unfinished(self, message: QueueMessage) -> bool:
        if self.flows.waits(message.flow_control_key, message.id):
            return True
        # Compare both times: a switch may make it late, and `deliver_now` early.
        due_ms = min(message.due_ms, self._agenda.due_ms(message.id))
        return message.retried > 0 or due_ms <= self.now_ms()

    async def until(self, holds: Callable[[Counts], bool]) -> Counts:
        """Wait until `holds` is true; the caller sets the time limit."""
        while True:
            changed, counts = self._changed, self.counts()
            if holds(counts):
                return counts
            await changed.wait()

    async def idle(self) -> Counts:
        """Wait until nothing is in flight, due or waiting for a retry. Delayed messages do not
        count.
        """
        return await self.until(lambda now: now.in_flight == 0 and now.unfinished == 0)

    async def delivered(self, count: int) -> Counts:
        return await self.until(lambda now: now.delivered >= count)

    async def dead(self, count: int) -> Counts:
        return await self.until(lambda now: now.dead >= count)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Deliver while the block runs, and close the store when it ends."""
        async with self._sender.running():
            dispatching = asyncio.create_task(self._dispatch(), name="queue-dispatch")
            try:
                yield
            finally:
                tasks = [dispatching, *self._under_way]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self.store.close()

    async def _dispatch(self) -> None:
        while True:
            changed = self._changed
            self.schedules.publish_due()
            self._start_what_is_due()
            try:
                async with asyncio.timeout(self._seconds_to_wait()):
                    await changed.wait()
            except TimeoutError:
                continue  # the next message or schedule is due

    def _start_what_is_due(self) -> None:
        while self._may_start() and (message := self._take()):
            self._free_slots -= 1
            task = asyncio.create_task(self._deliver(message))
            self._under_way[task] = message
            task.add_done_callback(self._delivery_ended)

    def _take(self) -> QueueMessage | None:
        """Take the next message that is due and that its flow control lets start."""
        now_ms = self.now_ms()
        if waited := self.flows.start_next(now_ms):
            return self._messages[waited]
        while message_id := self._agenda.take(now_ms):
            message = self._messages[message_id]
            if self.flows.start(message.flow_control_key, message_id, now_ms):
                return message
        return None

    def _may_start(self) -> bool:
        return self._free_slots > 0 and not self.switches.hold

    def _seconds_to_wait(self) -> float | None:
        """Return the seconds until the next message or schedule is due; None if nothing is
        planned.
        """
        times = [self.schedules.next_due_ms()]
        if self._may_start():
            times += [self._agenda.next_due_ms(), self.flows.next_ms(self.now_ms())]
        times_ms = [time_ms for time_ms in times if time_ms is not None]
        return max(0.0, min(times_ms) / 1000 - self._clock()) if times_ms else None

    async def _deliver(self, message: QueueMessage) -> None:
        self._attempts += 1
        self._ledger.tried(message)
        answer = await self._sender.send(message)
        if message.id in self._messages:  # otherwise it was cancelled in the meantime
            self._settle(message, answer)

    def _settle(self, message: QueueMessage, answer: Answer) -> None:
        settled = self._ledger.settle(message, answer)
        if settled.later is None:
            self._forget(message)
        else:
            self._schedule(settled.later)
        for callback in settled.callbacks:
            self._schedule(callback)
        self._delivered += settled.delivered
        facts = (message.id, message.retried, answer.status, settled.delivered)
        logger.info("attempt message=%s retried=%d status=%d delivered=%s", *facts)

    def _delivery_ended(self, task: asyncio.Task[None]) -> None:
        message = self._under_way.pop(task)
        self._free_slots += 1
        self.flows.end(message.flow_control_key)
        if not task.cancelled() and (error := task.exception()) is not None:
            # An error of ours (for example a full disk): the message stays stored for the next
            # start.
            logger.error("delivery failed internally message=%s", message.id, exc_info=error)
        self._notify()

    def _schedule(self, message: QueueMessage) -> None:
        self._messages[message.id] = message
        now_ms = self.now_ms()
        due_ms = now_ms + self._sender.hurried_ms(message.due_ms - now_ms) + self._sender.late_ms()
        self._agenda.put(message.id, due_ms, line=message.queue)

    def _forget(self, message: QueueMessage) -> None:
        del self._messages[message.id]
        self._agenda.drop(message.id)
        self.flows.drop(message.flow_control_key, message.id)

    def _notify(self) -> None:
        """Wake every waiting task; the next wait is for the next change."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
