"""Plans helpers, alone or in a room on one document."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from brain.codec import Json
from brain.jobs.model import NewJob, NewMind
from brain.jobs.plans.limits import TOKENS_HELPER
from brain.jobs.plans.parts import Parts, ThingUnknown, Unfit, frozen, joined


class Task(Struct, frozen=True, kw_only=True):
    """What one helper is to do. `profile` is the id of one of the user's."""

    title: str
    brief: str
    profile: str | None = None


class HelpersWanted(Struct, frozen=True, kw_only=True):
    """Helpers that a user or their brain asks for.

    `request` is what was asked for, as it is kept. `more` is added to the profile of each helper.
    `foreign`: others may have worded the tasks.
    """

    tasks: Sequence[Task]
    request: Json
    kind: Literal["helpers", "room"] = "helpers"
    title: str | None = None
    join: Literal["report", "each"] = "report"
    document: str | None = None
    tokens_each: int = TOKENS_HELPER
    budget: int | None = None
    key: str | None = None
    origin_run: str | None = None
    more: Json | None = None
    foreign: bool = False


async def plan_helpers(parts: Parts, user_id: str, wanted: HelpersWanted) -> NewJob:
    """Return the job. Raises ThingUnknown, Unfit, DatabaseUnreachable."""
    if wanted.kind == "room" and wanted.document is None:
        raise Unfit("document", "is needed: the helpers of a room share a document")
    if wanted.document is not None and not await parts.has_document(user_id, wanted.document):
        raise ThingUnknown("document")
    minds = [await _helper(parts, user_id, number, wanted) for number in range(len(wanted.tasks))]
    return NewJob(
        kind=wanted.kind,
        title=wanted.title or joined([task.title for task in wanted.tasks]),
        request=wanted.request,
        minds=tuple(minds),
        budget=wanted.budget or wanted.tokens_each * len(minds),
        key=wanted.key,
        join_mode=wanted.join,
        document_id=wanted.document,
        origin_run=wanted.origin_run,
        foreign=wanted.foreign,
    )


async def _helper(parts: Parts, user_id: str, number: int, wanted: HelpersWanted) -> NewMind:
    task = wanted.tasks[number]
    profile = frozen(await parts.profile(user_id, task.profile))
    parts.check(profile, f"tasks.{number}.profile")
    return NewMind(
        number=number,
        label=task.title,
        profile={**profile, **(wanted.more or {})},
        brief=task.brief,
    )
