"""The model's connections: one per concurrent request, the last used first, closed when idle."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from brain.cloud.model.lanes import IDLE_S, Lanes


class Lane(httpx2.AsyncBaseTransport):
    """A transport that can be told to fail, and remembers being closed."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_closed = False
        self.fails = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        if self.fails:
            raise httpx2.ConnectError("refused", request=request)
        return httpx2.Response(200, stream=Pieces())

    async def aclose(self) -> None:
        self.is_closed = True


class Pieces(httpx2.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"


class Road:
    """The lanes under test, the transports they created, and their clock."""

    def __init__(self) -> None:
        self.made: list[Lane] = []
        self.now = 0.0
        self.client = httpx2.AsyncClient(transport=Lanes(self._make, now=lambda: self.now))

    def _make(self) -> Lane:
        self.made.append(Lane())
        return self.made[-1]

    async def ask(self) -> bytes:
        return (await self.client.get("http://model.test/")).content


async def test_sequential_requests_share_a_lane() -> None:
    road = Road()
    assert [await road.ask() for _ in range(3)] == [b"onetwo"] * 3
    assert [lane.asked for lane in road.made] == [3]


async def test_concurrent_requests_use_separate_lanes_until_their_responses_are_closed() -> None:
    road = Road()
    async with road.client.stream("GET", "http://model.test/"):
        await road.ask()
        assert len(road.made) == 2
    await road.ask()
    assert [lane.asked for lane in road.made] == [2, 1]


async def test_closing_a_response_twice_returns_its_lane_once() -> None:
    road = Road()
    async with road.client.stream("GET", "http://model.test/") as answer:
        await answer.stream.aclose()  # type: ignore[union-attr]  # the client's are all asynchronous
    async with road.client.stream("GET", "http://model.test/"):
        await road.ask()
    assert len(road.made) == 2


async def test_the_lane_of_a_failed_request_is_reused() -> None:
    road = Road()
    await road.ask()
    road.made[0].fails = True
    with pytest.raises(httpx2.ConnectError):
        await road.ask()
    road.made[0].fails = False
    await road.ask()
    assert [lane.asked for lane in road.made] == [3]


async def test_an_idle_lane_is_closed_and_a_busy_one_stays_open() -> None:
    road = Road()
    async with road.client.stream("GET", "http://model.test/"):
        await road.ask()
    road.now = IDLE_S + 1
    await road.ask()
    assert [lane.is_closed for lane in road.made] == [False, True]


async def test_closing_the_client_closes_the_lanes() -> None:
    road = Road()
    await road.ask()
    await road.client.aclose()
    assert [lane.is_closed for lane in road.made] == [True]
