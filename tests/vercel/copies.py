"""A copy of the tree for the platform's command line to work in: it writes where it stands."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from local.toolchain import PRIVATE_UV

ROOT = Path(__file__).resolve().parents[2]
CLI = Path(__file__).parent / "node_modules" / ".bin" / "vercel"
CANARY = "canary-3f9d2c71"  # stands in the copy's .env files, as a secret would


def copy_tree(target: Path) -> Path:
    """The files a clone would have, with those not yet committed, and two files of secrets."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    for name in (".env", ".env.local"):
        (target / name).write_text(f"CANARY={CANARY}\n")
    # On a machine without the platform's own version, the one at hand has to do.
    (target / ".python-version").write_text(f"{sys.version_info[0]}.{sys.version_info[1]}\n")
    return target


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's, with uv and this Python on PATH, and nothing sent to the vendor."""
    tools = (PRIVATE_UV.parent, Path(sys.base_prefix) / "bin")
    path = os.pathsep.join([*map(str, tools), os.environ["PATH"]])
    quiet = {"VERCEL_TELEMETRY_DISABLED": "1", "NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1"}
    return {**os.environ, "PATH": path, **quiet, **(extra or {})}
