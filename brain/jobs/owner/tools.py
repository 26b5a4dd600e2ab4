"""The tools with which the user's brain sends helpers, looks after them and stops them.

A run that has read text by others may have been told by them what to do. What it gives to helpers
is marked as foreign, and so is what comes of it.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from msgspec import Struct

from brain.codec import Json, fingerprint
from brain.errors import ToolFault, TooManyTexts, Unreachable
from brain.jobs.flow import say_to_mind, start_job, stop_job
from brain.jobs.helpers.doubt import FOREIGN, doubtful
from brain.jobs.model import Job, Mind
from brain.jobs.owner.sending import (
    SEND_HELPERS,
    STOP_HELPERS,
    TELL_HELPER,
    helper_in,
    tasks_in,
)
from brain.jobs.owner.told import any_foreign, told_job, told_report
from brain.jobs.plans.helpers import HelpersWanted, plan_helpers
from brain.jobs.plans.limits import TOKENS_HELPER
from brain.jobs.plans.parts import Parts, ThingUnknown, Unfit
from brain.jobs.ports import JobRefused
from brain.jobs.rules import OPEN_MOST
from brain.jobs.services import JobServices
from brain.preferences.flow import preferences_of
from brain.preferences.ports import PreferenceStore
from brain.texts.plain import plain_line, plain_text
from brain.tools.arguments import About, Arguments
from brain.tools.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.tools.typed import tool

LISTED = 10  # jobs of a list for the model
AWAY = "Jobs cannot be reached now. It is not certain that this was done."
AWAY_READING = "Jobs cannot be reached now. Tell the user, or try again later."
NOT_SENT = "Not sent: {}"
NO_JOB = "The user has no such job. Use listJobs to find its id."
NO_HELPER = "This job has no such helper. Its helpers are: {}."
ENDED = "This helper has ended already. Use readReport to read its result."
NOT_READY = "The report is not there yet: {} of {} have ended. The user will be told."

type Called[T] = Callable[[ToolInvocation], Awaitable[T]]


class ListJobs(Arguments):
    """List the user's jobs and how far they are."""

    open: Annotated[bool, About()] = False


class ReadReport(Arguments):
    """Read what came of a job."""

    job: Annotated[str, About("its id", 1, 300)]


