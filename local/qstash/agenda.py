"""Orders what to deliver next: a heap of due times, plus named lines that deliver one by one.

It keeps only this order, without a clock or a task. A message of a named queue can be taken only
while it is the first of its line. It stays the first while it is being delivered or waits for a
retry. This makes such a queue first in, first out.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque


class Agenda:
    def __init__(self) -> None:
        self._due_ms: dict[
            str, int
        ] = {}  # the source of truth; a heap entry that differs from it is outdated
        self._heap: list[tuple[int, int, str]] = []
        self._order = itertools.count()
        self._lines: dict[str, deque[str]] = {}
        self._line_of: dict[str, str] = {}

    def put(self, message_id: str, due_ms: int, line: str | None = None) -> None:
        """Add a message, or set a new time for a known one, which keeps its place."""
        self._due_ms[message_id] = due_ms
        if line is not None and message_id not in self._line_of:
            self._line_of[message_id] = line
            self._lines.setdefault(line, deque()).append(message_id)
        if self._is_in_reach(message_id):
            self._push(message_id)

    def take(self, now_ms: int) -> str | None:
        """Take the message that has been due longest; None if nothing is due."""
        due_ms = self.next_due_ms()
        if due_ms is None or due_ms > now_ms:
            return None
        _, _, message_id = heapq.heappop(self._heap)
        del self._due_ms[message_id]
        return message_id

    def drop(self, message_id: str) -> None:
        """Remove a message that is delivered, dead or cancelled; the next in its line moves up."""
        self._due_ms.pop(message_id, None)
        line = self._line_of.pop(message_id, None)
        if line is None:
            return
        self._lines[line].remove(message_id)
        if not self._lines[line]:
            del self._lines[line]
        elif self._lines[line][0] in self._due_ms:
            self._push(self._lines[line][0])

    def make_due(self, now_ms: int) -> None:
        """Make everything due now, in the current order."""
        for message_id in sorted(self._due_ms, key=self._due_ms.__getitem__):
            if self._due_ms[message_id] > now_ms:
                self.put(message_id, now_ms)

    def due_ms(self, message_id: str) -> int:
        """Return when a waiting message is due. KeyError for any other."""
        return self._due_ms[message_id]

    def next_due_ms(self) -> int | None:
        while self._heap and self._due_ms.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def _is_in_reach(self, message_id: str) -> bool:
        line = self._line_of.get(message_id)
        return line is None or self._lines[line][0] == message_id

    def _push(self, message_id: str) -> None:
        entry = (self._due_ms[message_id], next(self._order), message_id)
        heapq.heappush(self._heap, entry)
