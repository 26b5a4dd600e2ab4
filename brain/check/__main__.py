"""Check a deployment from the outside.

    python -m brain.check URL [--token TOKEN | --access-key KEY] [--json]

Exit code: 0 if every promise that could be looked at is kept, 1 if one is broken, 2 if nothing
could be checked.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from functools import partial
from urllib.parse import urlsplit

from brain.check.calls import CALL_S
from brain.check.model import CannotCheck, PromiseState
from brain.check.people import Given
from brain.check.promises import GROUPS
from brain.check.report import Lines, ending, in_json
from brain.check.site import ANSWER_S
from brain.check.suite import check
from brain.settings import environment
from brain.settings.variables import Env

KEPT, BROKEN, UNCHECKED = 0, 1, 2
TOKEN, KEY = "BRAIN_TOKEN", "BRAIN_ACCESS_KEY"


def main(arguments: list[str] | None = None, env: Env | None = None) -> int:
    """Run the check, print the report, and return the exit code."""
    options = _parser().parse_args(arguments)
    env = environment() if env is None else env
    parts = urlsplit(options.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return _complain("URL must be the address of a deployment, such as https://my.example")
    printed = partial(print, flush=True)
    told = (lambda _: None) if options.json else Lines(printed)
    try:
        report = asyncio.run(
            check(
                options.url,
                _given(options, env),
                env,
                only=options.only or (),
                call_s=options.limit,
                answer_s=options.answer_limit,
                told=told,
            )
        )
    except CannotCheck as why:
        return _complain(str(why))
    print(in_json(report) if options.json else ending(report))
    return BROKEN if report.count(PromiseState.BROKEN) else KEPT


def _given(options: argparse.Namespace, env: Env) -> Given:
    """Return who asks. What the command line says wins; then BRAIN_TOKEN; then users of our own,
    for whom BRAIN_JWT_SECRET is needed; then BRAIN_ACCESS_KEY.
    """
    if options.token or options.access_key:
        token, access_key = options.token, options.access_key
    else:
        token = env.get(TOKEN) or None
        has_own = bool(env.get("BRAIN_JWT_SECRET"))
        access_key = None if token or has_own else env.get(KEY) or None
    return Given(token=token, access_key=access_key, other_token=options.other_token)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m brain.check",
        description="Check from the outside whether a deployment keeps its promises.",
        epilog="Without --token and --access-key, BRAIN_TOKEN is used; or two new users, if "
        "BRAIN_JWT_SECRET is set as in the deployment; or BRAIN_ACCESS_KEY.",
    )
    parser.add_argument("url", metavar="URL", help="address of the deployment")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--token", help="JWT of the user who asks")
    who.add_argument("--access-key", metavar="KEY", help="access key of the deployment")
    parser.add_argument(
        "--other-token", metavar="TOKEN", help="JWT of a second user, who must find nothing"
    )
    _add_limits(parser)
    return parser


def _add_limits(parser: argparse.ArgumentParser) -> None:
    """Add what is looked at, how long, and how it is printed."""
    parser.add_argument(
        "--only", action="append", choices=GROUPS, metavar="GROUP", help=f"{', '.join(GROUPS)}"
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=CALL_S,
        metavar="SECONDS",
        help="for a request that does not wait for the model (default: %(default)g)",
    )
    parser.add_argument(
        "--answer-limit",
        type=float,
        default=ANSWER_S,
        metavar="SECONDS",
        help="for an answer of the model (default: %(default)g)",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def _complain(line: str) -> int:
    print(line, file=sys.stderr)
    return UNCHECKED


if __name__ == "__main__":
    sys.exit(main())
