"""Finds or downloads the programs that the set-up needs: Python, uv, Node, browser, Dovecot.

Needs only the standard library and Python 3.11, because it runs before anything is installed.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".local" / "setup"
LOG = HOME / "log"
PRIVATE_UV = HOME / "uv" / "bin" / "uv"  # exists only if PATH has no uv that is new enough

OLDEST_PYTHON = (3, 12)  # the oldest that the platform's runtime accepts
BEST_PYTHON = (3, 12)  # what the platform runs, as in .python-version
OLDEST_UV = (0, 8)  # the first that accepts dependency groups in `uv pip install`
UV = "uv==0.13.8"
OLDEST_NODE = 20  # `node --test` with a pattern
TRIES = 4  # a registry's name may fail to resolve for a few seconds
FIRST_PAUSE_S = 2.0  # seconds before the second try; doubled before each further one
SHOWN_LINES = 15  # lines of a failed program's output to show; the log has all of them
PROBE_S = 20.0  # seconds a program may take to print its version, on a busy machine

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)

# These folders are not on everybody's PATH.
DOVECOTS = ("/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/sbin/dovecot")


class SetupFailed(Exception):
    """A step of the set-up failed. The text says what failed, or what the user must install."""


def run(
    *command: str | Path,
    tries: int = 1,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    log: Path = LOG,
) -> None:
    """Run a program and write its output to the log.

    Raises `SetupFailed` with the end of that output after the last try.
    """
    for pause in _pauses(tries):
        code, output = _attempt(command, cwd=cwd, env={**os.environ, **(env or {})})
        with log.open("a") as written:
            written.write(f"$ {' '.join(map(str, command))}\n{output}\n")
        if code == 0:
            return
        if pause is not None:
            sleep(pause)
    shown = "\n".join(f"  {line}" for line in output.splitlines()[-SHOWN_LINES:])
    raise SetupFailed(f"`{' '.join(map(str, command))}` failed ({log}):\n{shown}")


def _pauses(tries: int) -> Iterator[float | None]:
    """Yield the pause after each failed try; None after the last."""
    for index in range(tries - 1):
        yield FIRST_PAUSE_S * 2**index
    yield None


def _attempt(
    command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]
) -> tuple[int, str]:
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as error:
        return 127, str(error)
    return done.returncode, done.stdout


def version_of(program: str | Path, *arguments: str) -> tuple[int, ...] | None:
    """Return the first number like 3.12 that the program prints; None if it does not run."""
    try:
        output = subprocess.run(
            [program, *(arguments or ("--version",))],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PROBE_S,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+(\.\d+)+", output)
    return tuple(map(int, found.group().split("."))) if found else None


def find_python() -> Path:
    """Return a Python that is new enough, preferably of the platform's own version."""
    second_best = None
    for candidate in _pythons():
        version = version_of(candidate)
        if version is None or version < OLDEST_PYTHON:
            continue
        if version[:2] == BEST_PYTHON:
            return candidate
        second_best = second_best or candidate
    if second_best is None:
        raise SetupFailed(
            "Python 3.12 or newer is needed, and none was found: install it (pyenv install 3.12)"
        )
    return second_best


def _pythons() -> Iterator[Path]:
    # Not sys.executable: it may belong to the .venv that is about to be created again.
    yield Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for name in ("python3.12", "python3.13", "python3.14", "python3"):
        if found := shutil.which(name):
            yield Path(found)
    # pyenv's shims show only the versions that are active; its folder has all of them.
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob("versions/3.*/bin/python3"))
    yield from sorted(Path.home().glob(".local/share/uv/python/cpython-3.*/bin/python3"))


def find_uv(python: Path) -> Path:
    """Return uv from PATH, or install a private one with pip."""
    for candidate in (shutil.which("uv"), PRIVATE_UV):
        if candidate and (version_of(candidate) or (0,)) >= OLDEST_UV:
            return Path(candidate)
    try:
        run(python, "-m", "venv", "--clear", HOME / "uv")
    except SetupFailed as failure:
        hint = "on Debian, run `apt-get install python3-venv`, or install uv"
        raise SetupFailed(f"{failure}\n{hint}") from failure
    run(PRIVATE_UV.parent / "python", "-m", "pip", "install", "--quiet", UV, tries=TRIES)
    return PRIVATE_UV


def require_node() -> None:
    version = version_of("node")
    if version is None or version[0] < OLDEST_NODE or shutil.which("npm") is None:
        raise SetupFailed(f"Node {OLDEST_NODE} or newer, with npm, is needed: install it first")


def find_browser(
    *, env: Mapping[str, str] = os.environ, applications: Sequence[Path] = MAC_BROWSERS
) -> str | None:
    """Find the Chromium or Chrome that tests drive: $CHROMIUM, or any version from PATH.

    Skips one that does not run: some systems have a stub that asks for an installation.
    """
    names = (env.get("CHROMIUM"), *BROWSERS)
    on_path = (shutil.which(name, path=env.get("PATH")) for name in names if name)
    found = (path for path in (*on_path, *map(str, applications)) if path)
    return next((path for path in found if version_of(path)), None)


def find_mail_server() -> str | None:
    """Find Dovecot, the IMAP server that tests run because most providers run it too."""
    on_path = shutil.which("dovecot")
    return on_path or next((path for path in DOVECOTS if Path(path).exists()), None)
