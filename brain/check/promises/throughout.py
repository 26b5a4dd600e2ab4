"""What holds for every answer that was seen before."""

from __future__ import annotations

from collections.abc import Sequence

from brain.check.model import NotOffered, Promise, need
from brain.check.site import Site

GROUP = "throughout"
SHOWN = 5  # findings in one line of the report


async def as_described(site: Site) -> str:
    if site.watch.document is None:
        raise NotOffered("the routes are not described")
    need(not site.watch.deviations, _told(site.watch.deviations))
    return f"{site.watch.answers} answers"


async def as_problems(site: Site) -> str:
    need(not site.watch.formless, _told(site.watch.formless))
    return f"{site.watch.problems} errors"


async def without_secrets(site: Site) -> str:
    need(not site.watch.leaks, _told(site.watch.leaks))
    return f"{site.watch.problems} errors"


def _told(findings: Sequence[str]) -> str:
    different = list(dict.fromkeys(findings))
    more = f"; and {len(different) - SHOWN} more" if len(different) > SHOWN else ""
    return "; ".join(different[:SHOWN]) + more


PROMISES = (
    Promise(
        group=GROUP,
        name="Answers are as they are described",
        expected="status, type and fields as in openapi.json",
        look=as_described,
    ),
    Promise(
        group=GROUP,
        name="Errors are problem details",
        expected="application/problem+json with title and status",
        look=as_problems,
    ),
    Promise(
        group=GROUP,
        name="Errors tell nothing that is not for the caller",
        expected="no stack trace, token, key or text of the user in any error",
        look=without_secrets,
    ),
)
