"""The stand-in's scripts can have a wrong clock; the vendor has no such switch."""

from pathlib import Path

import httpx
import pytest

from local.engines import valkey
from local.upstash import upstash_app
from tests.local.serving import served

SCRIPT = "#!lua flags=allow-key-locking\nreturn redis.call('TIME')[1]"


async def test_the_clock_of_the_scripts_goes_ahead_and_back(tmp_path: Path) -> None:
    async with (
        valkey(tmp_path) as engine,
        served(upstash_app(engine.socket, token="t")) as url,
        httpx.AsyncClient(base_url=url, headers={"Authorization": "Bearer t"}) as http,
    ):

        async def now() -> int:
            return int((await http.post("/", json=["EVAL", SCRIPT, "0"])).json()["result"])

        true = await now()
        for ahead_s in (21_600, -21_600, 0):
            answer = await http.post(f"/_local/clock?aheadS={ahead_s}")
            assert answer.status_code == 204
            assert await now() - true == pytest.approx(ahead_s, abs=60)
        assert (await http.post("/_local/clock?aheadS=soon")).status_code == 422
