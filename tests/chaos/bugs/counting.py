"""A deliberate bug in the store's adapter: the sequence is counted outside the store."""

from typing import Any

from brain.cloud.redis.store import RedisStore
from brain.run.messages import Message
from brain.run.moves import Admission, Admitted, Arrival, Commit, Committed, LeaseToken
from tests.chaos.bugs.mutant import Mutant


class CountingHere(RedisStore):
    """Numbers messages by what this process believes to be the end of the log."""

    def __init__(self, *about: Any) -> None:
        super().__init__(*about)
        self._seq = 0

    async def admit(self, arrival: Arrival) -> Admission:
        admission = await super().admit(arrival)
        if isinstance(admission, Admitted):
            self._seq = admission.seq or admission.run.first_seq
        return admission

    async def commit(self, token: LeaseToken, commit: Commit) -> Committed:
        made = await super().commit(token, commit)
        messages = tuple(
            self._numbered(draft.placed, made, i) for i, draft in enumerate(commit.drafts)
        )
        self._seq += len(messages)
        return Committed(
            messages=messages, taken=made.taken, finished=made.finished, fence=made.fence
        )

    def _numbered(self, place: Any, made: Committed, i: int) -> Message:
        true = made.messages[i]
        message: Message = place(
            seq=self._seq + 1 + i, run_id=true.run_id, done_after_this=true.done_after_this
        )
        return message


COUNTING = Mutant(
    name="the sequence is counted outside the store",
    stories=("two", "late-two"),
    store=CountingHere,
)