class OwnersTools(Struct, frozen=True, kw_only=True):
    """What the tools need."""

    services: Callable[[], JobServices]
    parts: Callable[[], Parts]
    preferences: PreferenceStore | None

    def tools(self) -> tuple[Tool, ...]:
        """Return all tools for jobs."""
        return (
            Tool(spec=SEND_HELPERS, run=reached(self.send), prepare=reached(self.shall_send)),
            tool(ListJobs, self.list_jobs, away=AWAY_READING),
            Tool(spec=TELL_HELPER, run=reached(self.tell), prepare=reached(self.shall_tell)),
            Tool(spec=STOP_HELPERS, run=reached(self.stop)),
            tool(ReadReport, self.read, away=AWAY_READING),
        )

    async def shall_send(self, invocation: ToolInvocation) -> Proposal | None:
        """Return a question if the helpers may use more than the user lets pass unasked."""
        count, tokens = _cost(invocation.arguments)
        preferences = await preferences_of(self.preferences, invocation.user_id)
        if 0 < tokens <= preferences.unasked_tokens:
            return None
        return Proposal(
            question=invocation.texts.ask_send_helpers(count, tokens),
            foreign=invocation.tainted,
            arguments=invocation.arguments,
        )

    async def send(self, invocation: ToolInvocation) -> ToolResult:
        """Begin a job of helpers. A repeated call finds the job."""
        invocation.check_count()
        try:
            new = await plan_helpers(self.parts(), invocation.user_id, _wanted(invocation))
            started = await start_job(self.services(), invocation.user_id, new)
        except ThingUnknown as unknown:
            raise ToolFault(NOT_SENT.format(f"the user has no such {unknown}.")) from None
        except Unfit as refused:
            raise ToolFault(NOT_SENT.format(str(refused))) from None
        except JobRefused as refused:  # which names the jobs that are open
            raise ToolFault(
                NOT_SENT.format(str(refused)), foreign=await self._is_any_foreign(invocation)
            ) from None
        helpers = [{"n": mind.number, "title": mind.label} for mind in new.minds]
        done = invocation.texts.DONE["sent off"].format(job=new.title)
        return ToolResult.of({"jobId": started.job_id, "helpers": helpers}, done=done)

    async def list_jobs(self, asked: ListJobs, invocation: ToolInvocation) -> ToolResult:
        """List the newest jobs."""
        store = self.services().jobs
        found = await store.recent(invocation.user_id, limit=LISTED, is_open=asked.open)
        return ToolResult.of({"jobs": [told_job(job) for job in found]}, foreign=any_foreign(found))

    async def shall_tell(self, invocation: ToolInvocation) -> Proposal:
        """Ask in a tainted run: a helper would take the text for the user's."""
        mind = await self._helper(invocation)
        text = plain_text(invocation.arguments["text"])
        return Proposal(
            question=invocation.texts.ask_tell_helper(plain_line(mind.label), text),
            foreign=True,
            arguments={**invocation.arguments, "text": text},
        )

    async def tell(self, invocation: ToolInvocation) -> ToolResult:
        """Say a text to a helper, once however often the call is repeated."""
        mind, text = await self._helper(invocation), invocation.arguments["text"]
        message_id = fingerprint({"call": invocation.idempotency_key})
        try:
            told = await say_to_mind(
                self.services(), invocation.user_id, mind.id, text, message_id=message_id
            )
        except TooManyTexts as busy:
            raise ToolFault(f"Not said: {busy}.") from None
        if told in ("ended", None):
            raise ToolFault(ENDED)
        done = invocation.texts.DONE["told"].format(helper=plain_line(mind.label), text=text)
        told_to = {"n": mind.number, "title": mind.label}
        return ToolResult.of({"told": told_to}, foreign=mind.foreign, done=done)

    async def stop(self, invocation: ToolInvocation) -> ToolResult:
        """Stop a job or one helper. The result is what the store said."""
        job = await self._job(invocation)
        named = invocation.arguments.get("helper")
        number = None if named is None else (await self._helper(invocation)).number
        found = await stop_job(self.services(), invocation.user_id, job.id, number=number)
        if found is None:
            raise ToolFault(NO_JOB)
        said = {
            "jobId": job.id,
            "stopped": list(found.stopped),
            "finished": list(found.finished),
            "status": found.status,
        }
        done = invocation.texts.DONE["stopped"].format(job=plain_line(job.title))
        return ToolResult.of(said, foreign=any_foreign([job]), done=done if found.stopped else "")

    async def read(self, asked: ReadReport, invocation: ToolInvocation) -> ToolResult:
        """Read a report. It is foreign if one of the results is."""
        job = await self._job(invocation)
        if job.report is None:
            ended = job.completed_count + job.failed_count
            raise ToolFault(NOT_READY.format(ended, job.total_count))
        minds = await self.services().jobs.minds(invocation.user_id, job.id)
        is_foreign = any_foreign([job]) or any(mind.foreign for mind in minds)
        return ToolResult.of(told_report(job, job.report, minds), foreign=is_foreign)

    async def _is_any_foreign(self, invocation: ToolInvocation) -> bool:
        store = self.services().jobs
        return any_foreign(await store.recent(invocation.user_id, limit=OPEN_MOST, is_open=True))

    async def _job(self, invocation: ToolInvocation) -> Job:
        """Return the job with this id, or the newest one with this title. Raises ToolFault."""
        named, store = str(invocation.arguments["job"]).strip(), self.services().jobs
        found = await store.job(invocation.user_id, named)
        if found is not None:
            return found
        newest = await store.recent(invocation.user_id, limit=LISTED)
        by_title = [job for job in newest if job.title.casefold() == named.casefold()]
        if not by_title:
            raise ToolFault(NO_JOB)
        return by_title[0]

    async def _helper(self, invocation: ToolInvocation) -> Mind:
        """Return the helper that the call names. Raises ToolFault."""
        job = await self._job(invocation)
        minds = await self.services().jobs.minds(invocation.user_id, job.id)
        mind = helper_in(invocation.arguments["helper"], minds)
        if mind is None:
            known = "; ".join(f"{mind.number}: {mind.label}" for mind in minds)
            raise ToolFault(NO_HELPER.format(known), foreign=any_foreign([job]))
        return mind


def reached[T](does: Called[T]) -> Called[T]:
    """Tell the model if a service cannot be reached."""

    async def call(invocation: ToolInvocation) -> T:
        try:
            return await does(invocation)
        except Unreachable as error:
            raise ToolFault(AWAY) from error

    return call


def _wanted(invocation: ToolInvocation) -> HelpersWanted:
    """Return what a call asks for. Of a tainted run, others may have worded it."""
    arguments, tainted = invocation.arguments, invocation.tainted
    return HelpersWanted(
        tasks=tasks_in(arguments),
        request={**arguments, **({FOREIGN: True} if tainted else {})},
        kind="room" if arguments.get("document") else "helpers",
        join=arguments.get("join", "report"),
        document=arguments.get("document"),
        tokens_each=arguments.get("tokensEach", TOKENS_HELPER),
        key=fingerprint({"call": invocation.idempotency_key}),
        origin_run=_run_of(invocation.idempotency_key),
        more=doubtful(invocation.user_words) if tainted else None,
        foreign=tainted,
    )


def _cost(arguments: Json) -> tuple[int, int]:
    """Return how many helpers a call wants, and how many tokens they may use."""
    count = len(arguments["tasks"])
    return count, count * int(arguments.get("tokensEach", TOKENS_HELPER))


def _run_of(idempotency_key: str) -> str | None:
    """Return the run that a call belongs to; None if the user has decided on the call later."""
    run, found, _ = idempotency_key.partition(":")
    return run if found else None
