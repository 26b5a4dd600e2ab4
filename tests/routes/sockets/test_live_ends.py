"""WS /api/live: signs of life, slow readers, and every way in which it ends. In virtual time."""

import asyncio
from contextlib import suppress
from itertools import pairwise

import pytest
from starlette.types import Message

from brain.http.socket import (
    BROKEN,
    MAX_WAITING_BYTES,
    PING_S,
    RESTART,
    SILENCE_S,
    SILENT,
    TOO_SLOW,
    WRITE_S,
    HangUp,
    Socket,
)
from brain.routes.live import AT_ONCE, ELSEWHERE
from brain.run.store import Page as LogPage
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.fakes.world import World
from tests.routes.virtual import LONG, Page, connected, ours, seqs, talk, token, wired


@in_virtual_time
async def test_a_silence_of_ours_is_filled_with_pings_and_a_page_that_answers_stays() -> None:
    page = Page.of()
    async with connected(wired(World()), page):
        while len(page.frames("ping")) < 5:
            told = len(page.frames("ping"))
            await page.until(lambda page: len(page.frames("ping")) > told)  # noqa: B023
            page.say("pong")
        assert page.closed is None
    at = [second for second, frame in page.told if frame["type"] in ("ready", "ping")]
    assert {round(late - early, 3) for early, late in pairwise(at)} == {PING_S}


@in_virtual_time
async def test_a_page_that_gives_no_sign_of_life_is_closed() -> None:
    page, world = Page.of(), World()
    async with connected(wired(world), page) as call:
        await asyncio.wait({call})
    assert page.closed == (SILENT, "no sign of life")
    assert world.clock.now() == pytest.approx(SILENCE_S)


@in_virtual_time
async def test_it_closes_itself_before_the_deadline_and_says_to_resume_elsewhere() -> None:
    page, world = Page.of(), World()
    async with connected(wired(world, BRAIN_MAX_DURATION_S="40"), page) as call:
        await asyncio.wait({call})
    assert page.closed == (RESTART, ELSEWHERE)
    assert 30 <= world.clock.now() < 40


# ---- a slow reader


@in_virtual_time
async def test_a_page_that_takes_no_frame_for_long_is_closed() -> None:
    world, page = World([words("Yes.")]), Page.of()
    async with connected(wired(world), page) as call:
        await page.answer("ready")
        page.reads.clear()
        page.say("ping")
        began = world.clock.now()
        await asyncio.wait({call})
        assert world.clock.now() - began == pytest.approx(WRITE_S)
    assert page.closed == (TOO_SLOW, "too slow: reconnect with the last seq")


