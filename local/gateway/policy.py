"""The page's Content-Security-Policy, made by the code that makes it for Vercel."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from local.gateway.patterns import Pattern
from local.gateway.rules import HeaderRule, Rules

MAKER = Path("site") / "policy.js"
HEADER = "Content-Security-Policy"


class PolicyNotMade(Exception):
    """A setting is malformed, or Node does not run. The text is one line for the user."""


async def with_policy(rules: Rules, root: Path, env: Mapping[str, str]) -> Rules:
    """Add the policy of the page in `root` for the settings `env`. Raises PolicyNotMade.

    Versions whose policy is in vercel.json have nothing that makes one.
    """
    if not (root / MAKER).exists():
        return rules
    headers = ((HEADER, await policy(root, env)),)
    rule = HeaderRule(source=Pattern.of("/(.*)"), headers=headers)
    return replace(rules, headers=(*rules.headers, rule))


async def policy(root: Path, env: Mapping[str, str]) -> str:
    """Return the policy of the page in `root` for the settings `env`. Raises PolicyNotMade."""
    own = {"PATH": os.environ.get("PATH", "")}
    try:
        node = await asyncio.create_subprocess_exec(
            "node", root / MAKER, env={**env, **own}, stdout=PIPE, stderr=PIPE
        )
    except OSError as error:
        raise PolicyNotMade(f"Node does not run: {error.strerror}") from error
    made, complaint = await node.communicate()
    if node.returncode:
        raise PolicyNotMade(complaint.decode().strip())
    return made.decode().strip()
