"""Measures the chat model for voice platforms: first byte, first word, and a known answer again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

from bench.stage import Person, Stage, says, staged
from bench.tables import Table, ms
from bench.timing import WARM_UPS, Scale, percentile

TIMES = 60  # repetitions
THINKS_S = 0.3  # seconds that the model takes
WORDS = "Anna moved the meeting to three."


@dataclass(frozen=True, kw_only=True, slots=True)
class Moments:
    """Seconds from the request to the first byte, the first word, and the end."""

    byte: float
    word: float
    end: float


async def run(scale: Scale) -> list[Table]:
    """Each repetition is a new user, who asks once, and then the same again."""
    new: list[Moments] = []
    again: list[Moments] = []
    async with staged() as stage:
        await stage.script(says(WORDS, repeat=1_000_000, delay_s=THINKS_S))
        for number in range(WARM_UPS + scale.times(TIMES)):
            person = stage.person()
            found = (await _ask(stage, person), await _ask(stage, person))
            if number >= WARM_UPS:
                new.append(found[0])
                again.append(found[1])
    rows = {
        "first byte (goal 100 ms)": [one.byte for one in new],
        f"first word beyond the model's {THINKS_S * 1000:.0f} ms (goal 50 ms)": [
            one.word - THINKS_S for one in new
        ],
        "the same request again, to its end (goal 50 ms)": [one.end for one in again],
    }
    return [
        Table(
            title="/v1/chat/completions, warm",
            columns=("median", "p90"),
            rows=[(name, ms(median(s)), ms(percentile(s, 90))) for name, s in rows.items()],
            notes=("Through the real runtime and the gateway, with a token.",),
        )
    ]


async def _ask(stage: Stage, person: Person) -> Moments:
    body = {"stream": True, "messages": [{"role": "user", "content": "What did Anna write?"}]}
    headers = {**person.headers, "x-call-id": "c-1"}
    url = f"{stage.stack.url}/v1/chat/completions"
    began = time.perf_counter()
    byte = word = 0.0
    async with stage.http.stream("POST", url, json=body, headers=headers) as response:
        async for line in response.aiter_lines():
            byte = byte or time.perf_counter() - began
            if not word and WORDS in line:
                word = time.perf_counter() - began
    assert word, response.status_code
    return Moments(byte=byte, word=word, end=time.perf_counter() - began)
