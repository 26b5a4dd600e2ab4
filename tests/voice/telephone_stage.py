"""Replays telephone calls in virtual time: logs of what the relay sends and is sent.

The first line of a log says what it shows, and what the model answers: `{"words"}` or `{"calls"}`
after `ms`. Every other line has `t`, in milliseconds. `they`: the relay sends this frame. `we`: it
gets exactly this one. `text`: the model is asked with it. `mark`: the end of the log has this mark.
`page`: the user says this on a page.
"""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brain.run.messages import Utterance
from brain.voice.relay.redis import RedisTickets
from brain.wiring import Wiring
from tests.fakes.model import Saying, calls, words
from tests.fakes.world import World
from tests.routes.virtual import Page, connected, wired

LOGS = Path(__file__).parent / "telephone"
LATE_S = 0.15  # seconds by which a frame may come later than its line says

type Json = dict[str, Any]


@dataclass
class Call:
    """A world with a telephone in it."""

    world: World
    wiring: Wiring
    page: Page = field(default_factory=Page)

    @classmethod
    def of(cls, *answers: Saying, **env: str) -> "Call":
        world = World(list(answers))
        wiring = wired(world, BRAIN_PUBLIC_URL="https://brain.example", **env)
        vars(wiring)["redis"] = world.redis
        return cls(world, wiring)

    async def ticket(self, user: str = "anna") -> str:
        return await RedisTickets(self.world.redis).make(user)

    def send(self, type: str, **fields: Any) -> None:
        self.page.say(type, **fields)

    async def set_up(self, ticket: str | None = None, **fields: Any) -> None:
        """Send the first frame of the call CA00."""
        ticket = await self.ticket() if ticket is None else ticket
        setup = {"sessionId": "VX00", "callSid": "CA00", "from": "+15550100", **fields}
        self.send("setup", **setup, customParameters={"ticket": ticket})

    def prompt(self, text: str, *, last: bool = True, lang: str = "en-US") -> None:
        self.send("prompt", voicePrompt=text, lang=lang, last=last)

    def said(self) -> list[str]:
        """What the caller was told, sentence by sentence."""
        return [frame["token"] for frame in self.page.frames("text")]

    async def texts(self) -> list[Utterance]:
        return [entry for entry in await self.world.log() if isinstance(entry, Utterance)]

    async def marks(self) -> dict[int, tuple[str, int]]:
        """The marks of the log by seq."""
        return {
            entry.seq: (mark.how.value, mark.chars)
            for entry in await self.world.log()
            if (mark := getattr(entry, "heard", None)) is not None
        }


def saying(line: Json) -> Saying:
    delay_s = line.get("ms", 10) / 1000
    if "calls" in line:
        named = [(name, json.dumps(arguments)) for name, arguments in line["calls"].items()]
        return calls(*named, delay_s=delay_s)
    return words(line["words"], delay_s=delay_s)


async def replay(name: str) -> tuple[list[tuple[float, Json]], list[tuple[float, Json]]]:
    """Replay a log. Return what the relay got and what it should get, each with its time."""
    first, *lines = [json.loads(line) for line in (LOGS / name).read_text().splitlines()]
    call = Call.of(*[saying(line) for line in first["model"]])
    began = asyncio.get_running_loop().time()
    async with connected(call.wiring, call.page):
        await call.set_up()
        for line in lines:
            await asyncio.sleep(began + line["t"] / 1000 - asyncio.get_running_loop().time())
            if "they" in line:
                call.page.send_text(json.dumps(line["they"]))
            elif "page" in line:
                call.world.spawn(call.world.ask(line["page"]))
        await asyncio.sleep(5)
        marks = await call.marks()
    expected = [(line["t"] / 1000, line["we"]) for line in lines if "we" in line]
    got = [(at - began, frame) for at, frame in call.page.told]
    wanted = {one["seq"]: (one["how"], one["chars"]) for line in lines if (one := line.get("mark"))}
    assert marks == wanted
    texts = [(one.text, one.turn.call if one.turn else None) for one in await call.texts()]
    asked = [line["text"] for line in lines if "text" in line]
    assert texts == [(text, None if text.startswith("page: ") else "CA00") for text in asked]
    return got, expected
