"""Records each state change of a message: admitted, tried, delivered, postponed, dead, cancelled.

Each change is one transaction, together with its event and the callbacks that it causes. Otherwise
a crash between a message's new state and its callback would lose the callback.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from local.qstash.message import QueueMessage, callback_message
from local.qstash.retry import Answer, Delivered, GiveUp, TryAgain, judge
from local.qstash.store import DeadLetter, QueueStore
from local.qstash.views import callback_report, event


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The answer to one publish. A duplicate gets the id of the message that it repeats."""

    message_id: str
    deduplicated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What remains to do after an attempt: the message again (`later`), and callbacks, already
    stored.
    """

    delivered: bool
    later: QueueMessage | None
    callbacks: tuple[QueueMessage, ...]


class Ledger:
    def __init__(
        self, store: QueueStore, *, now_ms: Callable[[], int], deduplication_window_s: float
    ) -> None:
        self._store = store
        self._now_ms = now_ms
        self._window_ms = int(deduplication_window_s * 1000)

    def admit(self, messages: Sequence[QueueMessage]) -> list[Receipt]:
        """Store all new messages, or none."""
        with self._store.transaction():
            return [self._admit(message) for message in messages]

    def tried(self, message: QueueMessage) -> None:
        self._note("ACTIVE", message)

    def cancel(self, messages: Sequence[QueueMessage]) -> None:
        with self._store.transaction():
            for message in messages:
                self._store.remove(message.id)
                self._note("CANCELED", message)

    def settle(self, message: QueueMessage, answer: Answer) -> Settled:
        verdict = judge(
            answer,
            retried=message.retried,
            max_retries=message.max_retries,
            retry_delay=message.retry_delay,
            now_s=self._now_ms() / 1000,
        )
        later, dlq_id = None, None
        with self._store.transaction():
            match verdict:
                case Delivered():
                    self._store.remove(message.id)
                    self._note("DELIVERED", message, answer=answer)
                case TryAgain(delay_s):
                    later = self._postpone(message, answer, delay_s)
                case GiveUp():
                    dlq_id = self._give_up(message, answer)
                case _:
                    assert_never(verdict)
            callbacks = self._callbacks(message, answer, dlq_id)
            for callback in callbacks:
                self._admit(callback)
        delivered = isinstance(verdict, Delivered)
        return Settled(delivered=delivered, later=later, callbacks=callbacks)

    def _admit(self, message: QueueMessage) -> Receipt:
        holder = message.id
        if message.deduplication_id is not None:
            now_ms = self._now_ms()
            holder = self._store.first_with(
                message.deduplication_id,
                message.id,
                now_ms=now_ms,
                until_ms=now_ms + self._window_ms,
            )
        if holder != message.id:
            return Receipt(message_id=holder, deduplicated=True)
        self._store.save(message)
        self._note("CREATED", message, next_delivery_ms=message.due_ms)
        return Receipt(message_id=message.id, deduplicated=False)

    def _postpone(self, message: QueueMessage, answer: Answer, delay_s: float) -> QueueMessage:
        now_ms = self._now_ms()
        due_ms = now_ms + int(1000 * delay_s)
        later = replace(message, retried=message.retried + 1, due_ms=due_ms)
        self._store.save(later)
        self._note("ERROR", message, answer=answer, next_delivery_ms=due_ms, now_ms=now_ms)
        return later

    def _give_up(self, message: QueueMessage, answer: Answer) -> str:
        dlq_id = f"dlq_{uuid.uuid4().hex}"
        letter = DeadLetter(id=dlq_id, message=message, answer=answer, died_ms=self._now_ms())
        self._store.add_dead_letter(letter)
        self._note("FAILED", message, answer=answer)
        return dlq_id

    def _callbacks(
        self, message: QueueMessage, answer: Answer, dlq_id: str | None
    ) -> tuple[QueueMessage, ...]:
        """Return one callback for every attempt, and one more after the last failed one
        (`dlq_id`).
        """
        wanted: list[tuple[str, Mapping[str, str], dict[str, Any]]] = []
        if message.callback is not None:
            report = callback_report(message, answer)
            wanted.append((message.callback, message.callback_headers, report))
        if message.failure_callback is not None and dlq_id is not None:
            report = callback_report(message, answer, dlq_id=dlq_id)
            wanted.append((message.failure_callback, message.failure_callback_headers, report))
        return tuple(
            callback_message(url=url, settings=settings, report=report, now_ms=self._now_ms())
            for url, settings, report in wanted
        )

    def _note(
        self,
        state: str,
        message: QueueMessage,
        *,
        answer: Answer | None = None,
        next_delivery_ms: int | None = None,
        now_ms: int | None = None,
    ) -> None:
        self._store.note(
            event(
                state,
                message,
                now_ms=self._now_ms() if now_ms is None else now_ms,
                answer=answer,
                next_delivery_ms=next_delivery_ms,
            )
        )
