"""The resume matrix: four roads, cut at four moments, continued on four roads.

python -m tests.walks.matrix      plays all of it on everything that stands behind a page, prints it

A cell is a page in Chromium with the client alone. Its connections run over a line that is cut in
the middle of a question; meanwhile another device of the user's says something; then the page goes
on by another road. At the end what it was told has to be the log: each entry, in order, once.
"""

import asyncio
import secrets
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import TimeoutError as Late

from local.stack import stack
from local.toolchain import find_browser
from tests.walks.bare import Road, ask, bare_page, begin, reaches, takes
from tests.walks.conftest import LIMIT_S, Json, Person, Town, goes_on, says
from tests.walks.line import Line, line
from tests.walks.pages import BROWSER_ARGS

type Moment = Literal[
    "before the first token", "in mid-word", "between accept and answer", "after the answer"
]

ROADS: tuple[Road, ...] = get_args(Road.__value__)
ENDS = [("done",), ("running",), ("duplicate",)]  # what the client resolves with, once
MOMENTS: tuple[Moment, ...] = get_args(Moment.__value__)
AT_ONCE = 8  # cells; most of the time they wait
WORDS = " ".join(f"word {number}" for number in range(40))  # long enough to be cut in the middle
MID_WORD = 8  # chunks of the answer that are out when it is cut
SHOWS = "() => cell.pieces.some(({ kind }) => kind === 'content')"
HAS_ENDED = "() => cell.heard.some(({ doneAfterThis }) => doneAfterThis)"
IS_ANSWERED = "() => cell.answers.length > 0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """Where it was cut, and by which road the page went on."""

    moment: Moment
    cut: Road
    on: Road


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of it: the entries that the page was told of and those of the log, as `seq:
    text`, and how its question ended.
    """

    cell: Cell
    heard: tuple[str, ...]
    log: tuple[str, ...]
    answered: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether the page's list is the log, and its question has come to one end."""
        return self.heard == self.log and self.answered in ENDS


CELLS = tuple(Cell(moment=m, cut=cut, on=on) for cut in ROADS for on in ROADS for m in MOMENTS)


async def play(town: Town, browser: Browser, cells: Sequence[Cell] = CELLS) -> list[Outcome]:
    """All cells, some at a time, each with a user of its own."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(cell: Cell) -> Outcome:
        async with places:
            return await _play(town, browser, cell)

    return list(await asyncio.gather(*map(one, cells)))


def drawn(outcomes: Sequence[Outcome]) -> str:
    """The table, in Markdown: a row for each road and moment of the cut, a column for each road by
    which the page went on. Each cell tells how many entries the page was told of, and of how many.
    """
    by_cell = {outcome.cell: outcome for outcome in outcomes}
    lines = [
        f"| cut on | when | {' | '.join(f'on by {road}' for road in ROADS)} |",
        f"|---|---|{'---|' * len(ROADS)}",
    ]
    for cut in ROADS:
        for moment in MOMENTS:
            row = (by_cell[Cell(moment=moment, cut=cut, on=on)] for on in ROADS)
            lines.append(f"| {cut} | {moment} | {' | '.join(map(_shown, row))} |")
    right = sum(outcome.is_right for outcome in outcomes)
    return "\n".join([*lines, "", f"{right} of {len(outcomes)}: the page's list is the log."])


def _shown(outcome: Outcome) -> str:
    mark = "ok" if outcome.is_right else "WRONG"
    return f"{mark} {len(outcome.heard)}/{len(outcome.log)}"


async def _play(town: Town, browser: Browser, cell: Cell) -> Outcome:
    person, gate = town.person(), secrets.token_hex(8)
    env = town.stack.services.env
    async with (
        line(int(town.stack.url.rpartition(":")[2])) as functions,
        line(int(env["PUSHER_PORT"])) as channel,
        bare_page(browser, f"http://127.0.0.1:{functions.port}") as page,
    ):
        await begin(page, person, road=cell.cut, channel_port=channel.port)
        await person.script(*_answers(cell.moment, gate))
        await ask(page, f"What is it? {person.word}")
        await _until(town, page, cell, gate)
        await _cut(person, page, cell.on, (functions, channel))
        await town.http.post(_gate(town, gate))
        log = await _ended(person)
        with suppress(Late):  # a cell that goes wrong is told in the table
            await reaches(page, log[-1]["seq"])
            await page.wait_for_function(IS_ANSWERED)
        heard, answered = await page.evaluate("[cell.heard, cell.answers]")
    return Outcome(cell=cell, heard=_told(heard), log=_told(log), answered=tuple(answered))


def _answers(moment: Moment, gate: str) -> tuple[Json, ...]:
    """What the model answers: a step, the answer, and what the other device is told."""
    held: dict[Moment, tuple[Json, Json]] = {
        "before the first token": ({"gate": gate}, {}),
        "between accept and answer": ({}, {"gate": gate}),
        "in mid-word": ({}, {"gate": gate, "hold_at": MID_WORD}),
        "after the answer": ({}, {}),
    }
    first, second = held[moment]
    return goes_on("Looking.", **first), says(WORDS, **second), says("And that."), says("Bye.")


async def _until(town: Town, page: Page, cell: Cell, gate: str) -> None:
    """Return at the moment of the cut."""
    if cell.moment == "after the answer":
        await page.wait_for_function(HAS_ENDED)
        return
    (await town.http.get(_gate(town, gate))).raise_for_status()
    if cell.moment == "in mid-word" and cell.cut != "polling":
        await page.wait_for_function(SHOWS)


async def _cut(person: Person, page: Page, on: Road, lines: Sequence[Line]) -> None:
    """Cut everything, say something from elsewhere, and let the page go on by another road."""
    for each in lines:
        each.cut()
    outcome = await person.ask("And that?", patience=0.1)
    assert outcome["state"] in ("recorded", "running", "done"), outcome
    await page.evaluate("(road) => cell.brain.useRoad(road)", on)
    for each in lines:
        each.mend()
    await takes(page, on)


async def _ended(person: Person) -> list[Json]:
    """The log once all is answered, and one more thing was said while the new road was open."""
    async with asyncio.timeout(LIMIT_S):
        while (await person.get("/api/status")).json()["state"] == "running":  # noqa: ASYNC110 - the functions are asked over HTTP
            await asyncio.sleep(0.1)
    await person.ask("Bye")
    return await person.log()


def _told(entries: Sequence[Json]) -> tuple[str, ...]:
    return tuple(f"{entry['seq']}: {entry['id']} {entry['text']}" for entry in entries)


def _gate(town: Town, name: str) -> str:
    return f"{town.stack.services.model.address.url}/_local/gates/{name}"


async def _main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with stack(Path(folder), tell=lambda name, text: None) as running:
            town = await Town.of(running)
            async with town.http, async_playwright() as playing:
                browser = await playing.chromium.launch(
                    executable_path=find_browser(), args=BROWSER_ARGS
                )
                outcomes = await play(town, browser)
                await browser.close()
    print(drawn(outcomes))
    for outcome in outcomes:
        if not outcome.is_right:
            print(outcome, file=sys.stderr)
    return 0 if all(outcome.is_right for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
