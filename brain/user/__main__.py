"""Export or erase a user, for whoever runs the deployment.

    python -m brain.user export USER [--to FILE]
    python -m brain.user erase USER --confirm USER

Run it where the deployment's variables are set (`vercel env run -e production -- …`). It does what
the user's own page can do. It asks nothing: the second USER says that it is meant.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from brain.errors import SettingMissing, Unreachable
from brain.user.feature import erasing, exporting
from brain.user.flow import erase_all
from brain.wiring import Wiring

DONE, REFUSED, UNREACHABLE = 0, 1, 2
PRIVATE = 0o600  # only its owner reads the file


def main(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the command and return its exit code: 1 for wrong settings, words or files, 2 for a
    service.
    """
    asked = _parser().parse_args(arguments)
    if asked.command == "erase" and asked.confirm != asked.user:
        print("Nothing was erased: --confirm must be the id of the user.", file=sys.stderr)
        return REFUSED
    try:
        return asyncio.run(_run(asked, Wiring(env)))
    except SettingMissing as error:
        print(error, file=sys.stderr)
        return REFUSED
    except OSError as error:
        print(f"The file was not written: {error}.", file=sys.stderr)
        return REFUSED
    except Unreachable as error:
        print(f"{error}. Try again: what was begun is completed.", file=sys.stderr)
        return UNREACHABLE


async def _run(asked: argparse.Namespace, wiring: Wiring) -> int:
    try:
        if asked.command == "erase":
            counts = await erase_all(erasing(wiring), asked.user)
            print(json.dumps({"state": "erased", "counts": counts}, indent=2))
        else:
            await _export(asked, wiring)
        return DONE
    finally:
        await wiring.aclose()


async def _export(asked: argparse.Namespace, wiring: Wiring) -> None:
    export = exporting(wiring)
    path = asked.to or Path(f"second-brain-{export.day()}.zip")
    pieces = await export.begin(asked.user)
    with path.open("xb") as file:
        path.chmod(PRIVATE)
        try:
            async for piece in pieces:
                file.write(piece)
        except BaseException:
            path.unlink()  # it could not be opened
            raise
    print(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m brain.user", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser("export", help="write everything that there is of a user")
    export.add_argument("user")
    export.add_argument("--to", type=Path, help="the file; it must not exist")
    erase = commands.add_parser("erase", help="erase everything that there is of a user")
    erase.add_argument("user")
    erase.add_argument("--confirm", required=True, help="the same user id again")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
