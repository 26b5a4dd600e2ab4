"""Messages that wait until a telephone call is quiet. No I/O, no clock; times in seconds."""

from collections import deque
from collections.abc import Callable, Sequence

from brain.run.messages import Message

MOST = 20  # messages that wait; older ones stay in the log


class Waiting:
    """What is said next, and since when it may be. Some of it another device may say meanwhile."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=MOST)
        self._held: dict[int, float] = {}  # places of messages that others may say: until when

    def add(self, message: Message) -> None:
        """Let a message wait."""
        self._messages.append(message)

    def take(self, seq: int) -> Message | None:
        """Remove and return a message; None if it was dropped."""
        found = next((one for one in self._messages if one.seq == seq), None)
        self.drop((seq,))
        return found

    def drop(self, seqs: Sequence[int]) -> None:
        """Forget the messages at these places."""
        self._keep(lambda message: message.seq not in seqs)

    def replace(self, id: str | None) -> None:
        """Forget the message that a newer one replaces."""
        self._keep(lambda message: message.id != id)

    def hold(self, seq: int, until: float) -> None:
        """Note that another device may say a message until this time."""
        self._held[seq] = until

    def next(self) -> tuple[Message, float] | None:
        """Return the message to say first, and from when on it may be."""
        message = min(self._messages, key=self._since, default=None)
        return None if message is None else (message, self._since(message))

    def _since(self, message: Message) -> float:
        return self._held.get(message.seq, 0.0)

    def _keep(self, wanted: Callable[[Message], bool]) -> None:
        self._messages = deque(filter(wanted, self._messages), MOST)
        seqs = {message.seq for message in self._messages}
        self._held = {seq: until for seq, until in self._held.items() if seq in seqs}
