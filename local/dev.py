"""Serves everything on http://127.0.0.1:3000 until Ctrl-C: `make dev`. PORT= changes the port.

Variables may stand in a file .env in the root. HOST=0.0.0.0 opens the page to the network.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Mapping

import psutil  # type: ignore[import-untyped]  # it ships no types

from local.command import begin, state_dir, until_stopped
from local.dotenv import take_dotenv
from local.environment import answering, complaint, push_settings
from local.gateway.doors import DEV_HOSTS
from local.server import HOST
from local.services import Ports
from local.stack import stack
from local.toolchain import ROOT
from local.voice.serve import Fetched

SCRIPTED = """\
  The answers come from a script, not from a language model. For a real one:
    OPENAI_API_KEY=... make dev         (or OPENROUTER_API_KEY=... BRAIN_PROVIDER=openrouter)"""
NO_KEY = "  BRAIN_MODEL is set but no key: the answers come from the script."
SCRIPTED_VOICE = """\
  Ear and mouth are scripted too: what you say is not understood, and answers are tones.
    make ears                           (a real ear and a real mouth, without an account)"""
VOICE = "  Ear and mouth are those of `make ears`."
OPEN = """\
  WARNING: {host} lets every device in your network in{addresses}.
  Whoever opens the page is you: reads your email and documents, and approves what is sent."""
KEY = "  Set BRAIN_ACCESS_KEY, and the page asks for it."


async def main(port: int) -> None:
    """Run until a signal asks the process to end."""
    asked = dict(os.environ)
    if told := complaint(asked):
        sys.exit(told)
    host = _host(asked)
    here = [] if host == HOST else addresses(port)
    if here:
        asked[DEV_HOSTS] = ",".join([asked.get(DEV_HOSTS, ""), *here])
    fetched = Fetched.found()
    asked.update(push_settings(state_dir(asked), asked))
    running = stack(
        state_dir(asked),
        host=host,
        port=port,
        ports=Ports.beside(port),
        asked=asked,
        fetched=fetched,
    )
    async with running as local:
        print(f"\n  Second Brain is on {local.url}\n", flush=True)
        _print_model(asked)
        print(SCRIPTED_VOICE if fetched.is_scripted else VOICE, flush=True)
        if host != HOST:
            _print_warning(host, here, asked)
        print("\n  Ctrl-C ends it.\n", flush=True)
        await until_stopped()
        print("\n  Ending.", flush=True)


def _host(asked: Mapping[str, str]) -> str:
    """Return the address to listen at. Some shells set HOST to the machine's name: not counted."""
    try:
        return str(ipaddress.IPv4Address(asked.get("HOST", "")))
    except ValueError:
        return HOST


def addresses(port: int) -> list[str]:
    """Return where other devices find the page: this machine's addresses, with the port."""
    found = [one for each in psutil.net_if_addrs().values() for one in each]
    own = [one.address for one in found if one.family == socket.AF_INET]
    return [f"{address}:{port}" for address in own if not address.startswith("127.")]


def _print_model(asked: Mapping[str, str]) -> None:
    told = answering(asked)
    print(f"  {told}" if told else SCRIPTED, flush=True)
    if not told and asked.get("BRAIN_MODEL"):
        print(NO_KEY, flush=True)


def _print_warning(host: str, here: list[str], asked: Mapping[str, str]) -> None:
    addresses = ", at " * bool(here) + " or ".join(f"http://{address}" for address in here)
    print(f"\n{OPEN.format(host=host, addresses=addresses)}", flush=True)
    if not (asked.get("BRAIN_ACCESS_KEY") or asked.get("BRAIN_ACCESS_KEYS")):
        print(KEY, flush=True)


if __name__ == "__main__":
    for line in take_dotenv(ROOT, os.environ):
        print(f"  {line}", flush=True)
    begin(main)
