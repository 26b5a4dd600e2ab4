"""Serves everything on http://127.0.0.1:3000 until Ctrl-C: `make dev`. PORT= changes the port."""

from __future__ import annotations

import os

from local.command import begin, state_dir, until_stopped
from local.environment import MODEL_NAMES
from local.services import Ports
from local.stack import stack
from local.voice.serve import Fetched

SCRIPTED = """\
  The answers come from a script, not from a language model. For a real one:
    OPENAI_API_KEY=... make dev         (or OPENROUTER_API_KEY=... BRAIN_PROVIDER=openrouter)"""
MODEL = "  The answers come from the model that your key belongs to."
SCRIPTED_VOICE = """\
  Ear and mouth are scripted too: what you say is not understood, and answers are tones.
    make ears                           (a real ear and a real mouth, without an account)"""
VOICE = "  Ear and mouth are those of `make ears`."


async def main(port: int) -> None:
    """Run until a signal asks the process to end."""
    data_dir = state_dir(os.environ)
    fetched = Fetched.found()
    running = stack(
        data_dir, port=port, ports=Ports.beside(port), asked=os.environ, fetched=fetched
    )
    async with running as local:
        has_key = any(os.environ.get(name) for name in MODEL_NAMES)
        print(f"\n  Second Brain is on {local.url}\n", flush=True)
        print(MODEL if has_key else SCRIPTED, flush=True)
        print(SCRIPTED_VOICE if fetched.is_scripted else VOICE, flush=True)
        print("\n  Ctrl-C ends it.\n", flush=True)
        await until_stopped()
        print("\n  Ending.", flush=True)


if __name__ == "__main__":
    begin(main)
