"""Starts the judges: each runs in an environment of its own, because two are builds of the same
package (`local/setup.py` installs them).
"""

import asyncio
import json
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from local.toolchain import HOME

type Json = dict[str, Any]
type Build = Literal["judges", "judges-past"]

HERE = Path(__file__).parent
NEWEST: Build = "judges"
BUILDS: tuple[Build, ...] = (NEWEST, "judges-past")
CHECKS = ("one-system", "turns", "calls")  # templates that refuse requests
OLD = "mistral v3"  # the judge that accepts words or calls in a message, but not both
START_S = 30.0  # seconds for a start on a busy machine
VERDICT_S = 60.0  # seconds for the verdicts


async def verdicts(requests: Sequence[Json]) -> dict[str, list[str | None]]:
    """Ask the validators and the templates. Returns for each judge the reason of its refusal of
    each request; None: accepted.
    """
    sent = json.dumps(requests).encode()
    answer = await _run(HERE / "verdicts.py", sent=sent, limit_s=VERDICT_S)
    return dict(json.loads(answer))


@asynccontextmanager
async def llama(build: Build, folder: Path, *checks: str) -> AsyncIterator[str]:
    """Serve a tiny model with llama.cpp's own server; yields its address.

    `checks` are templates that raise on what they refuse. The server ends with its standard input,
    so it does not outlive a test that is killed.
    """
    file = folder / f"{build}.gguf"
    template = folder / f"{build}.jinja"
    parts = (HERE / "templates" / f"{name}.jinja" for name in (*checks, "body"))
    template.write_text("".join(part.read_text("utf-8") for part in parts))
    await _run(HERE / "model_file.py", template, file, limit_s=START_S)
    server = await asyncio.create_subprocess_exec(
        _python(build), HERE / "llama_server.py", file, stdin=PIPE, stdout=PIPE
    )
    try:
        assert server.stdout
        async with asyncio.timeout(START_S):
            url = (await server.stdout.readline()).decode().strip()
        assert url, f"{build} did not start"
        yield url
    finally:
        server.kill()
        await server.wait()


async def _run(script: Path, *arguments: Path, sent: bytes = b"", limit_s: float) -> bytes:
    """Run a script with the newest build. Returns its standard output; an error fails the test."""
    process = await asyncio.create_subprocess_exec(
        _python(NEWEST), script, *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        async with asyncio.timeout(limit_s):
            output, errors = await process.communicate(sent)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode(errors="replace")[-2000:]
    return output


def _python(build: Build) -> Path:
    python = HOME / build / "bin" / "python"
    assert python.exists(), "the judges are not installed: run `make test` once"
    return python
