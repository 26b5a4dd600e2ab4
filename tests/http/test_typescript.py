"""public/brain.d.ts, as a front end in TypeScript meets it."""

import asyncio
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TSC = ROOT / "node_modules" / ".bin" / "tsc"
WRITER = ROOT / "package" / "types.js"
FRONT_END = ROOT / "tests" / "http" / "front_end"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that has a copy of the client library."""
    shutil.copytree(FRONT_END, tmp_path, dirs_exist_ok=True)
    for name in ("brain.js", "brain.d.ts"):
        shutil.copy(ROOT / "public" / name, tmp_path)
    return tmp_path


async def compiled(config: Path) -> str:
    """What the compiler has to say; nothing if all is well."""
    process = await asyncio.create_subprocess_exec(
        TSC, "-p", config, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    assert bool(output) == bool(process.returncode)
    return output.decode()


async def test_a_front_end_compiles_and_what_is_wrong_in_it_does_not(project: Path) -> None:
    assert await compiled(project / "tsconfig.json") == ""


async def test_the_declarations_are_those_of_the_code() -> None:
    assert (await says("--check")).strip() == ""


async def says(*options: str) -> str:
    """What the program that writes the declarations has to say."""
    node = shutil.which("node")
    assert node
    process = await asyncio.create_subprocess_exec(
        node, WRITER, *options, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    return output.decode()
