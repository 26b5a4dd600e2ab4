"""Answers "how far are they?" from the rows of the open jobs, without the model.

It is recognised only if it asks nothing else, and only while jobs of this user are open; any other
text goes on to the brain.
"""

import logging
from collections.abc import Callable, Sequence
from functools import cache

from msgspec import Struct

from brain.cloud.redis.store import RedisStore
from brain.errors import DatabaseUnreachable, TooManyTexts
from brain.jobs.model import Job
from brain.jobs.owner.told import any_foreign
from brain.jobs.services import JobServices
from brain.run.deliver import Outcome, Reply
from brain.run.messages import Draft, Kind
from brain.run.moves import AnsweredAside, Arrival, RateLimited
from brain.run.ports import Clock
from brain.says.choice import Languages, progress_in
from brain.says.texts import Progress
from brain.texts import spoken
from brain.texts.phrases import Phrases, languages, understood
from brain.texts.plain import plain_line

MOST_NAMED = 3  # jobs in an answer that is spoken

log = logging.getLogger(__name__)


def asked_in(text: str) -> str | None:
    """The language in which the utterance asks how far the helpers are; None if it does not."""
    return next(iter(languages(text, _enquiries())), None)


def in_words(jobs: Sequence[Job], texts: Progress) -> str:
    """Say how far the jobs are, in short sentences to be spoken."""
    return " ".join(
        texts.job_at(plain_line(job.title), job.completed_count, job.total_count, job.failed_count)
        for job in jobs[:MOST_NAMED]
    )


@cache
def _enquiries() -> dict[str, Phrases]:
    return understood(spoken.helpers())


class AnswersAboutJobs(Struct, frozen=True, kw_only=True):
    """The intake that answers "how far are they?"."""

    services: Callable[[], JobServices]
    store: RedisStore
    clock: Clock
    choice: Languages

    async def read(self, arrival: Arrival, reply: Reply) -> Arrival | None:
        if arrival.replaces or (language := asked_in(arrival.text)) is None:
            return arrival
        jobs = await self._open(arrival.user_id)
        if not jobs:
            return arrival
        is_answered = await self._answer(arrival, reply, jobs, language)
        return None if is_answered else arrival

    async def _open(self, user_id: str) -> Sequence[Job]:
        """Return the open jobs; none if the database cannot be asked: then the model answers."""
        try:
            return await self.services().jobs.recent(user_id, limit=MOST_NAMED, is_open=True)
        except DatabaseUnreachable:
            log.warning("jobs: not asked, the database cannot be reached")
            return ()

    async def _answer(
        self, arrival: Arrival, reply: Reply, jobs: Sequence[Job], language: str
    ) -> bool:
        """Record the text with its answer. False: it has to go to the brain after all."""
        user_id = arrival.user_id
        texts = progress_in(language) or await self.choice.texts(user_id, arrival.language)
        draft = Draft(
            id=self.clock.new_id(),
            kind=Kind.SAY,
            text=in_words(jobs, texts),
            answers_seq=0,  # the store sets it
            created_at=self.clock.utc(),
            agent_call_id=arrival.agent_call_id,
            foreign=any_foreign(jobs),
        )
        found = await self.store.aside(arrival, draft, even_idle=True)
        if isinstance(found, RateLimited):
            raise TooManyTexts(found.retry_after_s)
        if not isinstance(found, AnsweredAside):
            return False
        reply.show(arrival.placed(seq=found.seq, run_id=found.run_id), found.message)
        reply.settle(
            Outcome(state="done", run_id=found.run_id, seq=found.seq, message=found.message)
        )
        return True
