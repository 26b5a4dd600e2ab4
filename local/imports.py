"""Imports a folder of texts into the documents of the running stack: `make import FOLDER=docs`.

python -m local.imports FOLDER [--user ID] [--dry-run]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psycopg

from local.command import state_dir
from local.services import DATABASE_FILE

NOTHING_RUNS = "No local stack is running. Start `make dev` in another terminal first."


def main() -> None:
    """Replace this process by the import. Exits with 1 and one line if no stack is running."""
    url = running_database(state_dir(os.environ))
    if url is None:
        sys.exit(NOTHING_RUNS)
    command = [sys.executable, "-m", "brain.import_documents", *sys.argv[1:]]
    os.execve(sys.executable, command, {**os.environ, "DATABASE_URL": url})


def running_database(state: Path) -> str | None:
    """Return the database's URL if it answers. A stack that was killed leaves its URL behind."""
    try:
        url = (state / DATABASE_FILE).read_text()
        psycopg.connect(url).close()
    except (FileNotFoundError, psycopg.OperationalError):
        return None
    return url


if __name__ == "__main__":
    main()
