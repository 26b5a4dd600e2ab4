"""How other routes reach minds: their logs, texts to them, and stops."""

from typing import Literal

from brain.codec import Json
from brain.http.edge import Problem
from brain.http.minds import unknown
from brain.jobs.flow import say_to_job, say_to_mind, stop_job
from brain.jobs.http.answers import ENDED
from brain.jobs.http.parts import Jobs
from brain.jobs.http.wire import stopped_to_wire
from brain.run.requests import UserRequest

type ToldMind = Literal["recorded", "running", "ended"] | None


class MindsOfUsers:
    """`Minds` of this deployment."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def log_of(self, user_id: str, mind_id: str) -> str:
        """Read the mind's row: only its owner has one."""
        if not self._jobs.is_on:
            raise unknown("mind")
        mind = await self._jobs.services.jobs.mind(mind_id, user_id=user_id)
        if mind is None:
            raise unknown("mind")
        return mind.id

    async def say(self, request: UserRequest, *, mind: str | None, job: str | None) -> Json:
        """Say a text to one mind, or to a job; the mind counts if both are named."""
        user_id, text, message_id = request.user_id, request.text, request.message_id
        name = "mind" if mind is not None else "job"
        if not self._jobs.is_on:
            raise unknown(name)
        services = self._jobs.services
        told: ToldMind
        if mind is not None:
            told = await say_to_mind(services, user_id, mind, text, message_id=message_id)
        else:
            told = await say_to_job(services, user_id, str(job), text, message_id=message_id)
        if told is None:
            raise unknown(name)
        if told == "ended":
            raise Problem(409, ENDED)
        return {"message": None, "runId": "", "seq": 0, "state": told, name: mind or job}

    async def stop(self, user_id: str, job: str, mind: int | None) -> Json:
        """Stop a job, or one mind of it."""
        if not self._jobs.is_on:
            raise unknown("job")
        found = await stop_job(self._jobs.services, user_id, job, number=mind)
        if found is None:
            raise unknown("job")
        return stopped_to_wire(found)
