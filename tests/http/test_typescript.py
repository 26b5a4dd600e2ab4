"""public/brain.d.ts, as a front end in TypeScript meets it."""

import asyncio
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TSC = ROOT / "node_modules" / ".bin" / "tsc"
FRONT_END = ROOT / "tests" / "http" / "front_end"

# The declarations name the same things as the types that brain.js itself is checked with.
SAME = """
import type * as declared from '/brain.js';
import type * as own from '{types}';

type Same<A, B> = [keyof A, keyof B] extends [keyof B, keyof A] ? true : false;

export const same: Record<string, true> = {{
  brain: true satisfies Same<declared.Brain, own.Brain>,
  connect: true satisfies Same<declared.ConnectOptions, own.ConnectOptions>,
  ask: true satisfies Same<declared.AskOptions, own.AskOptions>,
  decision: true satisfies Same<declared.Decision, own.Decision>,
  state: true satisfies Same<declared.State, own.State>,
  run: true satisfies Same<declared.Run, own.Run>,
  retrying: true satisfies Same<declared.Retrying, own.Retrying>,
  piece: true satisfies Same<declared.Piece, own.Piece>,
  answer: true satisfies Same<declared.Answer, own.Answer>,
}};
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that has a copy of the client library."""
    shutil.copytree(FRONT_END, tmp_path, dirs_exist_ok=True)
    for name in ("brain.js", "brain.d.ts"):
        shutil.copy(ROOT / "public" / name, tmp_path)
    types = next((ROOT / "public").rglob("types.js"))
    (tmp_path / "same.ts").write_text(SAME.format(types=types))
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


async def test_the_declarations_name_what_the_client_has(project: Path) -> None:
    assert await compiled(project / "same.json") == ""


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("  progress: number | null;", "  progress: number;"),
        ("  seen: () => void;", ""),
        ("  text: string;", "  words: string;"),
    ],
)
async def test_other_declarations_do_not_fit(project: Path, line: str, changed: str) -> None:
    declarations = project / "brain.d.ts"
    text = declarations.read_text()
    assert line in text
    declarations.write_text(text.replace(line, changed))
    assert "error TS" in await compiled(project / "same.json")
