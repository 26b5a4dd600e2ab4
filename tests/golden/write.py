"""Write the golden files: `python -m tests.golden.write`.

What a file says already stays: it is what older code has written. So a run adds the cases that are
new; `--anew` writes everything again, which is right only after a change of a form that was meant,
and that still loads the old one.
"""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.golden import database as database_rows
from tests.golden.engines import real_database, real_keep
from tests.golden.forms import FORMS
from tests.golden.keeps import InMemory
from tests.golden.loading import older, required
from tests.golden.outside import sent
from tests.golden.routes import a_deployment, answered
from tests.golden.samples import OLDER, SAMPLES
from tests.golden.stories import STORIES
from tests.golden.taken import BODIES, taken
from tests.golden.telling import seen, tell_all
from tests.golden.text import DATA, load, save, shown
from tests.golden.wire import FRAMES, WIRE


def keep(name: str, content: Any) -> None:
    """Write the file, with what it says already in front."""
    is_there = (DATA / f"{name}.json").exists() and "--anew" not in sys.argv
    known = load(name) if is_there else {}
    if isinstance(content, dict):
        save(name, _merged(known, content))
    elif not is_there:
        save(name, content)


def _merged(known: dict[str, Any], fresh: dict[str, Any]) -> dict[str, Any]:
    both = {**fresh, **known}
    for name, value in fresh.items():
        if isinstance(value, dict) and isinstance(known.get(name), dict) and _holds_cases(value):
            both[name] = _merged(known[name], value)
    return both


def _holds_cases(value: dict[str, Any]) -> bool:
    return all(isinstance(one, dict) and "form" in one for one in value.values())


def write_forms() -> None:
    """Each sample in its stored form, and the fields without which that does not load."""
    content: dict[str, Any] = {}
    for kind, samples in SAMPLES.items():
        content[kind] = {}
        for name, value in samples.items():
            text = FORMS[kind].encode(value)
            content[kind][name] = {"form": shown(text), "needs": required(FORMS[kind], text)}
    keep("forms", content)
    keep("older", {name: {"form": shown(older(*case))} for name, case in OLDER.items()})


async def write_stories(folder: Path) -> None:
    """The stories as they come out on Valkey, with the news that the Redis in memory shows."""
    async with real_keep(folder) as real:
        for name, story in STORIES.items():
            await real.begin_anew()
            on_valkey = await tell_all(real, story)
            telling = await tell_all(InMemory(), story)
            assert [seen(told, real) for told in telling] == on_valkey, name
            keep(f"stories/{name}", telling)


def write_wire() -> None:
    """What goes out, and what bodies that come in are understood to be."""
    keep("wire", dict(WIRE))
    keep("frames", {name: frame.decode() for name, frame in FRAMES.items()})
    understood = {
        f"{kind}: {name}": {"body": body, "taken": taken(kind, body)}
        for kind, bodies in BODIES.items()
        for name, body in bodies.items()
    }
    keep("taken", understood)


async def write_database(folder: Path) -> None:
    """The rows of a few calls, and what is read of them."""
    async with real_database(folder) as (database, url):
        await database_rows.fill(database)
        read = await database_rows.read(database)
        rows = await database_rows.take_out(url)
        keep("database", {"rows": rows, "renewed": database_rows.renewed(rows), "read": read})


async def main() -> None:
    """Write all of them."""
    write_forms()
    write_wire()
    keep("outside", await sent())
    with TemporaryDirectory() as folder:
        await write_stories(Path(folder) / "redis")
        await write_database(Path(folder) / "postgres")
        async with a_deployment(Path(folder) / "deployment") as deployment:
            keep("routes", await answered(deployment))


if __name__ == "__main__":
    asyncio.run(main())
