"""How processes of our own are started: with this interpreter, and without any secret."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # the folder that contains the package `brain`
# Variables that an interpreter may need to start. The others are not passed on: some are secrets.
VARIABLES = ("LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME")


def module_command(module: str) -> tuple[str, ...]:
    """Return the command line that runs a module."""
    return (sys.executable or "python3", "-m", module)


def environment() -> Mapping[str, str]:
    """Return the environment of a process that runs a module of `brain`."""
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    known = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    return {**known, "PYTHONPATH": path}
