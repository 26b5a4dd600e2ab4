"""A voice agent for LiveKit: it hears and speaks, and the brain thinks.

BRAIN_URL=https://your-app.example BRAIN_KEY=… OPENAI_API_KEY=… python agent.py console
"""

import os
from collections.abc import AsyncIterable
from typing import Any

from livekit.agents import Agent, AgentServer, AgentSession, JobContext, ModelSettings, cli, llm
from livekit.plugins import openai
from unasked import Brain, Unasked

server = AgentServer()


def brain(call: str) -> openai.LLM:
    """Return the brain as a model. By the name of the call it knows which turn a request is of."""
    return openai.LLM(
        model="brain",
        base_url=f"{os.environ['BRAIN_URL']}/v1",
        api_key=os.environ["BRAIN_KEY"],
        extra_headers={"x-call-id": call},
    )


def voice(call: str) -> AgentSession[None]:
    """Return a session with the brain, and an ear and a mouth of any server of OpenAI's form."""
    speech: dict[str, str] = {
        "base_url": os.environ.get("VOICE_URL", "https://api.openai.com/v1"),
        "api_key": os.environ["OPENAI_API_KEY"],
    }
    return AgentSession(
        llm=brain(call),
        stt=openai.STT(**speech, use_realtime=False),
        tts=openai.TTS(**speech, response_format="wav"),
        turn_handling={"turn_detection": "vad", "interruption": {"mode": "vad"}},
    )


class Voice(Agent):
    """Has no instructions of its own: what the brain is told about speaking is text by others."""

    def __init__(self, unasked: Unasked) -> None:
        super().__init__(instructions="")
        self._unasked = unasked

    def llm_node(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncIterable[llm.ChatChunk | str | Any]:
        """Ask the brain. It compares what is quoted with its answers, so the rest is left out."""
        asked = chat_ctx.copy()
        asked.items = [item for item in asked.items if item.id not in self._unasked.items]
        return Agent.default.llm_node(self, asked, tools, model_settings)


async def talk(session: AgentSession[None], **room: Any) -> Unasked:
    """Begin to talk. Also says what comes unasked, until `close` of what is returned."""
    unasked = Unasked(session, Brain(os.environ["BRAIN_URL"], os.environ["BRAIN_KEY"]))
    await session.start(agent=Voice(unasked), **room)
    await unasked.begin()
    return unasked


@server.rtc_session()
async def attend(ctx: JobContext) -> None:
    """Attend to the room of a job."""
    unasked = await talk(voice(ctx.room.name), room=ctx.room)
    ctx.add_shutdown_callback(unasked.close)


if __name__ == "__main__":
    cli.run_app(server)
