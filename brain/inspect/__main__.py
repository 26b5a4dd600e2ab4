"""Say what a user's brain is doing, and why an answer has not come.

    python -m brain.inspect USER
    python -m brain.inspect RUN [--user USER]

USER is a user's id, or its hash as in the log or in a key. Run it where the deployment's variables
are set (`vercel env run -e production -- …`). It reads, and changes nothing. It shows the user's
texts with --texts only. Exit code: 0 if something was found, 1 if nothing, 2 if a service cannot
be reached.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import aclosing

from brain import settings
from brain.cloud.redis.upstash import Upstash
from brain.errors import SettingMissing
from brain.inspect.looking import Inspection
from brain.inspect.model import Seen
from brain.inspect.postgres import InspectedDatabase
from brain.inspect.queue import InspectedQueue
from brain.inspect.redis import InspectedStore
from brain.inspect.report import NO_USER, in_json, in_words
from brain.inspect.rules import findings

FOUND, NOTHING, UNREACHABLE = 0, 1, 2


def main(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the command and return its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        at = settings.store(env)
    except SettingMissing as error:
        print(error, file=sys.stderr)
        return UNREACHABLE
    inspection, seen = asyncio.run(_look(asked, at, env))
    found = findings(seen) if seen is not None else (NO_USER,)
    told = in_json if asked.json else in_words
    print(told(seen, found, inspection.unread, texts=asked.texts))
    if inspection.is_cut_off:
        return UNREACHABLE
    return FOUND if seen is not None and found else NOTHING


async def _look(
    asked: argparse.Namespace, at: settings.StoreSettings, env: Mapping[str, str]
) -> tuple[Inspection, Seen | None]:
    url = settings.database(env)
    async with aclosing(Upstash(at.url, at.token)) as redis:
        inspection = Inspection(
            store=InspectedStore(redis),
            queue=None,
            database=InspectedDatabase(url) if url is not None else None,
        )
        if url is None:
            inspection.unread["database"] = "DATABASE_URL is not set"
        try:
            inspection.queue = InspectedQueue(settings.queue(env))
        except SettingMissing as error:
            inspection.unread["queue"] = str(error)
        return inspection, await inspection.look(asked.name, user=asked.user)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m brain.inspect", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("name", metavar="USER|RUN", help="a user's id, its hash, or a run's id")
    parser.add_argument("--user", default="", help="the user whose run it is")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--texts", action="store_true", help="show the texts that it is about")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