@in_virtual_time
async def test_a_page_that_asks_and_takes_nothing_is_closed_before_it_fills_the_memory() -> None:
    world, page = World([words("Yes.")]), Page.of()
    async with connected(wired(world), page) as call:
        await page.answer("ready")
        page.reads.clear()
        began = world.clock.now()
        for _ in range(MAX_WAITING_BYTES // 50_000):
            page.say("say", text="", messageId="x" * 60_000)  # which the answer repeats
            await asyncio.sleep(0.1)
        await asyncio.wait({call})
        assert world.clock.now() - began < WRITE_S
    assert page.closed == (TOO_SLOW, "too slow: reconnect with the last seq")


@in_virtual_time
async def test_what_a_page_is_told_that_has_been_too_slow_is_not_kept() -> None:
    page = Page()
    socket = Socket(page.receive, page.send)
    for _ in range(3 * MAX_WAITING_BYTES // 50_000):
        with suppress(HangUp):
            socket.tell({"type": "content", "text": "ü" * 25_000})
    carrying = asyncio.ensure_future(socket.carry())
    await page.answer("content")
    carrying.cancel()
    kept = sum(len(frame["text"].encode()) for frame in page.frames("content"))
    assert kept <= MAX_WAITING_BYTES


@in_virtual_time
async def test_a_long_log_is_told_whole_to_a_page_that_takes_its_time() -> None:
    world, page = World([words(LONG * 4)]), Page.of()
    await talk(world, 60, LONG)
    async with connected(wired(world), page):
        await page.answer("ready")
        page.reads.clear()
        page.say("resume")
        await asyncio.sleep(WRITE_S / 2)
        page.reads.set()
        await page.until(lambda page: len(page.entries()) == 120)
    assert seqs(page) == list(range(1, 121))


@pytest.mark.parametrize("turns", [1, 60])
@in_virtual_time
async def test_nothing_is_left_of_a_page_that_went_while_it_was_told_a_log(turns: int) -> None:
    world, page = World([words(LONG * 4)]), Page.of()
    await talk(world, turns, LONG)
    async with connected(wired(world), page) as call:
        await page.answer("ready")
        page.reads.clear()
        page.say("resume")
        await asyncio.sleep(5)
        page.leave()
        await call
        assert (world.news.listeners("anna"), ours()) == (0, [])


# ---- a page that goes, and what breaks


@in_virtual_time
async def test_a_page_that_goes_is_no_stop_and_the_function_ends_with_its_brain() -> None:
    world, page = World([words("After all.", delay_s=6)]), Page.of()
    async with connected(wired(world), page) as call:
        page.say("resume")
        page.say("say", text="Go")
        await page.until(lambda page: len(page.entries()) == 1)
        page.leave()
        await call
    assert [message.text for message in await world.said()] == ["After all."]
    assert (world.news.listeners("anna"), ours()) == (0, [])
    assert page.closed is None  # what is gone is told nothing


@in_virtual_time
async def test_a_page_that_goes_before_it_has_said_who_it_is_leaves_nothing() -> None:
    page = Page()
    page.leave()
    async with connected(wired(World()), page) as call:
        await call
    assert (page.told, page.closed, ours()) == ([], None, [])


@in_virtual_time
async def test_a_page_whose_connection_breaks_while_it_is_told_something_is_gone_and_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world, page = World([words("Yes.")]), Page.of()

    async def send(message: Message) -> None:
        if message["type"] == "websocket.send":
            raise OSError  # as uvicorn says it
        await Page.send(page, message)

    page.send = send  # type: ignore[method-assign]
    async with connected(wired(world), page) as call:
        await call
    assert page.closed is None
    assert "live: broken" not in caplog.text


@in_virtual_time
async def test_a_store_that_is_away_from_the_beginning_ends_it() -> None:
    world, page = World(), Page.of()
    world.redis.refusing = True
    async with connected(wired(world), page) as call:
        await asyncio.wait({call})
    assert page.closed == (BROKEN, "A service cannot be reached. Try again.")
    assert ours() == []


@in_virtual_time
async def test_a_store_that_goes_away_while_its_log_is_told_ends_it() -> None:
    world, page = World(), Page.of()
    async with connected(wired(world), page) as call:
        page.say("resume")
        await page.answer("ready")
        await asyncio.sleep(1)
        world.redis.refusing = True
        page.say("pong")
        await asyncio.sleep(SILENCE_S - 5)
        page.say("pong")
        await asyncio.wait({call})
    assert page.closed == (RESTART, "A service cannot be reached. Try again.")
    assert (world.news.listeners("anna"), ours()) == (0, [])


class Buggy:
    """A log with a bug, whose error quotes a text."""

    async def read(self, user_id: str, *, since: int, limit: int) -> LogPage:
        raise ValueError("my private words")


@in_virtual_time
async def test_a_sequence_that_cannot_be_told_ends_it_in_plain_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world, page = World([words("Yes.")]), Page.of()
    wiring = wired(world)
    await talk(world, 1)
    async with connected(wiring, page) as call:
        await page.answer("ready")
        vars(wiring)["log"] = Buggy()
        page.say("resume")
        await asyncio.sleep(1)
        assert page.closed == (BROKEN, "Something went wrong.")
        assert call.done()
    assert "live: broken" in caplog.text
    assert "private" not in caplog.text


@in_virtual_time
async def test_a_setting_that_is_missing_ends_it_and_is_logged_without_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    page = Page.of()
    async with connected(wired(World(), BRAIN_JWT_SECRET=""), page) as call:
        await asyncio.wait({call})
    assert page.closed == (BROKEN, "This deployment is not fully set up.")
    assert "live: broken" in caplog.text
    assert token().split(".")[0] not in caplog.text


@in_virtual_time
async def test_a_page_that_takes_nothing_is_closed_and_the_brain_goes_on() -> None:
    said = [words(LONG * 7, delay_s=0.5), words("The end.", delay_s=0.5)]
    world, page = World(said * 20), Page.of()
    async with connected(wired(world), page) as call:
        await page.answer("ready")
        page.reads.clear()
        for number in range(20):
            page.say("say", text="Go", messageId=f"message-{number}", patience=30)
            page.say("pong")
            await asyncio.sleep(0.9)
        await asyncio.wait({call})
        assert world.clock.now() < WRITE_S + 5
    assert page.closed == (TOO_SLOW, "too slow: reconnect with the last seq")
    assert len(await world.said()) >= 10


@in_virtual_time
async def test_a_page_that_asks_for_the_same_answer_again_and_again_and_takes_none_is_closed() -> (
    None
):
    world, page = World([words(LONG * 7)]), Page.of()
    await world.ask("Go", message_id="message-1")
    async with connected(wired(world), page) as call:
        await page.answer("ready")
        page.reads.clear()
        while not call.done() and world.clock.now() < WRITE_S:
            for _ in range(AT_ONCE):
                page.say("say", text="Go", messageId="message-1")
            await asyncio.sleep(0.1)
    assert page.closed == (TOO_SLOW, "too slow: reconnect with the last seq")
    assert world.clock.now() < WRITE_S
    assert ours() == []


@pytest.mark.parametrize("error", [OSError, RuntimeError, None])
@in_virtual_time
async def test_a_close_that_is_not_taken_ends_it_all_the_same(
    error: type[Exception] | None,
) -> None:
    world, page = World(), Page.of()
    tell = page.send

    async def send(message: Message) -> None:
        if message["type"] != "websocket.close":
            await tell(message)
        elif error is None:
            await asyncio.Event().wait()
        else:
            raise error

    page.send = send  # type: ignore[method-assign]
    async with connected(wired(world), page) as call:
        page.send_text("{")
        await call
    assert world.clock.now() <= WRITE_S
    assert ours() == []
