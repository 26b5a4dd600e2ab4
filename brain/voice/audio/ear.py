"""`Ear` on a server with `/audio/transcriptions`, such as OpenAI, Groq or speaches."""

import logging
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from brain.errors import VendorRefused
from brain.voice.audio.model import Take, Transcript
from brain.voice.audio.rules import (
    OPTIONAL,
    REQUIRED,
    is_echo,
    language_of,
    prompt_of,
    refused_field,
    transcript_in,
)
from brain.voice.audio.server import ServerReply, SpeechServer
from brain.voice.audio.settings import EarSettings

LIMIT_S = 30.0  # seconds for one call
MOST_BYTES = 1024 * 1024  # of an answer; 4 MiB of speech have some 30,000 characters
UNREADABLE = (400, 413, 415, 422)  # statuses for a request that the server does not take as it is

log = logging.getLogger("brain")


class HttpEar:
    """Sends the take as a file."""

    def __init__(self, settings: EarSettings, *, limit_s: float = LIMIT_S) -> None:
        self._settings = settings
        self._limit_s = limit_s
        self._server = SpeechServer("ear", settings.at)

    async def hear(
        self, take: Take, *, names: Sequence[str], language: str | None
    ) -> Transcript | None:
        fields = {"model": self._settings.model}
        more = self._optional(names, language)
        reply = await self._ask(take, {**fields, **more})
        if reply.status in UNREADABLE and refused_field(reply.json()) in OPTIONAL:
            reply = await self._ask(take, fields)
        found = _transcript(reply)
        if found is not None and is_echo(found.text, names):
            return replace(found, text="")
        return found

    async def aclose(self) -> None:
        """Close the connections."""
        await self._server.aclose()

    def _optional(self, names: Sequence[str], language: str | None) -> dict[str, Any]:
        fields: dict[str, Any] = {"response_format": "json"}
        if code := language_of(language):
            fields["language"] = code
        if names and self._settings.model.startswith("gpt-transcribe"):
            fields["keywords[]"] = list(names)
        elif names:
            fields["prompt"] = prompt_of(names)
        return fields

    async def _ask(self, take: Take, fields: dict[str, Any]) -> ServerReply:
        return await self._server.post(
            "/audio/transcriptions",
            limit_s=self._limit_s,
            most_bytes=MOST_BYTES,
            data=fields,
            files={"file": (take.file_name, take.data, take.mime_type)},
        )


def _transcript(reply: ServerReply) -> Transcript | None:
    """Return the transcript in an answer; None if the audio cannot be read.

    Raises VendorRefused.
    """
    answer = reply.json()
    if reply.status == 200:
        if (found := transcript_in(answer)) is not None:
            return found
        raise VendorRefused("the ear's answer is not a transcript")
    field = refused_field(answer)
    log.warning("ear: refused, status=%d", reply.status)
    if reply.status in UNREADABLE and field not in OPTIONAL | REQUIRED:
        return None
    raise VendorRefused(f"the ear refuses the request with status {reply.status}")
