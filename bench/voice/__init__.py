"""Measures a spoken conversation on the page: said, heard, answered, spoken, and heard again.

A real browser with a microphone that says a question, the stand-ins of the voice vendors with the
ear and the mouth of `make ears`, and a model that takes no time. What the page plays is recorded
and recognised: the best check that what was said is what was meant.
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page, async_playwright

from bench.tables import Table
from bench.timing import Scale
from bench.voice.stages import ASKED, Stages, stages_of, table_of
from bench.voice.words import wrong_words
from local.stack import Stack, stack
from local.toolchain import find_browser
from local.voice.live_call import ACKNOWLEDGEMENT
from local.voice.serve import Fetched
from local.voice.sounds import SAMPLE_BYTES, pcm_of, wav

VENDORS = ("openai-realtime", "openai-live", "gemini-live")
TALKS = (
    (
        "What did Anna write?",
        "The meeting is on Thursday at three. Please bring the second report with you.",
    ),
    (
        "Where is my key?",
        "Your key is in the kitchen, next to the blue door. You told me that in the spring.",
    ),
    (
        "Can you compare the two reports?",
        "The second report is four pages longer than the first one, and it ends with a summary.",
    ),
)
MOST_WRONG = 0.05  # of the words that the page plays
LIMIT_MS = 120_000  # for each wait: the question may come twice
RECORDER = Path(__file__).with_name("recorder.js")
SILENCE_S = (6.0, 30.0)  # before and after a question: a call begins, and an answer is said
BROWSER_ARGS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)

type Json = dict[str, Any]


class NotUnderstood(Exception):
    """Too many words of what the page played were wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One question over one vendor. Counts of words are (wrong, all)."""

    heard: tuple[int, int]
    spoken: tuple[int, int]
    floor: tuple[int, int]
    """Wrong words of the answer if the ear hears the mouth without a page in between."""
    stages: Stages | None
    """How long the answer took; None if not all of it was seen."""
    text: str


async def run(scale: Scale) -> list[Table]:
    """Measure each vendor. Without the ear and the mouth of `make ears` there is nothing to run."""
    fetched = Fetched.found()
    if fetched.is_scripted or not fetched.has_peer:
        return [_table({}, notes=("Not run: it needs `make ears`. `make sound` does both.",))]
    with tempfile.TemporaryDirectory() as folder:
        running = stack(Path(folder), fetched=fetched, pace=0.0, on_line=lambda name, line: None)
        async with running as local:
            found = {
                vendor: [
                    await _talk(local, Path(folder), vendor, *talk)
                    for talk in TALKS[: 1 if scale.is_quick else len(TALKS)]
                ]
                for vendor in VENDORS
            }
    stages = {
        vendor: [one.stages for one in results if one.stages] for vendor, results in found.items()
    }
    tables = [_table(found), table_of(stages)]
    _check(found, tables)
    return tables


async def _talk(local: Stack, folder: Path, vendor: str, question: str, answer: str) -> Result:
    """Ask the question on a new page, and listen to its answer."""
    async with httpx.AsyncClient(base_url=local.services.voice.url, timeout=60) as voice:
        microphone = folder / "microphone.wav"
        microphone.write_bytes(_between_silence(*await _said(voice, question)))
        call = {"name": "sayToUserAndQuit", "arguments": {"message": answer}}
        model = f"{local.services.model.address.url}/_local/script"
        (await voice.post(model, json={"answers": [{"calls": [call]}]})).raise_for_status()
        sound, loud_at = await _listened(local, vendor, microphone)
        (await voice.delete(model)).raise_for_status()
        direct = await _understood(voice, wav(*await _said(voice, answer)))
        again = (await _understood(voice, sound)).removeprefix(ACKNOWLEDGEMENT).strip()
        records = (await voice.get("/_local/voice")).json()["sessions"][-1]
    return Result(
        heard=wrong_words(question, _question_in(records["events"])),
        spoken=wrong_words(answer, again),
        floor=wrong_words(answer, direct),
        stages=stages_of(vendor, records, loud_at),
        text=again,
    )


async def _said(voice: httpx.AsyncClient, text: str) -> tuple[bytes, int]:
    """Return the samples with which the mouth says a text, and their rate."""
    order = {"model": "any", "voice": "any", "input": text, "response_format": "wav"}
    answer = await voice.post("/v1/audio/speech", json=order, headers=KEY)
    found = pcm_of(answer.raise_for_status().content)
    assert found
    return found


def _between_silence(pcm: bytes, rate: int) -> bytes:
    """Return a file for a microphone, which plays it again and again."""
    before, after = (bytes(round(length_s * rate) * SAMPLE_BYTES) for length_s in SILENCE_S)
    return wav(before + pcm + after, rate)


async def _understood(voice: httpx.AsyncClient, sound: bytes) -> str:
    answer = await voice.post(
        "/v1/audio/transcriptions",
        data={"model": "any", "language": "en"},
        files={"file": ("played.wav", sound)},
        headers=KEY,
    )
    return str(answer.raise_for_status().json()["text"])


async def _listened(local: Stack, vendor: str, microphone: Path) -> tuple[bytes, list[float]]:
    """Hold the conversation in a browser of its own: the microphone's file begins with it.

    Returns what was played, and when there was a sound in it, in seconds since 1970. If the call
    began too late, the question comes a second time.
    """
    async with async_playwright() as play:
        capture = f"--use-file-for-fake-audio-capture={microphone}"
        browser = await play.chromium.launch(
            executable_path=find_browser(), args=[*BROWSER_ARGS, capture]
        )
        page = await browser.new_page(locale="en-US")
        page.set_default_timeout(LIMIT_MS)
        await page.add_init_script(path=RECORDER)
        await page.add_init_script(f"localStorage.setItem('second-brain-vendor', '{vendor}')")
        await page.goto(local.url)
        await page.get_by_text("Connected", exact=True).wait_for()
        await page.get_by_role("button", name="Hands-free").click()
        await _until_said(page, vendor)
        sound = base64.b64decode(await page.evaluate("takeSound()"))
        recorded = await page.evaluate("recorded")
        await browser.close()
    loud_at = [(recorded["originMs"] + at_ms) / 1000 for at_ms in recorded["loudMs"]]
    return wav(sound, round(recorded["rate"])), loud_at


async def _until_said(page: Page, vendor: str) -> None:
    """Wait until the vendor has said the answer, and the last sound was played."""
    await page.wait_for_function(SAID[vendor])
    await page.wait_for_function("() => performance.now() - recorded.loudMs.at(-1) > 700")


KEY = {"Authorization": "Bearer local"}
SAID = {
    "openai-realtime": """() => recorded.events.some(
        (e) => e.event.type === 'output_audio_buffer.stopped')""",
    "openai-live": """() => recorded.events.some(
        (e) => e.event.type === 'session.commentary.appended')
        && recorded.events.at(-1).event.type === 'session.usage.updated'""",
    "gemini-live": "() => recorded.events.some((e) => e.event.serverContent?.turnComplete)",
}


def _question_in(events: Sequence[Json]) -> str:
    """Return what the vendor's model heard, from its events."""
    for one in events:
        event = one["event"]
        if event.get("type") == ASKED["openai-realtime"]:
            return str(event["arguments"]).removeprefix('{"text": ')
        if calls := (event.get("toolCall") or {}).get("functionCalls"):
            return str(calls[0]["args"]["text"])
    kind = "session.input_transcript.delta"
    return "".join(one["event"]["delta"] for one in events if one["event"].get("type") == kind)


def _check(found: dict[str, list[Result]], tables: Sequence[Table]) -> None:
    """Raise NotUnderstood if too much of what was played is wrong."""
    for vendor, results in found.items():
        wrong, every = (sum(one.spoken[i] for one in results) for i in (0, 1))
        if wrong > MOST_WRONG * every:
            texts = "\n".join(one.text for one in results)
            shown = "\n".join(map(str, tables))
            raise NotUnderstood(f"{vendor}: {wrong} of {every} words were wrong\n{texts}\n{shown}")


def _table(found: dict[str, list[Result]], notes: tuple[str, ...] = ()) -> Table:
    return Table(
        title="A spoken question and its answer on the page: wrong words",
        columns=("question", "answer", "floor: no page"),
        rows=[
            (
                vendor,
                _share([one.heard for one in results]),
                _share([one.spoken for one in results]),
                _share([one.floor for one in results]),
            )
            for vendor, results in found.items()
        ],
        notes=notes,
    )


def _share(counts: Sequence[tuple[int, int]]) -> str:
    wrong, every = (sum(count[i] for count in counts) for i in (0, 1))
    return f"{wrong} of {every}"
