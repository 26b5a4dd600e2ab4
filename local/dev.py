"""Serves everything on http://127.0.0.1:3000 until Ctrl-C: `make dev`. PORT= changes the port."""

from __future__ import annotations

import os

from local.command import begin, state_dir, until_stopped
from local.environment import MODEL_NAMES
from local.services import Ports
from local.stack import stack

SCRIPTED = """\
  The answers come from a script, not from a language model. For a real one:
    OPENAI_API_KEY=... make dev         (or OPENROUTER_API_KEY=... BRAIN_PROVIDER=openrouter)"""
MODEL = "  The answers come from the model that your key belongs to."


async def main(port: int) -> None:
    """Run until a signal asks the process to end."""
    data_dir = state_dir(os.environ)
    running = stack(data_dir, port=port, ports=Ports.beside(port), asked=os.environ)
    async with running as local:
        has_key = any(os.environ.get(name) for name in MODEL_NAMES)
        print(f"\n  Second Brain is on {local.url}\n", flush=True)
        print(f"{MODEL if has_key else SCRIPTED}\n\n  Ctrl-C ends it.\n", flush=True)
        await until_stopped()
        print("\n  Ending.", flush=True)


if __name__ == "__main__":
    begin(main)
