"""`make dev`: serves everything on http://127.0.0.1:3000 until Ctrl-C. PORT= changes the port."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from local.server import PortInUse
from local.services import DATA_DIR, DEFAULT_PORT, MODEL_NAMES, Ports, until_told
from local.stack import stack

SCRIPTED = """\
  The answers come from a script, not from a language model. For a real one:
    OPENAI_API_KEY=... make dev         (or OPENROUTER_API_KEY=... BRAIN_PROVIDER=openrouter)"""
MODEL = "  The answers come from the model of your key."


async def main(port: int) -> None:
    """Run until told to end."""
    running = stack(DATA_DIR, port=port, ports=Ports.beside(port), asked=os.environ)
    async with running as local:
        has_key = any(os.environ.get(name) for name in MODEL_NAMES)
        print(f"\n  Second Brain is on {local.url}\n", flush=True)
        print(f"{MODEL if has_key else SCRIPTED}\n\n  Ctrl-C ends it.\n", flush=True)
        await until_told()
        print("\n  Ending.", flush=True)


def _port() -> int:
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not text.isdigit() or not 0 < int(text) < 65_000:
        sys.exit(f"PORT must be a number below 65000, not {text!r}")
    return int(text)


if __name__ == "__main__":
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    wanted = _port()
    try:
        asyncio.run(main(wanted))
    except PortInUse as error:
        sys.exit(f"{error}. Choose another port: PORT={wanted + 10} make dev")
